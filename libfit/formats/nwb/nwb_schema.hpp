// The part of the NWB 2.6.0 schema that nwb_writer uses, as the cached specification that a file carries
// along: types, fields and which of them are required are the schema's, the words are ours. Readers that
// bring the schema themselves do not need it [nwb-schema.readthedocs.io;
// hdmf-schema-language.readthedocs.io].
#pragma once

#include <span>
#include <string_view>

namespace libfit {

inline constexpr std::string_view kNwbVersion = "2.6.0";

// Stands in the file as /specifications/<space>/<version>/<source>.
struct CachedSchema {
  std::string_view space;
  std::string_view version;
  std::string_view source;
  std::string_view json;
};

std::span<const CachedSchema> cached_nwb_schema();

}  // namespace libfit
