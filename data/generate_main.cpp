// dyniv_generate FOLDER [SEED]: writes the demonstration recording into FOLDER.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>

#include "data/demo.hpp"
#include "libfit/core/file.hpp"

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3 || argv[1][0] == '-') {
    std::fprintf(stderr,
                 "usage: dyniv_generate FOLDER [SEED]\nwrites electrode.abf, training.abf, test.abf and "
                 "truth.json, replacing those that are there\n");
    return 2;
  }
  try {
    dyniv_data::DemoOptions options;
    if (argc == 3) options.seed = std::stoull(argv[2]);
    const std::filesystem::path folder = argv[1];
    std::filesystem::create_directories(folder);
    for (const dyniv_data::DemoFile& file : dyniv_data::make_demo(options)) {
      libfit::write_file(folder / file.name, file.content, libfit::Overwrite::allow);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "dyniv_generate: %s\n", error.what());
    return 1;
  }
  return 0;
}
