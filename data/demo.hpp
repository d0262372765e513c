// The demonstration recording that ships with the project: a regular-spiking pyramidal cell (Na, K, M
// current; Pospischil et al. 2008) recorded through an electrode, as a lab would: a sweep for the electrode,
// a training sweep, and repetitions of one test current. data/README.md lists the true parameters.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dyniv_data {

struct DemoOptions {
  double electrode_ms = 10000.0;
  double training_ms = 60000.0;
  double test_ms = 10000.0;
  int repetitions = 6;
  std::uint64_t seed = 20;
};

struct DemoFile {
  std::string name;
  std::string content;
};

// electrode.abf, training.abf, test.abf and truth.json. A shorter duration gives the beginning of a longer
// one, sample by sample.
std::vector<DemoFile> make_demo(const DemoOptions& options = {});

}  // namespace dyniv_data
