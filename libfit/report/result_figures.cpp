#include "libfit/report/result_figures.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "libfit/report/figures.hpp"
#include "libfit/report/gif_figures.hpp"
#include "libfit/report/post_spike_results.hpp"
#include "libfit/report/step_figures.hpp"
#include "libfit/simulate/model_analysis.hpp"

namespace libfit {
namespace {

// The models that figures compare, in one order, so that colours agree between figures: EIF and QIF on the
// curve, and what adaptation and a threshold that follows the voltage add where spikes are predicted.
std::vector<const ModelFit*> shown_models(const std::vector<ModelFit>& models, std::size_t how_many) {
  constexpr std::array<std::string_view, 4> order = {"eif", "qif", "adex", "history_gif"};
  std::vector<const ModelFit*> shown;
  for (std::size_t i = 0; i < std::min(how_many, order.size()); ++i) {
    for (const ModelFit& fit : models) {
      if (fit.status != FitStatus::failed && fit_name(fit) == order[i]) shown.push_back(&fit);
    }
  }
  return shown;
}

// Start of the window of `length_ms` whose spike count comes closest to the average; the first of equals.
double typical_window_ms(const std::vector<double>& spikes_ms, double duration_ms, double length_ms) {
  if (duration_ms <= length_ms) return 0.0;
  const double expected = static_cast<double>(spikes_ms.size()) * length_ms / duration_ms;
  double best = 0.0, least = std::numeric_limits<double>::infinity();
  for (double begin = 0.1 * (duration_ms - length_ms); begin + length_ms <= duration_ms;
       begin += 0.25 * length_ms) {
    const auto inside = std::count_if(spikes_ms.begin(), spikes_ms.end(),
                                      [&](double t) { return t >= begin && t < begin + length_ms; });
    const double off = std::abs(static_cast<double>(inside) - expected);
    if (off < least) {
      least = off;
      best = begin;
    }
  }
  return best;
}

std::vector<double> seconds(const std::vector<double>& times_ms) {
  std::vector<double> times_s;
  times_s.reserve(times_ms.size());
  for (const double t : times_ms) times_s.push_back(t / 1000.0);
  return times_s;
}

// As many rows as a raster has room for.
std::vector<std::vector<double>> some_trains(const std::vector<std::vector<double>>& trains_ms) {
  constexpr std::size_t rows = 10;
  std::vector<std::vector<double>> some;
  for (std::size_t i = 0; i < std::min(rows, trains_ms.size()); ++i) some.push_back(seconds(trains_ms[i]));
  return some;
}

struct Excerpt {
  std::size_t begin, end;
};

Excerpt excerpt(double begin_ms, double length_ms, double dt_ms, std::size_t size) {
  const auto begin = std::min(size, static_cast<std::size_t>(begin_ms / dt_ms));
  return {begin, std::min(size, begin + static_cast<std::size_t>(length_ms / dt_ms))};
}

std::vector<double> cut(const std::vector<double>& values, const Excerpt& e) {
  return {values.begin() + static_cast<std::ptrdiff_t>(e.begin),
          values.begin() + static_cast<std::ptrdiff_t>(e.end)};
}

std::vector<double> times_s(const Excerpt& e, double dt_ms) {
  std::vector<double> times;
  times.reserve(e.end - e.begin);
  for (std::size_t k = e.begin; k < e.end; ++k) times.push_back(static_cast<double>(k) * dt_ms / 1000.0);
  return times;
}

Figure electrode_kernel(const ElectrodeKernel& kernel) {
  ElectrodeKernelSeries series;
  for (std::size_t b = 0; b < kernel.lag_ms.size(); ++b) {
    const double lag = kernel.lag_ms[b];
    if (lag > 20.0) break;
    series.time_ms.push_back(lag);
    series.response_MOhm_per_ms.push_back(1000.0 * kernel.response_GOhm_per_ms[b]);
    series.response_se_MOhm_per_ms.push_back(1000.0 * kernel.response_se_GOhm_per_ms[b]);
    const double membrane =
        kernel.kernel_capacitance_pF > 0.0 && lag >= 0.0
            ? 1000.0 / kernel.kernel_capacitance_pF * std::exp(-lag / kernel.membrane_tau_ms)
            : std::nan("");
    series.membrane_MOhm_per_ms.push_back(membrane);
    const auto at = static_cast<std::size_t>(std::lround(std::max(lag, 0.0) / kernel.dt_ms));
    series.kernel_MOhm_per_ms.push_back(lag >= 0.0 && at < kernel.kernel_GOhm_per_ms.size()
                                            ? 1000.0 * kernel.kernel_GOhm_per_ms[at]
                                            : std::nan(""));
  }
  series.resistance_MOhm = {kernel.resistance_MOhm, kernel.resistance_ci95_MOhm};
  series.end_ms = 10.0;
  return electrode_kernel_figure(series);
}

Figure compensation(const Recording& raw, const Membrane& membrane) {
  const Sweep& sweep = raw.sweeps.front();
  const double begin = typical_window_ms(membrane.spikes_ms.front(), sweep.duration_ms(), 1000.0);
  const Excerpt part = excerpt(begin, 1000.0, sweep.dt_ms, sweep.size());
  CompensationSeries series;
  series.time_s = times_s(part, sweep.dt_ms);
  series.current_pA = cut(sweep.current_pA, part);
  series.raw_mV = cut(sweep.voltage_mV, part);
  series.compensated_mV = cut(membrane.recording.sweeps.front().voltage_mV, part);
  return compensation_figure(series);
}

Figure capacitance(const Capacitance& c) {
  CapacitanceSeries series;
  series.trial_pF = c.curve_C_pF;
  series.variance_mV2_per_ms2 = c.curve_variance;
  if (c.variance_pF) series.least_pF = c.variance_pF->value;
  std::optional<Interval> plateau;
  for (const CapacitanceAtVoltage& group : c.against_voltage) {
    series.voltage_mV.push_back(group.V_mV);
    series.capacitance_pF.push_back(group.capacitance_pF);
    series.capacitance_se_pF.push_back(group.se_pF);
    if (!group.in_plateau) continue;
    if (!plateau) plateau = Interval{group.V_mV - 1.5, group.V_mV + 1.5};
    plateau->high = group.V_mV + 1.5;
  }
  series.plateau_mV = plateau;
  series.value_pF = Estimate{c.value_pF, c.ci95_pF};
  if (c.kernel_pF) series.kernel_pF = c.kernel_pF->value;
  return capacitance_figure(series);
}

Figure dynamic_iv_plot(const CellFit& cell) {
  DynamicIvSeries series;
  const double top = cell.models.empty() ? 1e9 : cell.models.front().upper_fit_V_mV + 2.0;
  for (const IvBin& bin : cell.iv.bins) {
    if (!bin.supported || bin.V_mV > top) continue;
    series.voltage_mV.push_back(bin.V_mV);
    series.f_mV_per_ms.push_back(bin.F_mV_per_ms);
    series.f_se_mV_per_ms.push_back(bin.se_mV_per_ms);
  }
  for (const ModelFit* fit : shown_models(cell.models, 2)) {
    ModelCurve curve;
    curve.label = label_of_model(fit_name(*fit));
    for (std::size_t b = 0; b < series.voltage_mV.size(); ++b) {
      const double F = drift_mV_per_ms(fit->model, series.voltage_mV[b]);
      curve.residual_se.push_back((series.f_mV_per_ms[b] - F) / series.f_se_mV_per_ms[b]);
    }
    if (!series.voltage_mV.empty()) {
      const double low = series.voltage_mV.front(), high = series.voltage_mV.back();
      for (int i = 0; i <= 400; ++i) {
        curve.voltage_mV.push_back(low + (high - low) * i / 400.0);
        curve.f_mV_per_ms.push_back(drift_mV_per_ms(fit->model, curve.voltage_mV.back()));
      }
    }
    series.models.push_back(std::move(curve));
  }
  if (!cell.models.empty() && cell.models.front().status != FitStatus::failed)
    series.fit_limit_mV = cell.models.front().upper_fit_V_mV;
  return dynamic_iv_figure(series);
}

Figure prediction(const TestResult& test, const std::vector<const ModelFit*>& shown) {
  PredictionSeries series;
  const double begin = typical_window_ms(test.spikes_ms.front(), test.duration_ms, 2000.0);
  const Excerpt part = excerpt(begin, 2000.0, test.dt_ms, test.current_pA.size());
  series.time_s = times_s(part, test.dt_ms);
  series.recorded_mV = cut(test.repetitions.sweeps.front().voltage_mV, part);
  series.recorded_spikes_s = seconds(test.spikes_ms.front());
  for (const ModelFit* fit : shown) {
    for (const ModelTest& model : test.models) {
      if (model.model != fit_name(*fit)) continue;
      series.models.push_back({label_of_model(model.model), cut(model.prediction.voltage_mV, part),
                               seconds(model.prediction.spike_times_ms)});
    }
  }
  series.overview_s = {begin / 1000.0, std::min(begin + 2000.0, test.duration_ms) / 1000.0};
  const auto first =
      std::lower_bound(test.spikes_ms.front().begin(), test.spikes_ms.front().end(), begin + 100.0);
  double detail = begin;
  if (first != test.spikes_ms.front().end() && *first < begin + 1850.0) detail = *first - 100.0;
  series.detail_s = {detail / 1000.0, std::min(detail + 200.0, test.duration_ms) / 1000.0};
  return prediction_figure(series);
}

Figure raster(const TestResult& test, const std::vector<const ModelFit*>& shown) {
  RasterSeries series;
  RasterGroup cell{"cell", {}};
  for (const auto& train : test.spikes_ms) cell.trains_s.push_back(seconds(train));
  series.groups.push_back(cell);
  for (const ModelFit* fit : shown) {
    for (const ModelTest& model : test.models) {
      if (model.model == fit_name(*fit))
        series.groups.push_back({label_of_model(model.model), some_trains(model.trains)});
    }
  }
  const double length_ms = std::min(5000.0, test.duration_ms);
  const double begin = typical_window_ms(test.spikes_ms.front(), test.duration_ms, length_ms);
  series.window_s = {begin / 1000.0, (begin + length_ms) / 1000.0};
  return raster_figure(series);
}

std::optional<Estimate> as_estimate(const ScoreValue& score) {
  if (!score.value) return std::nullopt;
  return Estimate{*score.value, score.ci95};
}

Figure scores(const TestResult& test) {
  ScoreSeries series;
  ScoreMeasure md{"Md*", {}, 1.0}, gamma{"Γ", {}, {}}, explained{"EV 10 ms", {}, 1.0},
      voltage{"voltage", {}, {}};
  for (const char* name : {"eif", "qif", "refractory_eif", "adex", "gif", "history_gif"}) {
    for (const ModelTest& model : test.models) {
      if (model.model != name) continue;
      series.models.push_back(label_of_model(name));
      md.models.push_back(as_estimate(model.spikes.md_star));
      gamma.models.push_back(as_estimate(model.spikes.gamma));
      voltage.models.push_back(as_estimate(model.voltage.variance_explained));
      std::optional<Estimate> ratio;
      for (const ExplainedVariance& part : model.spikes.explained_variance) {
        if (part.sigma_ms == 10.0) ratio = as_estimate(part.ratio);
      }
      explained.models.push_back(ratio);
      gamma.ceiling = model.spikes.reliability_gamma.value;
      voltage.ceiling = model.voltage.ceiling.value;
    }
  }
  series.measures = {md, gamma, explained, voltage};
  return scores_figure(series);
}

// The cell and the models of the other figures, with the one that is best to simulate.
Figure f_I_curves(const Characterization& result) {
  const auto series = [&](const std::string& label, const StepRatesOf& rates) {
    return StepRates{label, result.steps->amplitude_pA, rates.first_Hz, rates.steady_Hz};
  };
  std::vector<StepRates> curves{series("cell", result.steps->cell)};
  const auto shown = shown_models(result.cell.models, 4);
  for (const StepRatesOf& model : result.steps->models) {
    const bool drawn =
        std::ranges::any_of(shown, [&](const ModelFit* fit) { return fit_name(*fit) == model.name; });
    if (drawn || model.name == result.best_simulable)
      curves.push_back(series(label_of_model(model.name), model));
  }
  return step_rates_figure(curves);
}

}  // namespace

std::vector<Figure> electrode_figures(const Recording& raw, const Membrane& membrane) {
  std::vector<Figure> figures;
  if (!membrane.electrode) return figures;
  figures.push_back(compensation(raw, membrane));
  figures.push_back(electrode_kernel(*membrane.electrode));
  return figures;
}

std::vector<Figure> curve_figures(const CellFit& cell) {
  std::vector<Figure> figures;
  if (cell.capacitance.result.method != CapacitanceMethod::given)
    figures.push_back(capacitance(cell.capacitance.result));
  figures.push_back(dynamic_iv_plot(cell));
  return figures;
}

std::vector<Figure> result_figures(const CellRecordings& recordings, const Characterization& result) {
  std::vector<Figure> figures = electrode_figures(recordings.training, result.membrane);
  const std::vector<Figure> curve = curve_figures(result.cell);
  figures.insert(figures.end(), curve.begin(), curve.end());
  const std::vector<Figure> post_spike = post_spike_figures(result.cell);
  figures.insert(figures.end(), post_spike.begin(), post_spike.end());
  const std::vector<Figure> threshold = threshold_figures(result.cell);
  figures.insert(figures.end(), threshold.begin(), threshold.end());
  if (result.steps) figures.push_back(f_I_curves(result));
  if (!result.test) return figures;
  const std::vector<Figure> drift = drift_figures(*result.test);
  figures.insert(figures.end(), drift.begin(), drift.end());
  const auto shown = shown_models(result.cell.models, 4);
  figures.push_back(prediction(*result.test, shown));
  figures.push_back(raster(*result.test, shown));
  if (!result.test->models.empty()) figures.push_back(scores(*result.test));
  return figures;
}

}  // namespace libfit
