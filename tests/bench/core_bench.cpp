// Cost of what every stochastic result draws on: random numbers one by one, and handing out pieces of work.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <vector>

#include "libfit/core/parallel.hpp"
#include "libfit/core/random.hpp"
#include "libfit/core/statistics.hpp"

namespace libfit {
namespace {

void normal_numbers(benchmark::State& state) {
  RandomStream stream(1);
  double sum = 0.0;
  for (auto _ : state) sum += stream.normal();
  benchmark::DoNotOptimize(sum);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(normal_numbers);

// Starting the threads and handing out 1,000 empty pieces: the floor under every parallel loop.
void empty_parallel_loop(benchmark::State& state) {
  const auto threads = static_cast<unsigned>(state.range(0));
  std::vector<double> results(1000);
  for (auto _ : state) {
    parallel_for(results.size(), threads, [&](std::size_t i) { results[i] = static_cast<double>(i); });
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * 1000);
}
BENCHMARK(empty_parallel_loop)->Arg(1)->Arg(2)->Arg(4)->UseRealTime();

// Two passes over a trace of one minute at 10 kHz; to be compared with the memory's bandwidth.
void variance_of_a_trace(benchmark::State& state) {
  std::vector<double> trace(600000);
  RandomStream stream(2);
  for (double& value : trace) value = -65.0 + stream.normal();
  for (auto _ : state) benchmark::DoNotOptimize(variance(trace));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(2 * trace.size() * sizeof(double)));
}
BENCHMARK(variance_of_a_trace)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace libfit
