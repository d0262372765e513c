// Files of other programs that are known by their content and not read, each with the way out: what to export
// it as, or what converts it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace libfit {

// "is a Spike2 file ...; export ..."; nullopt for what is not known.
std::optional<std::string_view> foreign_format(std::span<const std::byte> bytes);

}  // namespace libfit
