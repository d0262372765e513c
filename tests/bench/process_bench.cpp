// Whole runs of the command: `run` on the demonstration cell and `iv` on one hour of two channels at 20 kHz,
// with the time that passes and the largest memory of the process; `analyze`; `inspect` of archives with many
// sweeps. Files are written to a temporary folder.
#include <benchmark/benchmark.h>
#include <hdf5.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "libfit/core/random.hpp"
#include "tests/formats/nwb_files.hpp"

namespace libfit {
namespace {

namespace fs = std::filesystem;

// A folder that is gone when the program ends.
class Scratch {
 public:
  Scratch() : path_(fs::temp_directory_path() / ("dyniv_bench_" + std::to_string(getpid()))) {
    fs::create_directories(path_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { fs::remove_all(path_); }
  fs::path file(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

const Scratch& scratch() {
  static const Scratch folder;
  return folder;
}

void write_dataset(hid_t file, const char* name, const char* unit, const std::vector<float>& samples) {
  const std::array<hsize_t, 1> size{samples.size()};
  const hid_t space = H5Screate_simple(1, size.data(), nullptr);
  const hid_t dataset =
      H5Dcreate2(file, name, H5T_NATIVE_FLOAT, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, samples.data());
  const hid_t text = H5Tcopy(H5T_C_S1);
  H5Tset_size(text, 2);
  const hid_t scalar = H5Screate(H5S_SCALAR);
  const hid_t attribute = H5Acreate2(dataset, "unit", text, scalar, H5P_DEFAULT, H5P_DEFAULT);
  H5Awrite(attribute, text, unit);
  H5Aclose(attribute);
  H5Sclose(scalar);
  H5Tclose(text);
  H5Dclose(dataset);
  H5Sclose(space);
}

// A passive membrane (200 pF, 10 nS) under an Ornstein-Uhlenbeck current, an electrode of 20 MOhm in the
// voltage, and a triangle of a spike every 400 ms.
fs::path hour_at_20_kHz() {
  const fs::path path = scratch().file("hour.h5");
  if (fs::exists(path)) return path;
  constexpr std::size_t kSamples = 72'000'000;
  constexpr std::size_t kSpikeEvery = 8000;
  constexpr double kStep_ms = 0.05;
  std::vector<float> voltage(kSamples), current(kSamples);
  RandomStream random(1);
  const double keep = std::exp(-kStep_ms / 3.0);
  const double kick = 150.0 * std::sqrt(1.0 - keep * keep);
  double drive = 0.0;
  double membrane = -65.0;
  for (std::size_t k = 0; k < kSamples; ++k) {
    drive = keep * drive + kick * random.normal();
    current[k] = static_cast<float>(drive);
    const double phase = static_cast<double>(k % kSpikeEvery) - 20.0;  // peak 1 ms into each interval
    const double spike = k < kSpikeEvery ? 0.0 : std::max(0.0, 90.0 - 9.0 * std::abs(phase));
    voltage[k] = static_cast<float>(membrane + spike + 0.02 * drive + 0.1 * random.normal());
    membrane += kStep_ms * (drive - 10.0 * (membrane + 65.0)) / 200.0;
  }
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  write_dataset(file, "V", "mV", voltage);
  write_dataset(file, "I", "pA", current);
  H5Fclose(file);
  return path;
}

// Runs the command once an iteration.
void time_command(benchmark::State& state, const std::string& arguments) {
  const std::string command = std::string(DYNIV_BINARY) + " " + arguments + " --quiet > /dev/null";
  for (auto _ : state) {
    if (std::system(command.c_str()) != 0) {
      state.SkipWithError("the command failed");
      return;
    }
  }
}

// The largest memory that any child has had so far, this program's own at its start included.
void count_peak(benchmark::State& state) {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  state.counters["peak_MB"] = static_cast<double>(usage.ru_maxrss) / 1024.0;
}

std::string into(const std::string& folder) {
  return " --no-figures --force --out '" + scratch().file(folder).string() + "'";
}

std::string demonstration_cell() {
  const std::string data = std::string(DYNIV_DATA_DIR) + "/demo/";
  return "run --curve-models-only --bootstrap 200 --threads 2 --electrode '" + data +
         "electrode.abf' --training '" + data + "training.abf' --test '" + data + "test.abf'";
}

void run_on_the_demonstration_cell(benchmark::State& state) {
  time_command(state, demonstration_cell() + into("results"));
  count_peak(state);
}
BENCHMARK(run_on_the_demonstration_cell)->Unit(benchmark::kMillisecond)->UseRealTime();

void analyze_an_eif_by_hand(benchmark::State& state) { time_command(state, "analyze eif --json"); }
BENCHMARK(analyze_an_eif_by_hand)->Unit(benchmark::kMillisecond)->UseRealTime();

// With 200 draws of the fit behind it, each analysed alike for the intervals.
void analyze_a_fitted_eif(benchmark::State& state) {
  const std::string fit =
      std::string(DYNIV_BINARY) + " " + demonstration_cell() + into("fitted") + " -q > /dev/null";
  if (std::system(fit.c_str()) != 0) {
    state.SkipWithError("the fit failed");
    return;
  }
  time_command(state, "analyze --json '" + (scratch().file("fitted") / "models" / "eif.json").string() + "'");
}
BENCHMARK(analyze_a_fitted_eif)->Unit(benchmark::kMillisecond)->UseRealTime();

// A file of 5,000 sweeps of 1,000 samples: NWB 2 with headers of the earlier or the later format (0, 1), or
// NWB 1 with two epochs a sweep (2).
fs::path archive(std::int64_t kind) {
  const fs::path path = scratch().file("archive_" + std::to_string(kind) + ".nwb");
  if (fs::exists(path)) return path;
  const bool first_version = kind == 2;
  written::NwbFile file;
  file.checksums = kind == 1;
  if (first_version) {
    file.version = "NWB-1.0.5";
    file.generated_by = {"version", "1.1"};
  }
  for (int i = 0; i < 5000; ++i) {
    const std::string number = std::to_string(i);
    written::NwbSeries response = written::response("Sweep_" + number, 1000);
    written::NwbSeries stimulus = written::stimulus("Sweep_" + number, 1000);
    response.numbers["bridge_balance"] = 1e7;
    if (first_version) {
      response.group = "/acquisition/timeseries";
      stimulus.texts["aibs_stimulus_name"] = "Noise 1";
      for (const char* epoch : {"Sweep_", "Experiment_"}) {
        file.epochs.push_back({epoch + number, 100, 900, response.group + "/" + response.name,
                               stimulus.group + "/" + stimulus.name});
      }
    } else {
      response.sweep_number = stimulus.sweep_number = i;
      stimulus.stimulus_description = "Noise 1";
    }
    file.series.push_back(std::move(response));
    file.series.push_back(std::move(stimulus));
  }
  written::nwb(path, file);
  return path;
}

void inspect_of_5000_sweeps(benchmark::State& state) {
  time_command(state, "inspect '" + archive(state.range(0)).string() + "'");
}
BENCHMARK(inspect_of_5000_sweeps)
    ->ArgName("archive")
    ->DenseRange(0, 2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void iv_of_an_hour(benchmark::State& state) {
  const bool compensate = state.range(0) != 0;
  time_command(state, "iv --bootstrap 200 --voltage-dataset V --current-dataset I --dt 0.05 '" +
                          hour_at_20_kHz().string() + "'" + (compensate ? "" : " --no-compensation") +
                          into("results"));
  count_peak(state);
}
BENCHMARK(iv_of_an_hour)
    ->ArgName("compensation")
    ->Arg(0)
    ->Arg(1)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace libfit
