#include "libfit/fit/bootstrap.hpp"

#include <cmath>
#include <mutex>

#include "libfit/core/parallel.hpp"
#include "libfit/core/random.hpp"
#include "libfit/model/parameters.hpp"

namespace libfit {
namespace {

double draw_capacitance(const CapacitanceAnalysis& analysis, std::span<const double> weights,
                        std::uint64_t seed, std::size_t draw) {
  const Capacitance& result = analysis.result;
  if (result.method == CapacitanceMethod::plateau)
    return redraw_plateau_pF(analysis, weights).value_or(std::nan(""));
  if (!result.ci95_pF) return result.value_pF;
  RandomStream random(seed ^ 0x43617061ULL, draw);
  const double sd = (result.ci95_pF->high - result.ci95_pF->low) / (2.0 * 1.96);
  return result.value_pF + sd * random.normal();
}

// One standard error of the common error in C, in F of each bin, in every parameter of each fit.
struct CommonSteps {
  double capacitance_pF = 0.0;
  std::vector<double> F_mV_per_ms;
  std::vector<std::vector<double>> parameters;
};

std::vector<double> values_of(const Model& model) {
  std::vector<double> values;
  for (const ParameterValue& parameter : scalar_parameters(model)) values.push_back(parameter.value);
  return values;
}

std::optional<Model> refit(const DynamicIv& iv, const ModelFit& fit) {
  return refit(iv, fit.model, fit.curve->upper_fit_V_mV, fit.curve->excess_sd_mV_per_ms);
}

CommonSteps common_steps(const CommonError& common, const IvMoments& moments, const DynamicIv& iv,
                         const DynamicIvOptions& options, const std::vector<ModelFit>& fits) {
  CommonSteps steps;
  steps.capacitance_pF = common.capacitance_move_pF;
  const DynamicIv own = redraw_curve(iv, moments, iv.capacitance_pF, options, common.block_weights);
  const DynamicIv moved =
      redraw_curve(iv, common.moments, iv.capacitance_pF + common.capacitance_move_pF, options, {});
  for (std::size_t b = 0; b < iv.bins.size(); ++b) {
    const bool both = own.bins[b].supported && moved.bins[b].supported;
    steps.F_mV_per_ms.push_back(both ? moved.bins[b].F_mV_per_ms - own.bins[b].F_mV_per_ms : 0.0);
  }
  for (const ModelFit& fit : fits) {
    std::vector<double> step(fit.parameters.size(), 0.0);
    if (fit.status != FitStatus::failed && !std::holds_alternative<Tabulated>(fit.model)) {
      const auto before = refit(own, fit);
      const auto after = refit(moved, fit);
      if (before && after) {
        const std::vector<double> from = values_of(*before), to = values_of(*after);
        for (std::size_t p = 0; p < step.size(); ++p) step[p] = to[p] - from[p];
      }
    }
    steps.parameters.push_back(std::move(step));
  }
  return steps;
}

void add_common_error(const CommonSteps& steps, std::uint64_t seed, std::size_t which, FitBootstrap& result,
                      std::vector<std::vector<double>>& F) {
  RandomStream random(seed ^ 0x436f6d6dULL, which);
  for (std::size_t draw = 0; draw < result.draws; ++draw) {
    const double times = random.normal();
    result.capacitance_pF[draw] += times * steps.capacitance_pF;
    for (std::size_t b = 0; b < F.size(); ++b) F[b][draw] += times * steps.F_mV_per_ms[b];
    for (std::size_t f = 0; f < result.draws_of.size(); ++f) {
      for (std::size_t p = 0; p < result.draws_of[f].size(); ++p)
        result.draws_of[f][p][draw] += times * steps.parameters[f][p];
    }
  }
}

void set_parameter_intervals(std::vector<ModelFit>& fits, const FitBootstrap& draws, std::size_t blocks) {
  for (std::size_t f = 0; f < fits.size(); ++f) {
    fits[f].draw_blocks = draws.draws > 0 ? blocks : 0;
    set_intervals(fits[f], draws.draws_of[f], blocks);
    for (std::size_t p = 0; p < fits[f].parameters.size(); ++p)
      fits[f].parameters[p].draws = draws.draws_of[f][p];
  }
}

}  // namespace

DynamicIv redraw_curve(const DynamicIv& iv, const IvMoments& moments, double capacitance_pF,
                       const DynamicIvOptions& options, std::span<const double> weights) {
  DynamicIv drawn = dynamic_iv(moments, capacitance_pF, options, weights);
  std::size_t at = 0;
  std::vector<IvBin> bins;
  for (const IvBin& bin : iv.bins) {
    // Both lists ascend and a bin keeps its place to within a bin's width.
    while (at < drawn.bins.size() && drawn.bins[at].V_mV < bin.V_mV - 0.5 * moments.bin_width_mV) ++at;
    IvBin copy = bin;
    copy.supported = false;
    if (at < drawn.bins.size() &&
        std::floor((drawn.bins[at].V_mV - moments.first_edge_mV) / moments.bin_width_mV) ==
            std::floor((bin.V_mV - moments.first_edge_mV) / moments.bin_width_mV)) {
      copy = drawn.bins[at];
      copy.se_mV_per_ms = bin.se_mV_per_ms;
      copy.supported = bin.supported;
    }
    bins.push_back(copy);
  }
  drawn.bins = std::move(bins);
  return drawn;
}

FitBootstrap bootstrap_fits(const CapacitanceAnalysis& capacitance, const IvMoments& moments,
                            const DynamicIv& iv, const DynamicIvOptions& iv_options,
                            std::vector<ModelFit>& fits, const FitBootstrapOptions& options,
                            std::span<const CommonError> common) {
  FitBootstrap result;
  result.draws = options.draws;
  result.capacitance_pF.assign(options.draws, std::nan(""));
  for (const ModelFit& fit : fits) {
    result.draws_of.emplace_back(fit.parameters.size(), std::vector<double>(options.draws, std::nan("")));
  }
  std::vector<std::vector<double>> F(iv.bins.size(), std::vector<double>(options.draws, std::nan("")));
  std::vector<std::size_t> failed(options.draws, 0);
  std::mutex guard;
  std::size_t done = 0;
  parallel_for(options.draws, options.threads, [&](std::size_t draw) {
    const std::vector<double> weights = draw_block_weights(moments.block_count, options.seed, draw);
    const double C = draw_capacitance(capacitance, weights, options.seed, draw);
    if (!(C > 0.0)) return;
    result.capacitance_pF[draw] = C;
    const DynamicIv drawn = redraw_curve(iv, moments, C, iv_options, weights);
    for (std::size_t b = 0; b < iv.bins.size(); ++b) {
      if (drawn.bins[b].supported) F[b][draw] = drawn.bins[b].F_mV_per_ms;
    }
    for (std::size_t f = 0; f < fits.size(); ++f) {
      if (fits[f].status == FitStatus::failed || std::holds_alternative<Tabulated>(fits[f].model)) continue;
      const auto model = refit(drawn, fits[f]);
      if (!model) {
        ++failed[draw];
        continue;
      }
      const auto values = values_of(*model);
      for (std::size_t p = 0; p < values.size(); ++p) result.draws_of[f][p][draw] = values[p];
    }
    if (options.progress) {
      const std::lock_guard lock(guard);
      options.progress(static_cast<double>(++done) / static_cast<double>(options.draws));
    }
  });
  for (const std::size_t count : failed) result.failed += count;
  for (std::size_t e = 0; e < common.size(); ++e)
    add_common_error(common_steps(common[e], moments, iv, iv_options, fits), options.seed, e, result, F);
  set_parameter_intervals(fits, result, moments.block_count);
  if (options.draws >= 20) {
    for (std::size_t b = 0; b < iv.bins.size(); ++b) {
      const auto interval = percentile_interval(F[b]);
      result.F_mV_per_ms.push_back(
          interval ? widened_for_blocks(*interval, iv.bins[b].F_mV_per_ms, iv.bins[b].blocks)
                   : Interval{std::nan(""), std::nan("")});
    }
  }
  return result;
}

}  // namespace libfit
