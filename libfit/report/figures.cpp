#include "libfit/report/figures.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "libfit/draw/table.hpp"
#include "libfit/report/post_spike_results.hpp"
#include "libfit/report/result_tables.hpp"
#include "libfit/report/score_figure.hpp"
#include "libfit/report/shown_models_internal.hpp"
#include "libfit/report/step_output.hpp"
#include "libfit/report/threshold_figures.hpp"
#include "libfit/report/trace_figures.hpp"

namespace libfit {
namespace {

// Least and greatest finite value with a margin; absent when there is none.
std::optional<Interval> extent(const std::vector<double>& values, double margin) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  if (!(low < high)) return std::nullopt;
  return Interval{low - margin * (high - low), high + margin * (high - low)};
}

// The response of the voltage to current, the membrane's exponential in its tail, and what is left for the
// electrode at short lags.
Figure electrode_kernel_figure(const ElectrodeKernel& kernel) {
  constexpr double kEnd_ms = 10.0, kLast_ms = 20.0;
  std::vector<double> lags, response, response_se, membrane, electrode;
  for (std::size_t b = 0; b < kernel.lag_ms.size() && kernel.lag_ms[b] <= kLast_ms; ++b) {
    const double lag = kernel.lag_ms[b];
    lags.push_back(lag);
    response.push_back(1000.0 * kernel.response_GOhm_per_ms[b]);
    response_se.push_back(1000.0 * kernel.response_se_GOhm_per_ms[b]);
    membrane.push_back(kernel.kernel_capacitance_pF > 0.0 && lag >= 0.0
                           ? 1000.0 / kernel.kernel_capacitance_pF * std::exp(-lag / kernel.membrane_tau_ms)
                           : std::nan(""));
    const auto at = static_cast<std::size_t>(std::lround(std::max(lag, 0.0) / kernel.dt_ms));
    electrode.push_back(lag >= 0.0 && at < kernel.kernel_GOhm_per_ms.size()
                            ? 1000.0 * kernel.kernel_GOhm_per_ms[at]
                            : std::nan(""));
  }
  Panel panel = panel_of(
      axis_of("time since current", "ms", Interval{0.0, kEnd_ms}), axis_of("response", "MΩ/ms"),
      {horizontal_mark_of("", 0.0), error_points_of("measured", kBlack, lags, response, response_se),
       line_of("membrane", kBlue, lags, membrane), line_of("electrode", kVermillion, lags, electrode)});
  panel.title = "electrode resistance " +
                format_estimate({kernel.resistance_MOhm, kernel.resistance_ci95_MOhm}, 3) + " MΩ";
  return figure_of("electrode_kernel", 58.0, {std::move(panel)});
}

// Above: the variance that is least at the capacitance. Below: the capacitance in bins of voltage, the
// plateau that was used, the value with its interval, and the value of the kernel as a line.
Figure capacitance_figure(const Capacitance& c) {
  constexpr double kHalfBin_mV = 1.5;
  Panel curve = panel_of(axis_of("trial capacitance", "pF"), axis_of("Var[I/C − dV/dt]", "mV²/ms²"),
                         {without_legend(line_of("variance", kBlack, c.curve_C_pF, c.curve_variance))});
  if (c.variance_pF) {
    const double least = c.variance_pF->value;
    curve.series.push_back(vertical_mark_of("least at " + format_number(least, 3) + " pF", least));
  }
  std::vector<double> voltage, value, se;
  std::optional<Interval> plateau;
  for (const CapacitanceAtVoltage& group : c.against_voltage) {
    voltage.push_back(group.V_mV);
    value.push_back(group.capacitance_pF);
    se.push_back(group.se_pF);
    if (!group.in_plateau) continue;
    if (!plateau) plateau = Interval{group.V_mV - kHalfBin_mV, 0.0};
    plateau->high = group.V_mV + kHalfBin_mV;
  }
  const std::optional<Interval> across = extent(voltage, 0.05);
  Panel bins = panel_of(axis_of("membrane potential", "mV", across), axis_of("capacitance", "pF"));
  if (across) {
    const std::vector<double> ends{across->low, across->high};
    const auto level = [&](const char* label, unsigned colour, double at) {
      return line_of(label, colour, ends, {at, at});
    };
    if (c.ci95_pF) {
      bins.series.push_back(
          without_legend(band_of("95 % interval", kBlue, ends, {c.ci95_pF->low, c.ci95_pF->low},
                                 {c.ci95_pF->high, c.ci95_pF->high})));
    }
    bins.series.push_back(level("used, 95 % interval", kBlue, c.value_pF));
    if (c.kernel_pF) bins.series.push_back(dashed(level("from kernel", kGreen, c.kernel_pF->value)));
  }
  if (plateau) {
    bins.series.push_back(vertical_mark_of("plateau", plateau->low));
    bins.series.push_back(without_legend(vertical_mark_of("plateau end", plateau->high)));
  }
  bins.series.push_back(error_points_of("bins, ± SE", kBlack, voltage, value, se));
  return figure_of("capacitance", 90.0, {std::move(curve), std::move(bins)});
}

// F(V) in the bins that a figure shows: supported ones up to a little above the fit limit.
struct ShownBins {
  std::vector<double> V_mV, F_mV_per_ms, se_mV_per_ms;
};

ShownBins shown_bins(const CellFit& cell) {
  const double top =
      cell.models.empty() ? 1e9 : cell.models.front().curve.value_or(CurveFit()).upper_fit_V_mV + 2.0;
  ShownBins bins;
  for (const IvBin& bin : cell.iv.bins) {
    if (!bin.supported || bin.V_mV > top) continue;
    bins.V_mV.push_back(bin.V_mV);
    bins.F_mV_per_ms.push_back(bin.F_mV_per_ms);
    bins.se_mV_per_ms.push_back(bin.se_mV_per_ms);
  }
  return bins;
}

// What of F(V) is shown: all up to the fit limit and as much again of the upstroke, whose end would flatten
// the rest.
std::optional<Interval> f_range(const ShownBins& bins, std::optional<double> limit_mV) {
  if (!limit_mV) return extent(bins.F_mV_per_ms, 0.08);
  std::vector<double> fitted;
  for (std::size_t i = 0; i < bins.V_mV.size(); ++i)
    if (bins.V_mV[i] <= *limit_mV) fitted.push_back(bins.F_mV_per_ms[i]);
  std::optional<Interval> range = extent(fitted, 0.15);
  if (range) range->high += 0.5 * (range->high - range->low);
  return range;
}

Series model_curve(const ShownModel<ModelFit>& model, const std::vector<double>& V_mV) {
  constexpr int kPieces = 400;
  Series line = line_of(model.label, model.colour, {}, {});
  for (int i = 0; i <= kPieces && !V_mV.empty(); ++i) {
    line.x.push_back(V_mV.front() + (V_mV.back() - V_mV.front()) * i / kPieces);
    line.y.push_back(drift_mV_per_ms(model.entry->model, line.x.back()));
  }
  return line;
}

// F(V) in bins with the curves of models through it, and below the residuals in standard errors.
Figure dynamic_iv_figure(const CellFit& cell) {
  const ShownBins bins = shown_bins(cell);
  std::optional<double> limit_mV;
  if (!cell.models.empty() && cell.models.front().status != FitStatus::failed)
    limit_mV = cell.models.front().curve->upper_fit_V_mV;
  const Axis voltage = axis_of("membrane potential", "mV", extent(bins.V_mV, 0.04));
  Panel curve = panel_of(hidden(voltage), axis_of("F(V)", "mV/ms", f_range(bins, limit_mV)),
                         {horizontal_mark_of("", 0.0), error_points_of("measured, ± SE", kBlack, bins.V_mV,
                                                                       bins.F_mV_per_ms, bins.se_mV_per_ms)});
  Panel residuals = panel_of(voltage, axis_of("residual", "SE"), {horizontal_mark_of("", 0.0)}, 0.45);
  for (const auto& model : shown_models(cell.models, Shown::curve, fit_name)) {
    if (model.entry->status == FitStatus::failed) continue;
    curve.series.push_back(model_curve(model, bins.V_mV));
    if (bins.V_mV.empty()) continue;
    Series points = without_legend(points_of(model.label, model.colour, bins.V_mV, {}));
    for (std::size_t b = 0; b < bins.V_mV.size(); ++b) {
      const double F = drift_mV_per_ms(model.entry->model, bins.V_mV[b]);
      points.y.push_back((bins.F_mV_per_ms[b] - F) / bins.se_mV_per_ms[b]);
    }
    residuals.series.push_back(std::move(points));
  }
  if (limit_mV) {
    curve.series.push_back(vertical_mark_of("fit limit", *limit_mV));
    residuals.series.push_back(without_legend(vertical_mark_of("fit limit", *limit_mV)));
  }
  return figure_of("dynamic_iv", 85.0, {std::move(curve), std::move(residuals)});
}

// How well each model predicts, against the ceiling that the cell's own reliability sets.
Figure test_score_figure(const TestResult& test) {
  std::vector<std::string> models;
  ScoreGroup md{"Md*", 1.0, {}}, gamma{"Γ", {}, {}}, explained{"EV 10 ms", 1.0, {}},
      voltage{"voltage", {}, {}};
  for (const auto& model : shown_models(test.models, Shown::scores, &ModelTest::model)) {
    const SpikeScore& spikes = model.entry->spikes;
    const ExplainedVariance* variance = explained_at(spikes, 10.0);
    models.push_back(model.label);
    md.models.push_back(spikes.md_star.estimate());
    gamma.models.push_back(spikes.gamma.estimate());
    explained.models.push_back(variance != nullptr ? variance->ratio.estimate() : std::nullopt);
    voltage.models.push_back(model.entry->voltage.variance_explained.estimate());
    gamma.ceiling = spikes.reliability_gamma.value;
    voltage.ceiling = model.entry->voltage.ceiling.value;
  }
  return score_figure("scores", "score", models, {md, gamma, explained, voltage});
}

// The cell and the models of the other figures, with the one that is best to simulate.
Figure step_comparison_figure(const Characterization& result) {
  const StepComparison& steps = *result.steps;
  const std::vector<std::string_view> predicting = names_shown_in(Shown::predictions);
  std::vector<StepRates> curves{{"cell", steps.amplitude_pA, steps.cell.first_Hz, steps.cell.steady_Hz}};
  for (const StepRatesOf& model : steps.models) {
    const bool shown = std::ranges::count(predicting, model.name) > 0;
    if (shown || model.name == result.best_simulable)
      curves.push_back({label_of_model(model.name), steps.amplitude_pA, model.first_Hz, model.steady_Hz});
  }
  return step_rates_figure(curves);
}

}  // namespace

