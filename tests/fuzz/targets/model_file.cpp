// Model files; what was read is written and read again.
#include "libfit/model/model_file.hpp"

#include "tests/fuzz/targets/fuzz_recording.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  libfit::fuzz::with_errors_of_the_world([&] {
    const auto document = libfit::parse_model(libfit::fuzz::text_of(data, size), "fuzzed");
    const std::string written = libfit::to_json_text(document);
    if (libfit::to_json_text(libfit::parse_model(written, "written")) != written) __builtin_trap();
  });
  return 0;
}
