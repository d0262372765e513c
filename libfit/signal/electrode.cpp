#include "libfit/signal/electrode.hpp"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <boost/math/tools/minima.hpp>
#include <cmath>
#include <utility>

#include "libfit/core/error.hpp"
#include "libfit/core/parallel.hpp"
#include "libfit/core/random.hpp"
#include "libfit/signal/electrode_regression.hpp"

namespace libfit {
namespace {
struct Membrane {
  double amplitude_per_pF = 0.0;
  double tau_ms = 0.0;
};

Membrane fit_membrane(const Response& response, const LagKnots& knots, double dt_ms,
                      const ElectrodeOptions& options) {
  Membrane best;
  const auto cost = [&](double log_tau) {
    const double tau = std::exp(log_tau);
    double xx = 0.0, xy = 0.0, yy = 0.0;
    for (std::size_t b = 0; b < knots.size(); ++b) {
      const double lag_ms = knots.time_ms(b, dt_ms);
      if (lag_ms < options.tail_start_ms || lag_ms > options.tail_end_ms) continue;
      const auto i = static_cast<Eigen::Index>(b);
      const double weight = 1.0 / (response.se[i] * response.se[i]);
      const double x = std::exp(-knots.time_ms(b, dt_ms) / tau);
      xx += weight * x * x;
      xy += weight * x * response.value[i];
      yy += weight * response.value[i] * response.value[i];
    }
    best = {xy / xx, tau};
    return yy - xy * xy / xx;
  };
  const auto found = boost::math::tools::brent_find_minima(cost, std::log(1.0), std::log(400.0), 40);
  cost(found.first);
  return best;
}

// How much of the exponential lag 0 sees: none where the current is held from its sample on, half where it
// was sampled together with the voltage. Electrode and membrane answer to one current, so where the voltage
// has not begun to move with its own sample the membrane has not either; a response that is there at once
// does not tell, and half is taken.
double membrane_lag_samples(const Response& response, const Membrane& membrane) {
  const double begun = response.value[0] + response.value[1];  // the lead tap, and lag 0
  return std::clamp(begun / membrane.amplitude_per_pF, 0.0, 0.5);
}

// Response minus membrane at every sample up to the end of the kernel.
std::vector<double> electrode_part(const Response& response, const Membrane& membrane, const LagKnots& knots,
                                   double dt_ms, const ElectrodeOptions& options) {
  const auto length = static_cast<std::size_t>(std::lround(options.kernel_end_ms / dt_ms)) + 1;
  const double at_zero = membrane_lag_samples(response, membrane);
  std::vector<double> kernel(length, 0.0);
  std::size_t b = 1;  // knot at or before the lag; knot 0 is the lead tap
  for (std::size_t k = 0; k < length; ++k) {
    const auto lag = static_cast<std::ptrdiff_t>(k);
    while (b + 1 < knots.size() && knots.lag[b + 1] <= lag) ++b;
    double value = response.value[static_cast<Eigen::Index>(b)];
    if (b + 1 < knots.size()) {
      const double part =
          static_cast<double>(lag - knots.lag[b]) / static_cast<double>(knots.lag[b + 1] - knots.lag[b]);
      value += part * (response.value[static_cast<Eigen::Index>(b + 1)] - value);
    }
    const double exponential =
        membrane.amplitude_per_pF * std::exp(-static_cast<double>(lag) * dt_ms / membrane.tau_ms);
    kernel[k] = value - (lag == 0 ? at_zero : 1.0) * exponential;
  }
  // A late monitor puts part of the electrode's answer one sample ahead of its current: it belongs to lag 0.
  kernel[0] += response.value[0];
  return kernel;
}

double integral_MOhm(std::span<const double> kernel, double dt_ms, double end_ms) {
  double sum = 0.0;
  for (std::size_t k = 0; k < kernel.size() && static_cast<double>(k) * dt_ms <= end_ms + 1e-9; ++k)
    sum += kernel[k];
  return 1000.0 * sum * dt_ms;
}

// The regression of the kernel on its resistance over draws, for a step of one standard error: of all errors
// of the kernel, the one that moves the voltage; those of single lags average out.
std::vector<double> error_along_resistance(const std::vector<std::vector<double>>& parts,
                                           const std::vector<double>& resistance, const Interval& ci95) {
  const std::size_t taps = std::max_element(parts.begin(), parts.end(), [](const auto& a, const auto& b) {
                             return a.size() < b.size();
                           })->size();
  double count = 0.0, mean_R = 0.0;
  std::vector<double> mean_K(taps, 0.0), error(taps, 0.0);
  const auto usable = [&](std::size_t d) { return parts[d].size() == taps && std::isfinite(resistance[d]); };
  for (std::size_t d = 0; d < parts.size(); ++d) {
    if (!usable(d)) continue;
    count += 1.0;
    mean_R += resistance[d];
    for (std::size_t k = 0; k < taps; ++k) mean_K[k] += parts[d][k];
  }
  double variance_R = 0.0;
  for (std::size_t d = 0; d < parts.size(); ++d) {
    if (!usable(d)) continue;
    const double off = resistance[d] - mean_R / count;
    variance_R += off * off;
    for (std::size_t k = 0; k < taps; ++k) error[k] += off * (parts[d][k] - mean_K[k] / count);
  }
  if (!(variance_R > 0.0)) return {};
  const double se_MOhm = (ci95.high - ci95.low) / (2.0 * 1.96);
  for (double& value : error) value *= se_MOhm / variance_R;
  return error;
}

void bootstrap(const Accumulated& all, const ElectrodeOptions& options, ElectrodeKernel& kernel) {
  std::vector<double> resistance(options.bootstrap_draws, std::nan("")),
      capacitance(options.bootstrap_draws, std::nan(""));
  std::vector<std::vector<double>> parts(options.bootstrap_draws);
  parallel_for(options.bootstrap_draws, options.threads, [&](std::size_t draw) {
    RandomStream random(options.seed, draw);
    Gram sum = Gram::Zero(all.blocks[0].rows(), all.blocks[0].cols());
    for (std::size_t b = 0; b < all.blocks.size(); ++b) sum += all.blocks[random.index(all.blocks.size())];
    const auto response = solve(sum);
    if (!response) return;
    const Membrane membrane = fit_membrane(*response, all.knots, all.dt_ms, options);
    parts[draw] = electrode_part(*response, membrane, all.knots, all.dt_ms, options);
    resistance[draw] = integral_MOhm(parts[draw], all.dt_ms, options.kernel_end_ms);
    capacitance[draw] = 1.0 / membrane.amplitude_per_pF;
  });
  const std::size_t blocks = all.blocks.size();
  if (const auto interval = percentile_interval(resistance)) {
    kernel.resistance_ci95_MOhm = widened_for_blocks(*interval, kernel.resistance_MOhm, blocks);
    kernel.kernel_error_GOhm_per_ms = error_along_resistance(parts, resistance, *kernel.resistance_ci95_MOhm);
  }
  if (const auto interval = percentile_interval(capacitance))
    kernel.kernel_capacitance_ci95_pF = widened_for_blocks(*interval, kernel.kernel_capacitance_pF, blocks);
}

void add_warnings(ElectrodeKernel& kernel) {
  if (kernel.resistance_MOhm < -1.0) {
    kernel.warnings.push_back(fmt::format(
        "the electrode kernel integrates to {:.1f} MOhm; a negative resistance says that the recording was "
        "compensated too much already, or that current and voltage are not in step",
        kernel.resistance_MOhm));
  }
  if (kernel.resistance_below_1ms_MOhm > 2.0 &&
      kernel.resistance_MOhm > 1.2 * kernel.resistance_below_1ms_MOhm) {
    kernel.warnings.push_back(
        fmt::format("the kernel holds {:.1f} MOhm below 1 ms and {:.1f} MOhm in all: its slow part is a fast "
                    "mode of the cell, "
                    "which is not isopotential",
                    kernel.resistance_below_1ms_MOhm, kernel.resistance_MOhm));
  }
  if (kernel.kernel_capacitance_pF <= 0.0) {
    kernel.warnings.push_back(
        "the tail of the response has no decaying exponential; the membrane was not resolved");
  }
}

}  // namespace

void ElectrodeOptions::validate() const {
  check_options({{"response_end_ms", response_end_ms, response_end_ms > fine_end_ms, "> fine_end_ms"},
                 {"fine_end_ms", fine_end_ms, fine_end_ms > 0.0, "> 0"},
                 {"tail_start_ms", tail_start_ms, tail_start_ms > 0.0 && tail_start_ms < response_end_ms,
                  "> 0 and < response_end_ms"},
                 {"tail_end_ms", tail_end_ms, tail_end_ms > tail_start_ms, "> tail_start_ms"},
                 {"kernel_end_ms", kernel_end_ms, kernel_end_ms > 0.0 && kernel_end_ms <= response_end_ms,
                  "> 0 and <= response_end_ms"},
                 {"whitening_order", static_cast<double>(whitening_order),
                  whitening_order >= 0 && whitening_order <= 50, "0 to 50"},
                 {"block_ms", block_ms, block_ms > 0.0, "> 0"},
                 {"mask_before_ms", mask_before_ms, mask_before_ms >= 0.0, ">= 0"},
                 {"mask_after_ms", mask_after_ms, mask_after_ms >= 0.0, ">= 0"}});
}

ElectrodeKernel estimate_electrode(const Recording& recording,
                                   const std::vector<std::vector<double>>& spikes_ms,
                                   const ElectrodeOptions& options) {
  options.validate();
  require(!recording.sweeps.empty(), "estimate_electrode: the recording has no sweep");
  require(spikes_ms.size() == recording.sweeps.size(), "estimate_electrode: one spike train a sweep");
  const Accumulated all = regress(recording, spikes_ms, options);
  const auto response = solve(total(all));
  if (!response) {
    throw DataError(fmt::format(
        "{}: the current does not vary enough to tell its lags apart; electrode compensation needs "
        "fluctuating current",
        recording.sweeps.front().voltage_source.file));
  }
  const Membrane membrane = fit_membrane(*response, all.knots, all.dt_ms, options);

  ElectrodeKernel kernel;
  kernel.dt_ms = all.dt_ms;
  kernel.kernel_GOhm_per_ms = electrode_part(*response, membrane, all.knots, all.dt_ms, options);
  kernel.resistance_MOhm = integral_MOhm(kernel.kernel_GOhm_per_ms, all.dt_ms, options.kernel_end_ms);
  kernel.resistance_below_1ms_MOhm = integral_MOhm(kernel.kernel_GOhm_per_ms, all.dt_ms, 1.0);
  kernel.membrane_tau_ms = membrane.tau_ms;
  kernel.membrane_lag_ms = membrane_lag_samples(*response, membrane) * all.dt_ms;
  kernel.membrane_resistance_MOhm = 1000.0 * membrane.amplitude_per_pF * membrane.tau_ms;
  kernel.kernel_capacitance_pF = 1.0 / membrane.amplitude_per_pF;
  kernel.samples_used = all.used;
  for (std::size_t b = 0; b < all.knots.size(); ++b) {
    kernel.lag_ms.push_back(all.knots.time_ms(b, all.dt_ms));
    kernel.response_GOhm_per_ms.push_back(response->value[static_cast<Eigen::Index>(b)]);
    kernel.response_se_GOhm_per_ms.push_back(response->se[static_cast<Eigen::Index>(b)]);
  }
  bootstrap(all, options, kernel);
  add_warnings(kernel);
  return kernel;
}

}  // namespace libfit
