#include "libfit/report/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "libfit/characterize/cell_fit.hpp"
#include "libfit/core/json_internal.hpp"
#include "libfit/model/parameters.hpp"
#include "libfit/report/summary_parts_internal.hpp"
#include "libfit/report/warnings.hpp"

namespace libfit {
namespace {

Json electrode(const Membrane& membrane) {
  Json json = {{"compensation", compensation_name(membrane.compensation)}};
  const auto& kernel = membrane.electrode;
  json["resistance_MOhm"] = kernel ? Json(kernel->resistance_MOhm) : nullptr;
  json["resistance_ci95_MOhm"] = kernel ? Json(kernel->resistance_ci95_MOhm) : nullptr;
  json["resistance_below_1ms_MOhm"] = kernel ? Json(kernel->resistance_below_1ms_MOhm) : nullptr;
  json["kernel"] = nullptr;
  if (kernel) {
    json["kernel"] = {{"dt_ms", kernel->dt_ms}, {"GOhm_per_ms", kernel->kernel_GOhm_per_ms}};
    json["membrane_tau_ms"] = kernel->membrane_tau_ms;
    json["membrane_resistance_MOhm"] = kernel->membrane_resistance_MOhm;
  }
  json["lag_ms"] = membrane.lag ? Json(membrane.lag->lag_ms) : nullptr;
  json["applied_lag_ms"] = membrane.applied_lag_ms;
  return json;
}

Json capacitance_json(const Capacitance& c) {
  Json against = Json::array();
  for (const CapacitanceAtVoltage& group : c.against_voltage) {
    against.push_back({{"V_mV", group.V_mV},
                       {"C_pF", group.capacitance_pF},
                       {"se_pF", group.se_pF},
                       {"plateau", group.in_plateau}});
  }
  return {{"value", c.value_pF},
          {"ci95", c.ci95_pF},
          {"systematic", c.systematic_pF},
          {"method", method_name(c.method)},
          {"reason", c.reason},
          {"residual_resistance_MOhm", c.residual_resistance_MOhm},
          {"all",
           {{"plateau", c.plateau_pF},
            {"kernel", c.kernel_pF},
            {"regression", c.regression_pF},
            {"variance", c.variance_pF},
            {"impedance", c.impedance_pF}}},
          {"against_voltage", against}};
}

Json spikes(const Membrane& membrane, const std::optional<ResetEstimate>& reset) {
  Json json = {{"count", membrane.spike_count()},
               {"rate_Hz", membrane.quality.rate_Hz},
               {"level_mV", membrane.criterion.level_mV},
               {"level_from_data", membrane.criterion.from_data}};
  if (membrane.shape) {
    json["median_peak_mV"] = membrane.shape->median_peak_mV;
    json["median_onset_mV"] = membrane.shape->median_onset_mV;
    json["median_peak_slope_mV_per_ms"] = membrane.shape->median_peak_slope_mV_per_ms;
  }
  if (reset) {
    json["V_reset_mV"] = reset->V_reset_mV;
    json["t_ref_ms"] = reset->t_ref_ms;
    json["shortest_interval_ms"] = reset->shortest_interval_ms;
  }
  return json;
}

Json quality(const Quality& q) {
  return {{"voltage_drift_mV", q.voltage_drift_mV},
          {"rate_change", q.rate_change},
          {"peak_rundown_mV", q.peak_rundown_mV},
          {"idle_fraction", q.idle_fraction}};
}

// Parameters of a fit, with the intervals that are known.
void add_parameters(Json& json, const ModelFit& fit) {
  Json values = Json::object(), ci95 = Json::object(), limits = Json::object();
  for (const ParameterEstimate& parameter : fit.parameters) {
    values[parameter.name()] = parameter.value;
    if (parameter.ci95) ci95[parameter.name()] = parameter.ci95;
    if (parameter.limit_range) limits[parameter.name()] = parameter.limit_range;
  }
  if (const auto* table = std::get_if<Tabulated>(&fit.model)) {
    values["V_mV"] = table->V_mV;
    values["F_mV_per_ms"] = table->F_mV_per_ms;
  }
  json["parameters"] = values;
  json["ci95"] = ci95;
  if (!limits.empty()) json["range_over_fit_limits"] = limits;
}

Json fit_json(const ModelFit& fit) {
  Json json = {{"status", status_name(fit.status)}};
  if (!fit.reason.empty()) json["reason"] = fit.reason;
  if (fit.status == FitStatus::failed) return json;
  add_parameters(json, fit);
  if (const auto& curve = fit.curve; curve && curve->degrees_of_freedom > 0) {
    json["fit"] = {{"chi_square", curve->chi_square},
                   {"degrees_of_freedom", curve->degrees_of_freedom},
                   {"excess_sd_mV_per_ms", curve->excess_sd_mV_per_ms},
                   {"bins", curve->bins_used},
                   {"upper_V_mV", curve->upper_V_mV},
                   {"limit_mV_per_ms", curve->limit_mV_per_ms},
                   {"iterations", curve->iterations}};
  }
  return json;
}

// The bootstrap draws of the parameters that vary, one model a row: what is known of them together. Rows of
// fits that failed are left out.
void add_draws(Json& json, const ModelFit& fit) {
  std::vector<const ParameterEstimate*> varied;
  for (const ParameterEstimate& parameter : fit.parameters) {
    if (parameter.ci95 && !parameter.draws.empty()) varied.push_back(&parameter);
  }
  if (varied.empty()) return;
  Json draws = Json::object();
  for (std::size_t i = 0; i < varied.front()->draws.size(); ++i) {
    const bool whole = std::ranges::all_of(varied, [i](const auto* p) { return std::isfinite(p->draws[i]); });
    if (!whole) continue;
    for (const ParameterEstimate* parameter : varied) draws[parameter->name()].push_back(parameter->draws[i]);
  }
  json["draws"] = draws;
  json["blocks"] = fit.draw_blocks;
}

// What only models with a likelihood have.
Json hazard_json(const GifFit& fit) {
  const Eigen::VectorXd weights = weights_of(fit.model);
  return {{"log_likelihood", fit.log_likelihood},
          {"bits_per_spike", fit.bits_per_spike},
          {"cv_bits_per_spike", fit.cv_bits_per_spike},
          {"effective_parameters", fit.effective_parameters},
          {"aic", fit.aic},
          {"bic", fit.bic},
          {"iterations", fit.iterations},
          {"training_rate_ratio", fit.training_rate_ratio},
          {"weights", std::vector<double>(weights.data(), weights.data() + weights.size())},
          {"weight_se", fit.weight_se}};
}

Json onset_json(const std::optional<OnsetAgainstPast>& onset) {
  if (!onset) return nullptr;
  return {{"slope", onset->slope}, {"slope_ci95", onset->slope_ci95}, {"spikes", onset->past_mV.size()}};
}

Json threshold_json(const ThresholdOfModel& threshold) {
  const auto step = [](const ThresholdResponse& response) -> Json {
    return {{"step_mV", response.step_mV}, {"change_mV", response.settled_mV}, {"t63_ms", response.t63_ms}};
  };
  return {{"rest_mV", threshold.rest_mV},
          {"threshold_mV", threshold.threshold_mV},
          {"depolarised", step(threshold.depolarised)},
          {"hyperpolarised", step(threshold.hyperpolarised)},
          {"onset_against_past", onset_json(threshold.simulated)}};
}

Json tuning_json(const SpikeTuning& tuning) {
  return {{"gamma_before", tuning.gamma_before},
          {"gamma_after", tuning.gamma_after},
          {"candidates", tuning.candidates}};
}

Json models_json(const Characterization& result) {
  Json models = Json::object();
  for (const ModelFit& fit : result.cell.models) {
    const std::string name = fit_name(fit);
    models[name] = fit_json(fit);
    const GifFit* gif = gif_fit_of(result.cell, fit.model);
    if (gif != nullptr && fit.status != FitStatus::failed) models[name]["hazard"] = hazard_json(*gif);
    if (result.cell.thresholds) {
      for (const ThresholdOfModel& threshold : result.cell.thresholds->models) {
        if (threshold.model == name) models[name]["threshold"] = threshold_json(threshold);
      }
    }
    for (const SpikeTuning& tuning : result.cell.tunings) {
      if (tuning.model == name) models[name]["tuning"] = tuning_json(tuning);
    }
    for (const TrainingPrediction& prediction : result.training) {
      if (prediction.model != name) continue;
      models[name]["training"] = {{"gamma", prediction.gamma},
                                  {"md_star_bound", prediction.md_star_bound},
                                  {"spikes", prediction.model_spikes},
                                  {"cell_spikes", prediction.data_spikes}};
    }
    models[name]["simulation"] = simulation_json(result.cell.simulation, name);
    if (!result.test) continue;
    for (const ModelTest& test : result.test->models) {
      if (test.model == name) models[name]["test"] = test_json(test);
    }
  }
  return models;
}

Json reliability_json(const std::optional<TestResult>& test, double window_ms) {
  Json json = {{"gamma", nullptr}, {"md", nullptr}, {"window_ms", window_ms}};
  if (!test || test->models.empty()) return json;
  const SpikeScore& s = test->models.front().spikes;
  json["gamma"] = s.reliability_gamma.value;
  json["md"] = s.reliability_md.value;
  json["repetitions"] = test->spikes_ms.size();
  json["spikes"] = s.data_spikes;
  json["rate_Hz"] = s.data_rate_Hz;
  json["duration_ms"] = test->duration_ms;
  add_estimate(json, "rate_change", test->rate_change);
  if (!s.reliability_gamma.reason.empty()) json["reason"] = s.reliability_gamma.reason;
  return json;
}

// What the warnings touch, the gravest first; `warnings` are places in the list of sentences.
Json by_consequence(const std::vector<std::string>& warnings) {
  Json json = Json::array();
  for (const WarningGroup& group : group_warnings(warnings)) {
    json.push_back({{"kind", text_or_null(group.kind)},
                    {"touches", consequence_name(group.touches)},
                    {"headline", group.headline},
                    {"warnings", group.members}});
  }
  return json;
}

}  // namespace

std::string summary_json(const Characterization& result, const ResultProvenance& provenance) {
  Json json = json_header("dyniv.summary", provenance);
  json["electrode"] = electrode(result.membrane);
  json["capacitance_pF"] = capacitance_json(result.cell.capacitance.result);
  json["spikes"] = spikes(result.membrane, result.cell.reset);
  if (result.cell.thresholds) json["spikes"]["onset_against_past"] = onset_json(result.cell.thresholds->cell);
  json["quality"] = quality(result.membrane.quality);
  json["models"] = models_json(result);
  const double window_ms =
      result.test && !result.test->models.empty() ? result.test->models.front().spikes.window_ms : 4.0;
  json["reliability"] = reliability_json(result.test, window_ms);
  json["best_model"] = text_or_null(result.best_model);
  json["best_simulable"] = text_or_null(result.best_simulable);
  json["best_model_rule"] =
      "highest lower bound of Md* on the training current among the identified models; models that were "
      "fitted to spikes (GIF family, tuned ones) are judged in blocks that their fit had left out; "
      "best_simulable: "
      "among those whose simulation showed no fault under constant currents and after a rest";
  json["simulation"] = tried_json(result.cell.simulation);
  if (result.steps) json["steps"] = step_comparison_json(*result.steps);
  json["bootstrap"] = {{"draws", result.cell.bootstrap.draws}, {"failed_fits", result.cell.bootstrap.failed}};
  json["warnings"] = result.warnings;
  json["warnings_by_consequence"] = by_consequence(result.warnings);
  if (provenance.timing) {
    for (const auto& [stage, seconds] : result.timing_s) json["timing_s"][stage] = seconds;
  }
  return json_text(json);
}

std::string iv_json(const Membrane& membrane, const CellFit& cell, const ResultProvenance& provenance) {
  Json json = json_header("dyniv.iv", provenance);
  json["electrode"] = electrode(membrane);
  json["capacitance_pF"] = capacitance_json(cell.capacitance.result);
  json["spikes"] = spikes(membrane, cell.reset);
  json["exclusion_ms"] = cell.iv.exclusion_ms;
  json["fraction_used"] = cell.iv.fraction_used;
  json["blocks"] = cell.iv.block_count;
  Json bins = Json::array();
  for (const IvBin& bin : cell.iv.bins) {
    bins.push_back({{"V_mV", bin.V_mV},
                    {"F_mV_per_ms", bin.F_mV_per_ms},
                    {"se_mV_per_ms", bin.se_mV_per_ms},
                    {"sd_mV_per_ms", bin.sd_mV_per_ms},
                    {"V_variance_mV2", bin.V_variance_mV2},
                    {"count", bin.count},
                    {"blocks", bin.blocks},
                    {"effective_count", bin.effective_count},
                    {"supported", bin.supported}});
  }
  json["bins"] = bins;
  json["warnings"] = membrane.warnings;
  for (const std::string& warning : cell.warnings) json["warnings"].push_back(warning);
  return json_text(json);
}

std::string electrode_json(const Membrane& membrane, const ResultProvenance& provenance) {
  Json json = json_header("dyniv.electrode", provenance);
  json["electrode"] = electrode(membrane);
  if (membrane.electrode) {
    json["response"] = {{"lag_ms", membrane.electrode->lag_ms},
                        {"GOhm_per_ms", membrane.electrode->response_GOhm_per_ms},
                        {"se_GOhm_per_ms", membrane.electrode->response_se_GOhm_per_ms}};
  }
  json["spikes"] = spikes(membrane, std::nullopt);
  json["quality"] = quality(membrane.quality);
  json["warnings"] = membrane.warnings;
  return json_text(json);
}

std::string model_provenance_json(const ModelFit& fit, const ResultProvenance& provenance) {
  Json json = origin_json(provenance);
  Json fitted = fit_json(fit);
  fitted.erase("parameters");
  add_draws(fitted, fit);
  json["fitted"] = fitted;
  return json_line(json);
}

}  // namespace libfit
