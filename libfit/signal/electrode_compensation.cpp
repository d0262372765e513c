#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/core/parallel.hpp"
#include "libfit/signal/electrode.hpp"

namespace libfit {

namespace {

// The electrode's part of `voltage_mV` is taken out in place.
void take_out(std::span<double> voltage_mV, std::span<const double> current_pA, double dt_ms,
              const ElectrodeKernel& kernel) {
  require(voltage_mV.size() == current_pA.size(), "compensate: voltage and current differ in length");
  if (kernel.kernel_GOhm_per_ms.empty() || voltage_mV.empty()) return;
  if (std::abs(dt_ms - kernel.dt_ms) > 1e-9 * dt_ms) {
    throw DataError(fmt::format(
        "the electrode was measured at {} ms a sample and the recording has {} ms; record both at one rate",
        kernel.dt_ms, dt_ms));
  }
  // Padding the past with the first value keeps the convolution one loop without a branch, lag by lag.
  const std::size_t taps = kernel.kernel_GOhm_per_ms.size();
  constexpr std::size_t kChunk = 4096;  // stays in the first-level cache
  std::vector<double> past(taps - 1 + kChunk, current_pA.front());
  for (std::size_t begin = 0; begin < voltage_mV.size(); begin += kChunk) {
    const std::size_t end = std::min(voltage_mV.size(), begin + kChunk);
    const std::size_t known = std::min(begin, taps - 1);  // samples before the chunk
    std::copy(current_pA.begin() + static_cast<std::ptrdiff_t>(begin - known),
              current_pA.begin() + static_cast<std::ptrdiff_t>(end),
              past.begin() + static_cast<std::ptrdiff_t>(taps - 1 - known));
    double* membrane = voltage_mV.data() + begin;
    for (std::size_t lag = 0; lag < taps; ++lag) {
      const double weight = kernel.kernel_GOhm_per_ms[lag] * dt_ms;
      const double* earlier = past.data() + (taps - 1 - lag);
      for (std::size_t k = 0; k < end - begin; ++k) membrane[k] -= weight * earlier[k];
    }
  }
}

}  // namespace

std::vector<double> compensate(std::span<const double> voltage_mV, std::span<const double> current_pA,
                               double dt_ms, const ElectrodeKernel& kernel) {
  std::vector<double> membrane(voltage_mV.begin(), voltage_mV.end());
  take_out(membrane, current_pA, dt_ms, kernel);
  return membrane;
}

Recording compensate(Recording recording, const ElectrodeKernel& kernel, unsigned threads) {
  parallel_for(recording.sweeps.size(), threads, [&](std::size_t s) {
    Sweep& sweep = recording.sweeps[s];
    take_out(sweep.voltage_mV, sweep.current_pA, sweep.dt_ms, kernel);
  });
  return recording;
}

}  // namespace libfit
