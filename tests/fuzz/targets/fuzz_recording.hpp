// What every fuzzer of a recording's format does with its bytes: reads them and makes a recording of them, as
// the commands do. The errors that are for the world being wrong are what damage should bring; any other
// exception ends the run.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libfit/core/error.hpp"
#include "libfit/formats/assemble.hpp"
#include "libfit/formats/open.hpp"

namespace libfit::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

template <typename Work>
void with_errors_of_the_world(const Work& work) {
  try {
    work();
  } catch (const Error&) {
  }
}

inline void read_as_recording(std::span<const std::byte> bytes, const ReadOptions& options) {
  with_errors_of_the_world([&] {
    const SignalFile file = parse_signal_file(bytes, "fuzzed", options);
    assemble_recording(std::span(&file, 1));
  });
}

// Formats are told by their beginning, which mutations are not to change: it is put over the first bytes.
inline void read_as_recording(const std::uint8_t* data, std::size_t size, std::string_view beginning,
                              const ReadOptions& options = {}) {
  if (size < beginning.size()) return;
  std::vector<std::byte> bytes(size);
  std::copy_n(reinterpret_cast<const std::byte*>(data), size, bytes.begin());
  std::copy_n(reinterpret_cast<const std::byte*>(beginning.data()), beginning.size(), bytes.begin());
  read_as_recording(bytes, options);
}

}  // namespace libfit::fuzz