std::vector<Figure> electrode_figures(const Recording& raw, const Membrane& membrane) {
  if (!membrane.electrode) return {};
  return {compensation_figure(raw, membrane), electrode_kernel_figure(*membrane.electrode)};
}

std::vector<Figure> curve_figures(const CellFit& cell) {
  std::vector<Figure> figures;
  if (cell.capacitance.result.method != CapacitanceMethod::given)
    figures.push_back(capacitance_figure(cell.capacitance.result));
  figures.push_back(dynamic_iv_figure(cell));
  return figures;
}

std::vector<Figure> result_figures(const CellRecordings& recordings, const Characterization& result) {
  std::vector<Figure> figures = electrode_figures(recordings.training, result.membrane);
  const auto add = [&](std::vector<Figure> more) { std::ranges::move(more, std::back_inserter(figures)); };
  add(curve_figures(result.cell));
  add(post_spike_figures(result.cell));
  add(threshold_figures(result.cell));
  if (result.steps) figures.push_back(step_comparison_figure(result));
  if (!result.test) return figures;
  add(drift_figures(*result.test));
  figures.push_back(prediction_figure(*result.test));
  figures.push_back(raster_figure(*result.test));
  if (!result.test->models.empty()) figures.push_back(test_score_figure(*result.test));
  return figures;
}

}  // namespace libfit
