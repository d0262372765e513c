// Samples per second of the dynamic I-V curve, against the plain pass that reads the same two arrays once and
// adds them up: a pass over memory that no estimator can beat. Ten minutes of two channels at 20 kHz: larger
// than any cache. Both run on one thread in the same process; docs/performance.md tells the ratio.
#include <benchmark/benchmark.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "libfit/core/random.hpp"
#include "libfit/iv/dynamic_iv.hpp"
#include "libfit/signal/quality.hpp"
#include "libfit/signal/spikes.hpp"

namespace libfit {
namespace {

constexpr double kStep_ms = 0.05;
constexpr std::size_t kSamples = 12'000'000;

// A passive membrane (200 pF, 10 nS, rest at -65 mV) under an Ornstein-Uhlenbeck current (3 ms, 150 pA), with
// 0.1 mV of noise on the voltage.
Recording fluctuating_recording() {
  Recording recording;
  Sweep sweep;
  sweep.dt_ms = kStep_ms;
  sweep.voltage_mV.resize(kSamples);
  sweep.current_pA.resize(kSamples);
  RandomStream random(1);
  const double keep = std::exp(-kStep_ms / 3.0);
  const double kick = 150.0 * std::sqrt(1.0 - keep * keep);
  double current = 0.0;
  double voltage = -65.0;
  for (std::size_t k = 0; k < kSamples; ++k) {
    current = keep * current + kick * random.normal();
    sweep.current_pA[k] = current;
    sweep.voltage_mV[k] = voltage + 0.1 * random.normal();
    voltage += kStep_ms * (current - 10.0 * (voltage + 65.0)) / 200.0;
  }
  recording.sweeps.push_back(std::move(sweep));
  return recording;
}

const Recording& recording_of_ten_minutes() {
  static const Recording recording = fluctuating_recording();
  return recording;
}

void count_samples(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kSamples));
}

// Eight sums an array, so that the additions do not wait for each other and the loads are the limit.
double sum_of(const std::vector<double>& values) {
  constexpr std::size_t kLanes = 8;
  std::array<double, kLanes> sums{};
  for (std::size_t k = 0; k + kLanes <= values.size(); k += kLanes) {
    for (std::size_t i = 0; i < kLanes; ++i) sums[i] += values[k + i];
  }
  double sum = 0.0;
  for (const double part : sums) sum += part;
  return sum;
}

void plain_pass_over_both_arrays(benchmark::State& state) {
  const Sweep& sweep = recording_of_ten_minutes().sweeps.front();
  for (auto _ : state) {
    benchmark::DoNotOptimize(sum_of(sweep.voltage_mV));
    benchmark::DoNotOptimize(sum_of(sweep.current_pA));
  }
  count_samples(state);
}
BENCHMARK(plain_pass_over_both_arrays)->Unit(benchmark::kMillisecond);

// Argument: width of the bins in tenths of a mV.
void dynamic_iv_moments(benchmark::State& state) {
  const Recording& recording = recording_of_ten_minutes();
  DynamicIvOptions options;
  options.bin_width_mV = 0.1 * static_cast<double>(state.range(0));
  const auto blocks = make_blocks(recording, options.block_ms);
  const std::vector<std::vector<double>> no_spikes(1);
  for (auto _ : state)
    benchmark::DoNotOptimize(gather_iv_moments(recording, no_spikes, blocks, options, 1).cells.data());
  count_samples(state);
}
BENCHMARK(dynamic_iv_moments)->Arg(10)->Arg(5)->Unit(benchmark::kMillisecond);

// What gather_iv_moments() does before it bins: which parts of the recording are driven by current.
void driven_parts(benchmark::State& state) {
  const Sweep& sweep = recording_of_ten_minutes().sweeps.front();
  for (auto _ : state) benchmark::DoNotOptimize(driven_stretches(sweep).data());
  count_samples(state);
}
BENCHMARK(driven_parts)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace libfit
