#include "libfit/iv/capacitance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "libfit/core/error.hpp"
#include "libfit/core/parallel.hpp"
#include "libfit/iv/capacitance_choice_internal.hpp"
#include "libfit/signal/quiet_stretches.hpp"

namespace libfit {
namespace {

QuietWindow window_of(const CapacitanceOptions& options) {
  return {options.exclude_before_spike_ms, options.exclude_after_spike_ms};
}

using Weights = std::vector<std::vector<double>>;  // one vector per draw

Weights all_draws(std::size_t blocks, const CapacitanceOptions& options) {
  Weights weights;
  for (std::size_t draw = 0; draw < options.bootstrap_draws; ++draw) {
    weights.push_back(draw_block_weights(blocks, options.seed, draw));
  }
  return weights;
}

std::vector<double> redraw(const CapacitanceMoments& moments, std::size_t first, std::size_t last,
                           bool demean_bins, const Weights& weights, unsigned threads) {
  std::vector<double> values(weights.size(), std::nan(""));
  parallel_for(weights.size(), threads, [&](std::size_t draw) {
    if (const auto fit = fit_weak_form(moments, first, last, demean_bins, weights[draw]))
      values[draw] = fit->capacitance_pF;
  });
  return values;
}

double spread(const std::vector<double>& draws) {
  std::vector<double> finite;
  std::copy_if(draws.begin(), draws.end(), std::back_inserter(finite),
               [](double x) { return std::isfinite(x); });
  // From quantiles: a draw that nearly lost its current must not blow up the error of all.
  if (finite.size() < 20) return std::nan("");
  return (*quantile(finite, 0.84) - *quantile(finite, 0.16)) / 2.0;
}

std::size_t blocks_in(const CapacitanceMoments& moments, std::size_t first, std::size_t last) {
  std::size_t blocks = 0;
  for (std::size_t b = 0; b < moments.block_count; ++b) {
    double count = 0.0;
    for (std::size_t bin = first; bin < last; ++bin) count += moments.cells[b * moments.bin_count + bin][0];
    if (count > 0.0) ++blocks;
  }
  return blocks;
}

struct Plateau {
  std::vector<CapacitanceAtVoltage> groups;
  std::size_t first_bin = 0, last_bin = 0, count = 0;  // bins of the plateau; number of its groups
};

std::optional<CapacitanceAtVoltage> capacitance_of_group(const CapacitanceMoments& moments, std::size_t first,
                                                         std::size_t last, const Weights& weights,
                                                         const CapacitanceOptions& options) {
  if (blocks_in(moments, first, last) < options.min_blocks) return std::nullopt;
  const auto fit = fit_weak_form(moments, first, last, true);
  if (!fit) return std::nullopt;
  CapacitanceAtVoltage group;
  group.V_mV = 0.5 * (moments.centre_mV(first) + moments.centre_mV(last - 1));
  group.capacitance_pF = fit->capacitance_pF;
  group.residual_resistance_MOhm = fit->residual_resistance_MOhm;
  group.se_pF = spread(redraw(moments, first, last, true, weights, options.threads));
  if (!(group.se_pF > 0.0) || group.se_pF > 0.5 * group.capacitance_pF) return std::nullopt;  // of no use
  return group;
}

// C of each group of bins from the lowest voltage upwards, and the groups of the plateau.
Plateau find_plateau(const CapacitanceMoments& moments, const Weights& weights,
                     const CapacitanceOptions& options) {
  Plateau plateau;
  std::vector<std::size_t> first_bins;
  for (std::size_t first = 0; first + options.bins_per_group <= moments.bin_count;
       first += options.bins_per_group) {
    if (const auto group =
            capacitance_of_group(moments, first, first + options.bins_per_group, weights, options)) {
      plateau.groups.push_back(*group);
      first_bins.push_back(first);
    }
  }
  plateau.count = plateau_length(plateau.groups, options.plateau_tolerance);
  for (std::size_t g = 0; g < plateau.count; ++g) plateau.groups[g].in_plateau = true;
  if (plateau.count > 0) {
    plateau.first_bin = first_bins.front();
    plateau.last_bin = first_bins[plateau.count - 1] + options.bins_per_group;
  }
  return plateau;
}

// Moments of (I, dV/dt) in the best-filled bin, for the variance method.
void variance_method(const CapacitanceMoments& moments, const Weights& weights, Capacitance& result) {
  std::size_t best = 0;
  double most = 0.0;
  for (std::size_t bin = 0; bin < moments.bin_count; ++bin) {
    double count = 0.0;
    for (std::size_t b = 0; b < moments.block_count; ++b)
      count += moments.cells[b * moments.bin_count + bin][0];
    if (count > most) {
      most = count;
      best = bin;
    }
  }
  if (most < 50.0) return;
  // Places of 1, I, I^2, D, D I, D^2 in the lower triangle of the products.
  struct Second {
    double current = 0.0, covariance = 0.0, slope = 0.0;
  };
  const auto second = [&](std::span<const double> w) {
    std::array<double, 6> m{};
    constexpr std::array<std::size_t, 6> kPlaces{0, 1, 2, 21, 22, 27};
    for (std::size_t b = 0; b < moments.block_count; ++b) {
      const auto& cell = moments.cells[b * moments.bin_count + best];
      for (std::size_t i = 0; i < m.size(); ++i) m[i] += (w.empty() ? 1.0 : w[b]) * cell[kPlaces[i]];
    }
    const double n = m[0];
    return Second{m[2] / n - m[1] * m[1] / (n * n), m[4] / n - m[1] * m[3] / (n * n),
                  m[5] / n - m[3] * m[3] / (n * n)};
  };
  const Second all = second({});
  if (!(all.covariance > 0.0)) return;
  const double value = all.current / all.covariance;
  std::vector<double> draws;
  for (const auto& w : weights) {
    const Second drawn = second(w);
    draws.push_back(drawn.current / drawn.covariance);
  }
  result.variance_pF = Estimate{value, percentile_interval(draws)};
  result.variance_bin_mV = moments.centre_mV(best);
  for (int i = 0; i <= 100; ++i) {
    const double c = value * std::pow(4.0, -0.5 + i / 100.0);
    result.curve_C_pF.push_back(c);
    result.curve_variance.push_back(all.current / (c * c) - 2.0 * all.covariance / c + all.slope);
  }
}

// Nothing could be estimated: were it the spikes, or the current?
[[noreturn]] void refuse(const Recording& recording, const QuietStretches& quiet) {
  const std::string& file = recording.sweeps.front().voltage_source.file;
  double left_s = 0.0;
  for (std::size_t s = 0; s < quiet.stretches.size(); ++s)
    for (const Stretch& stretch : quiet.stretches[s])
      left_s += static_cast<double>(stretch.end - stretch.begin) * recording.sweeps[s].dt_ms / 1000.0;
  if (quiet.share < 0.1 && left_s < 5.0)
    throw DataError(fmt::format(
        "{}: the capacitance cannot be estimated: the spikes leave {:.3g} s of the recording (from "
        "{:.3g} ms after a spike to {:.3g} ms before the next); record longer, or at a lower "
        "mean current, or pass the capacitance",
        file, left_s, quiet.window.after_ms, quiet.window.before_ms));
  throw DataError(fmt::format(
      "{}: the capacitance cannot be estimated: outside spikes the current does not fluctuate "
      "enough to move the voltage; record fluctuating current for a minute, or pass the capacitance",
      file));
}

}  // namespace

void CapacitanceOptions::validate() const {
  check_options({{"window_ms", window_ms, window_ms > 0.0, "> 0"},
                 {"bin_width_mV", bin_width_mV, bin_width_mV > 0.0, "> 0"},
                 {"bins_per_group", static_cast<double>(bins_per_group), bins_per_group >= 1, ">= 1"},
                 {"exclude_before_spike_ms", exclude_before_spike_ms, exclude_before_spike_ms >= 0.0, ">= 0"},
                 {"exclude_after_spike_ms", exclude_after_spike_ms, exclude_after_spike_ms >= 0.0, ">= 0"},
                 {"plateau_tolerance", plateau_tolerance, plateau_tolerance > 0.0, "> 0"},
                 {"kernel_tolerance", kernel_tolerance, kernel_tolerance > 0.0, "> 0"}});
}

std::string_view method_name(CapacitanceMethod method) {
  switch (method) {
    case CapacitanceMethod::kernel:
      return "kernel";
    case CapacitanceMethod::regression:
      return "regression";
    case CapacitanceMethod::given:
      return "given";
    case CapacitanceMethod::plateau:
      break;
  }
  return "plateau";
}

CapacitanceMoments capacitance_moments(const Recording& compensated, const SpikeTrains& spikes_ms,
                                       std::span<const Block> blocks, const CapacitanceOptions& options) {
  const auto quiet =
      quiet_stretches(compensated, driven_stretches(compensated), spikes_ms, window_of(options));
  return gather_capacitance_moments(compensated, quiet.stretches, blocks, options.window_ms,
                                    options.bin_width_mV, options.threads);
}

CapacitanceAnalysis estimate_capacitance(const Recording& compensated, const SpikeTrains& spikes_ms,
                                         std::span<const Block> blocks,
                                         const std::optional<ElectrodeKernel>& kernel,
                                         const CapacitanceOptions& options) {
  options.validate();
  require(spikes_ms.size() == compensated.sweeps.size(), "estimate_capacitance: one spike train per sweep");
  const auto quiet =
      quiet_stretches(compensated, driven_stretches(compensated), spikes_ms, window_of(options));
  CapacitanceAnalysis analysis;
  analysis.moments = gather_capacitance_moments(compensated, quiet.stretches, blocks, options.window_ms,
                                                options.bin_width_mV, options.threads);
  const CapacitanceMoments& moments = analysis.moments;
  const Weights weights = all_draws(blocks.size(), options);
  Capacitance& result = analysis.result;

  variance_method(moments, weights, result);
  if (const auto fit = fit_weak_form(moments, 0, moments.bin_count, false)) {
    result.regression_pF =
        Estimate{fit->capacitance_pF,
                 percentile_interval(redraw(moments, 0, moments.bin_count, false, weights, options.threads))};
  }
  const Plateau plateau = find_plateau(moments, weights, options);
  result.against_voltage = plateau.groups;
  result.plateau_first_bin = plateau.first_bin;
  result.plateau_last_bin = plateau.last_bin;
  if (plateau.count > 0) {
    if (const auto fit = fit_weak_form(moments, plateau.first_bin, plateau.last_bin, true)) {
      result.residual_resistance_MOhm = fit->residual_resistance_MOhm;
      result.plateau_pF = Estimate{
          fit->capacitance_pF, percentile_interval(redraw(moments, plateau.first_bin, plateau.last_bin, true,
                                                          weights, options.threads))};
    }
  }
  if (kernel && kernel->kernel_capacitance_pF > 0.0) {
    result.kernel_pF = Estimate{kernel->kernel_capacitance_pF, kernel->kernel_capacitance_ci95_pF};
  }
  ImpedanceOptions impedance;
  impedance.bootstrap_draws = options.bootstrap_draws;
  impedance.seed = options.seed;
  if (const auto found = estimate_impedance_capacitance(compensated, quiet.stretches, impedance)) {
    result.impedance_pF = Estimate{found->capacitance_pF, found->ci95_pF};
  }

  if (!result.plateau_pF && !result.kernel_pF && !result.regression_pF) refuse(compensated, quiet);
  if (quiet.shrunk) result.warnings.push_back("capacitance: " + shrunk_sentence(window_of(options), quiet));
  choose_capacitance(result, plateau.count, options.kernel_tolerance);
  // The kernel's interval is from blocks of its own.
  if (result.ci95_pF && result.method != CapacitanceMethod::kernel)
    result.ci95_pF = widened_for_blocks(*result.ci95_pF, result.value_pF, blocks.size());
  warn_of_disagreement(result);
  return analysis;
}

std::optional<double> plateau_move_pF(const CapacitanceAnalysis& analysis, const CapacitanceMoments& moments,
                                      std::span<const double> weights) {
  const auto own = redraw_plateau_pF(analysis, weights);
  // The same voltages: the other recording may begin a bin lower or higher.
  const auto offset = static_cast<std::ptrdiff_t>(
      std::lround((analysis.moments.first_edge_mV - moments.first_edge_mV) / moments.bin_width_mV));
  const auto bin = [&](std::size_t index) {
    return static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(
        static_cast<std::ptrdiff_t>(index) + offset, 0, static_cast<std::ptrdiff_t>(moments.bin_count)));
  };
  const auto other = fit_weak_form(moments, bin(analysis.result.plateau_first_bin),
                                   bin(analysis.result.plateau_last_bin), true);
  if (!own || !other) return std::nullopt;
  return other->capacitance_pF - *own;
}

std::optional<double> redraw_plateau_pF(const CapacitanceAnalysis& analysis,
                                        std::span<const double> weights) {
  const auto fit = fit_weak_form(analysis.moments, analysis.result.plateau_first_bin,
                                 analysis.result.plateau_last_bin, true, weights);
  if (!fit) return std::nullopt;
  return fit->capacitance_pF;
}

}  // namespace libfit
