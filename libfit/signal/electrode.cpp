#include "libfit/signal/electrode.hpp"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <utility>

#include "libfit/core/error.hpp"
#include "libfit/core/parallel.hpp"
#include "libfit/core/random.hpp"
#include "libfit/signal/electrode_regression.hpp"

namespace libfit {
namespace {

// How much of the exponential lag 0 sees: none where the current is held from its sample on, half where it
// was sampled together with the voltage. Electrode and membrane answer to one current, so where the voltage
// has not begun to move with its own sample the membrane has not either; a response that is there at once
// does not show it, and half is taken.
double membrane_lag_samples(const Response& response, const MembraneTail& membrane) {
  const double begun = response.value[0] + response.value[1];  // the lead tap, and lag 0
  return std::clamp(begun / membrane.amplitude_per_pF, 0.0, 0.5);
}

// Response minus membrane at every sample up to the end of the kernel; a straight line between knots.
std::vector<double> electrode_part(const Response& response, const MembraneTail& membrane,
                                   const LagKnots& knots, double dt_ms, const ElectrodeOptions& options) {
  const auto length = static_cast<std::size_t>(std::lround(options.kernel_end_ms / dt_ms)) + 1;
  const double at_zero = membrane_lag_samples(response, membrane);
  std::vector<double> kernel(length, 0.0);
  const auto left_of_knot = [&](std::size_t b) {
    const double share = knots.lag[b] == 0 ? at_zero : 1.0;
    return response.value[static_cast<Eigen::Index>(b)] - share * membrane.at(knots.time_ms(b, dt_ms));
  };
  std::size_t b = 1;  // knot at or before the lag; knot 0 is the lead tap
  for (std::size_t k = 0; k < length; ++k) {
    const auto lag = static_cast<std::ptrdiff_t>(k);
    while (b + 1 < knots.size() && knots.lag[b + 1] <= lag) ++b;
    kernel[k] = left_of_knot(b);
    if (b + 1 < knots.size() && knots.lag[b] < lag) {
      const double part =
          static_cast<double>(lag - knots.lag[b]) / static_cast<double>(knots.lag[b + 1] - knots.lag[b]);
      kernel[k] += part * (left_of_knot(b + 1) - kernel[k]);
    }
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

// The moments of the kernel in lag (integral, delay, width) over draws, each without what those before it
// explain, and the regression of the kernel on each, for a step of one standard error. The scatter of draws
// of few blocks is stretched as an interval is.
std::vector<std::vector<double>> errors_of_kernel(const std::vector<std::vector<double>>& parts,
                                                  std::size_t blocks) {
  constexpr int kMoments = 3;
  std::size_t taps = 0;
  for (const auto& part : parts) taps = std::max(taps, part.size());
  std::vector<const std::vector<double>*> usable;
  for (const auto& part : parts)
    if (part.size() == taps && std::isfinite(part.front())) usable.push_back(&part);
  Eigen::MatrixXd kernels(static_cast<Eigen::Index>(usable.size()), static_cast<Eigen::Index>(taps));
  for (std::size_t d = 0; d < usable.size(); ++d)
    kernels.row(static_cast<Eigen::Index>(d)) =
        Eigen::Map<const Eigen::RowVectorXd>(usable[d]->data(), static_cast<Eigen::Index>(taps));
  kernels.rowwise() -= kernels.colwise().mean().eval();
  const auto draws = static_cast<double>(usable.size());
  const Eigen::ArrayXd lag = Eigen::ArrayXd::LinSpaced(static_cast<Eigen::Index>(taps), 0.0, 1.0);
  const double stretch = widened_for_blocks({-1.0, 1.0}, 0.0, blocks).high;
  std::vector<Eigen::VectorXd> scores;
  std::vector<std::vector<double>> errors;
  for (int power = 0; power < kMoments; ++power) {
    Eigen::VectorXd score = kernels * lag.pow(power).matrix();
    const double before = score.norm();
    for (const Eigen::VectorXd& earlier : scores) score -= score.dot(earlier) / draws * earlier;
    if (!(score.norm() > 1e-9 * before)) break;
    score *= std::sqrt(draws) / score.norm();
    const Eigen::VectorXd error = stretch * (kernels.transpose() * score) / draws;
    errors.emplace_back(error.data(), error.data() + error.size());
    scores.push_back(std::move(score));
  }
  return errors;
}

void bootstrap(const Accumulated& all, const ElectrodeOptions& options, ElectrodeKernel& kernel) {
  std::vector<double> resistance(options.bootstrap_draws, std::nan("")),
      capacitance(options.bootstrap_draws, std::nan(""));
  std::vector<std::vector<double>> parts(options.bootstrap_draws);
  parallel_for(options.bootstrap_draws, options.threads, [&](std::size_t draw) {
    RandomStream random(options.seed, draw);
    Gram sum = Gram::Zero(all.blocks[0].rows(), all.blocks[0].cols());
    for (std::size_t b = 0; b < all.blocks.size(); ++b) sum += all.blocks[random.index(all.blocks.size())];
    const auto response = solve(all, sum);
    if (!response) return;
    const MembraneTail membrane = fit_membrane(*response, all.knots, all.dt_ms, options);
    parts[draw] = electrode_part(*response, membrane, all.knots, all.dt_ms, options);
    resistance[draw] = integral_MOhm(parts[draw], all.dt_ms, options.kernel_end_ms);
    capacitance[draw] = 1.0 / membrane.amplitude_per_pF;
  });
  const std::size_t blocks = all.blocks.size();
  if (const auto interval = percentile_interval(resistance)) {
    kernel.resistance_ci95_MOhm = widened_for_blocks(*interval, kernel.resistance_MOhm, blocks);
    kernel.kernel_errors_GOhm_per_ms = errors_of_kernel(parts, blocks);
  }
  if (const auto interval = percentile_interval(capacitance))
    kernel.kernel_capacitance_ci95_pF = widened_for_blocks(*interval, kernel.kernel_capacitance_pF, blocks);
}

void add_warnings(ElectrodeKernel& kernel) {
  if (kernel.resistance_MOhm < -1.0) {
    kernel.warnings.push_back(fmt::format(
        "the electrode kernel integrates to {:.1f} MOhm; a negative resistance says that the recording was "
        "compensated too much already, or that current and voltage are not in step [electrode.negative]",
        kernel.resistance_MOhm));
  }
  if (kernel.resistance_below_1ms_MOhm > 2.0 &&
      kernel.resistance_MOhm > 1.2 * kernel.resistance_below_1ms_MOhm) {
    kernel.warnings.push_back(
        fmt::format("the kernel holds {:.1f} MOhm below 1 ms and {:.1f} MOhm in all: its slow part is a fast "
                    "mode of the cell, "
                    "which is not isopotential [electrode.slow_part]",
                    kernel.resistance_below_1ms_MOhm, kernel.resistance_MOhm));
  }
  if (kernel.kernel_capacitance_pF <= 0.0) {
    kernel.warnings.push_back(
        "the tail of the response has no decaying exponential; the membrane was not resolved "
        "[electrode.no_membrane]");
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

ElectrodeKernel estimate_electrode(const Recording& recording, const SpikeTrains& spikes_ms,
                                   const ElectrodeOptions& options) {
  options.validate();
  require(!recording.sweeps.empty(), "estimate_electrode: the recording has no sweep");
  require(spikes_ms.size() == recording.sweeps.size(), "estimate_electrode: one spike train per sweep");
  const Accumulated all = regress(recording, spikes_ms, options);
  const auto response = solve(all, total(all));
  if (!response) {
    throw DataError(
        fmt::format("{}: the current does not vary enough to separate its lags; electrode compensation needs "
                    "fluctuating current",
                    recording.sweeps.front().voltage_source.file));
  }
  const MembraneTail membrane = fit_membrane(*response, all.knots, all.dt_ms, options);

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
