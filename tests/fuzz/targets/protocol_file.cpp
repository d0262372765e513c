// Sidecars of stimuli; what was read is written and read again.
#include "libfit/stimulus/protocol_file.hpp"

#include "tests/fuzz/targets/fuzz_recording.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  libfit::fuzz::with_errors_of_the_world([&] {
    const auto document = libfit::parse_protocol(libfit::fuzz::text_of(data, size), "fuzzed");
    const std::string written = libfit::to_json_text(document);
    if (libfit::to_json_text(libfit::parse_protocol(written, "written")) != written) __builtin_trap();
  });
  return 0;
}
