#include "libfit/report/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "libfit/characterize/gif_stage.hpp"
#include "libfit/core/version.hpp"
#include "libfit/model/parameters.hpp"
#include "libfit/report/summary_parts_internal.hpp"
#include "libfit/report/warnings.hpp"

namespace libfit {
namespace {

using nlohmann::ordered_json;

ordered_json number(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
}
ordered_json number(const std::optional<double>& value) {
  return value ? number(*value) : ordered_json(nullptr);
}
ordered_json interval(const std::optional<Interval>& range) {
  return range ? ordered_json::array({number(range->low), number(range->high)}) : ordered_json(nullptr);
}

ordered_json estimate(const std::optional<Estimate>& value) {
  if (!value) return nullptr;
  return {{"value", number(value->value)}, {"ci95", interval(value->ci95)}};
}

ordered_json header(std::string_view schema, const ResultProvenance& provenance) {
  ordered_json inputs = ordered_json::object();
  for (const auto& [role, files] : provenance.inputs) {
    for (const auto& file : files) inputs[role].push_back({{"path", file.path}, {"sha256", file.sha256}});
  }
  return {{"schema", schema},
          {"version", 1},
          {"dyniv_version", kVersion},
          {"options", ordered_json::parse(provenance.options_json)},
          {"inputs", inputs}};
}

ordered_json electrode(const Membrane& membrane) {
  ordered_json json = {{"compensation", compensation_name(membrane.compensation)}};
  const auto& kernel = membrane.electrode;
  json["resistance_MOhm"] = kernel ? number(kernel->resistance_MOhm) : nullptr;
  json["resistance_ci95_MOhm"] = kernel ? interval(kernel->resistance_ci95_MOhm) : nullptr;
  json["resistance_below_1ms_MOhm"] = kernel ? number(kernel->resistance_below_1ms_MOhm) : nullptr;
  json["kernel"] = nullptr;
  if (kernel) {
    json["kernel"] = {{"dt_ms", kernel->dt_ms}, {"GOhm_per_ms", kernel->kernel_GOhm_per_ms}};
    json["membrane_tau_ms"] = number(kernel->membrane_tau_ms);
    json["membrane_resistance_MOhm"] = number(kernel->membrane_resistance_MOhm);
  }
  json["lag_ms"] = membrane.lag ? number(membrane.lag->lag_ms) : nullptr;
  json["applied_lag_ms"] = number(membrane.applied_lag_ms);
  return json;
}

ordered_json capacitance_json(const Capacitance& c) {
  ordered_json against = ordered_json::array();
  for (const CapacitanceAtVoltage& group : c.against_voltage) {
    against.push_back({{"V_mV", group.V_mV},
                       {"C_pF", group.capacitance_pF},
                       {"se_pF", group.se_pF},
                       {"plateau", group.in_plateau}});
  }
  return {{"value", number(c.value_pF)},
          {"ci95", interval(c.ci95_pF)},
          {"systematic", interval(c.systematic_pF)},
          {"method", method_name(c.method)},
          {"reason", c.reason},
          {"residual_resistance_MOhm", number(c.residual_resistance_MOhm)},
          {"all",
           {{"plateau", estimate(c.plateau_pF)},
            {"kernel", estimate(c.kernel_pF)},
            {"regression", estimate(c.regression_pF)},
            {"variance", estimate(c.variance_pF)},
            {"impedance", estimate(c.impedance_pF)}}},
          {"against_voltage", against}};
}

ordered_json spikes(const Membrane& membrane, const std::optional<ResetEstimate>& reset) {
  ordered_json json = {{"count", membrane.spike_count()},
                       {"rate_Hz", number(membrane.quality.rate_Hz)},
                       {"level_mV", number(membrane.criterion.level_mV)},
                       {"level_from_data", membrane.criterion.from_data}};
  if (membrane.shape) {
    json["median_peak_mV"] = number(membrane.shape->median_peak_mV);
    json["median_onset_mV"] = number(membrane.shape->median_onset_mV);
    json["median_peak_slope_mV_per_ms"] = number(membrane.shape->median_peak_slope_mV_per_ms);
  }
  if (reset) {
    json["V_reset_mV"] = number(reset->V_reset_mV);
    json["t_ref_ms"] = number(reset->t_ref_ms);
    json["shortest_interval_ms"] = number(reset->shortest_interval_ms);
  }
  return json;
}

ordered_json quality(const Quality& q) {
  return {{"voltage_drift_mV", number(q.voltage_drift_mV)},
          {"rate_change", number(q.rate_change)},
          {"peak_rundown_mV", number(q.peak_rundown_mV)},
          {"idle_fraction", number(q.idle_fraction)}};
}

// Parameters of a fit, with the intervals that are known.
void add_parameters(ordered_json& json, const ModelFit& fit) {
  ordered_json values = ordered_json::object(), ci95 = ordered_json::object(),
               limits = ordered_json::object();
  for (const ParameterEstimate& parameter : fit.parameters) {
    values[parameter.name] = number(parameter.value);
    if (parameter.ci95) ci95[parameter.name] = interval(parameter.ci95);
    if (parameter.limit_range) limits[parameter.name] = interval(parameter.limit_range);
  }
  if (const auto* table = std::get_if<Tabulated>(&fit.model)) {
    values["V_mV"] = table->V_mV;
    values["F_mV_per_ms"] = table->F_mV_per_ms;
  }
  json["parameters"] = values;
  json["ci95"] = ci95;
  if (!limits.empty()) json["range_over_fit_limits"] = limits;
}

ordered_json fit_json(const ModelFit& fit) {
  ordered_json json = {{"status", status_name(fit.status)}};
  if (!fit.reason.empty()) json["reason"] = fit.reason;
  if (fit.status == FitStatus::failed) return json;
  add_parameters(json, fit);
  if (fit.degrees_of_freedom > 0) {
    json["fit"] = {{"chi_square", number(fit.chi_square)},
                   {"degrees_of_freedom", fit.degrees_of_freedom},
                   {"excess_sd_mV_per_ms", number(fit.excess_sd_mV_per_ms)},
                   {"bins", fit.bins_used},
                   {"upper_V_mV", number(fit.upper_V_mV)},
                   {"limit_mV_per_ms", number(fit.limit_mV_per_ms)},
                   {"iterations", fit.iterations}};
  }
  return json;
}

// The bootstrap draws of the parameters that vary, one model a row: what is known of them together. Rows of
// fits that failed are left out.
void add_draws(ordered_json& json, const ModelFit& fit) {
  std::vector<const ParameterEstimate*> varied;
  for (const ParameterEstimate& parameter : fit.parameters) {
    if (parameter.ci95 && !parameter.draws.empty()) varied.push_back(&parameter);
  }
  if (varied.empty()) return;
  ordered_json draws = ordered_json::object();
  for (std::size_t i = 0; i < varied.front()->draws.size(); ++i) {
    const bool whole = std::ranges::all_of(varied, [i](const auto* p) { return std::isfinite(p->draws[i]); });
    if (!whole) continue;
    for (const ParameterEstimate* parameter : varied) draws[parameter->name].push_back(parameter->draws[i]);
  }
  json["draws"] = draws;
  json["blocks"] = fit.draw_blocks;
}

void note(ordered_json& reasons, const std::string& key, const ScoreValue& score) {
  if (!score.reason.empty()) reasons[score.value ? key + "_ci95" : key] = score.reason;
}

ordered_json test_json(const ModelTest& test) {
  const SpikeScore& s = test.spikes;
  ordered_json reasons = ordered_json::object();
  note(reasons, "gamma", s.gamma);
  note(reasons, "gamma_A", s.gamma_A);
  note(reasons, "md_star", s.md_star);
  note(reasons, "voltage_variance_explained", test.voltage.variance_explained);
  ordered_json json = {{"gamma", number(s.gamma.value)},
                       {"gamma_ci95", interval(s.gamma.ci95)},
                       {"gamma_A", number(s.gamma_A.value)},
                       {"md_star", number(s.md_star.value)},
                       {"md_star_ci95", interval(s.md_star.ci95)}};
  for (const ExplainedVariance& part : s.explained_variance) {
    const std::string key = fmt::format("explained_variance_{}ms", part.sigma_ms);
    json[key] = number(part.ratio.value);
    json[key + "_ci95"] = interval(part.ratio.ci95);
    note(reasons, key, part.ratio);
  }
  json["voltage_variance_explained"] = number(test.voltage.variance_explained.value);
  json["voltage_variance_explained_ci95"] = interval(test.voltage.variance_explained.ci95);
  json["voltage_ceiling"] = number(test.voltage.ceiling.value);
  json["voltage_rmse_mV"] = number(test.voltage.rmse_mV);
  json["spikes"] = number(s.model_rate_Hz * s.duration_ms / 1000.0);  // mean over trials
  json["trials"] = s.model_spikes.size();
  if (test.likelihood) {
    json["log_likelihood_bits_per_spike"] = number(test.likelihood->bits_per_spike());
    json["log_likelihood_bits_per_s"] = number(test.likelihood->bits_per_spike() * s.data_rate_Hz);
  }
  json["rate_Hz"] = number(s.model_rate_Hz);
  if (!reasons.empty()) json["reasons"] = reasons;
  return json;
}

// What only models with a likelihood have.
ordered_json hazard_json(const GifFit& fit) {
  const Eigen::VectorXd weights = weights_of(fit.model);
  return {{"log_likelihood", number(fit.log_likelihood)},
          {"bits_per_spike", number(fit.bits_per_spike)},
          {"cv_bits_per_spike", number(fit.cv_bits_per_spike)},
          {"effective_parameters", number(fit.effective_parameters)},
          {"aic", number(fit.aic)},
          {"bic", number(fit.bic)},
          {"iterations", fit.iterations},
          {"training_rate_ratio", number(fit.training_rate_ratio)},
          {"weights", std::vector<double>(weights.data(), weights.data() + weights.size())},
          {"weight_se", fit.weight_se}};
}

ordered_json onset_json(const std::optional<OnsetAgainstPast>& onset) {
  if (!onset) return nullptr;
  return {{"slope", number(onset->slope)},
          {"slope_ci95", interval(onset->slope_ci95)},
          {"spikes", onset->past_mV.size()}};
}

ordered_json threshold_json(const ThresholdOfModel& threshold) {
  const auto step = [](const ThresholdResponse& response) -> ordered_json {
    return {{"step_mV", response.step_mV},
            {"change_mV", number(response.settled_mV)},
            {"t63_ms", number(response.t63_ms)}};
  };
  return {{"rest_mV", number(threshold.rest_mV)},
          {"threshold_mV", number(threshold.threshold_mV)},
          {"depolarised", step(threshold.depolarised)},
          {"hyperpolarised", step(threshold.hyperpolarised)},
          {"onset_against_past", onset_json(threshold.simulated)}};
}

ordered_json tuning_json(const SpikeTuning& tuning) {
  return {{"gamma_before", number(tuning.gamma_before)},
          {"gamma_after", number(tuning.gamma_after)},
          {"candidates", tuning.candidates}};
}

ordered_json models_json(const Characterization& result) {
  ordered_json models = ordered_json::object();
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
      models[name]["training"] = {{"gamma", number(prediction.gamma)},
                                  {"md_star_bound", number(prediction.md_star_bound)},
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

ordered_json reliability_json(const std::optional<TestResult>& test, double window_ms) {
  ordered_json json = {{"gamma", nullptr}, {"md", nullptr}, {"window_ms", window_ms}};
  if (!test || test->models.empty()) return json;
  const SpikeScore& s = test->models.front().spikes;
  json["gamma"] = number(s.reliability_gamma.value);
  json["md"] = number(s.reliability_md.value);
  json["repetitions"] = test->spikes_ms.size();
  json["spikes"] = s.data_spikes;
  json["rate_Hz"] = number(s.data_rate_Hz);
  json["duration_ms"] = number(test->duration_ms);
  json["rate_change"] = test->rate_change ? number(test->rate_change->value) : nullptr;
  json["rate_change_ci95"] = test->rate_change ? interval(test->rate_change->ci95) : nullptr;
  if (!s.reliability_gamma.reason.empty()) json["reason"] = s.reliability_gamma.reason;
  return json;
}

// What the warnings touch, the gravest first; `warnings` are places in the list of sentences.
ordered_json by_consequence(const std::vector<std::string>& warnings) {
  ordered_json json = ordered_json::array();
  for (const WarningGroup& group : group_warnings(warnings)) {
    json.push_back({{"kind", group.kind.empty() ? ordered_json(nullptr) : ordered_json(group.kind)},
                    {"touches", consequence_name(group.touches)},
                    {"headline", group.headline},
                    {"warnings", group.members}});
  }
  return json;
}

std::string text(const ordered_json& json) {
  // A path may hold bytes that are no UTF-8: they are shown replaced, and never stop the result.
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string summary_json(const Characterization& result, const ResultProvenance& provenance) {
  ordered_json json = header("dyniv.summary", provenance);
  json["electrode"] = electrode(result.membrane);
  json["capacitance_pF"] = capacitance_json(result.cell.capacitance.result);
  json["spikes"] = spikes(result.membrane, result.cell.reset);
  if (result.cell.thresholds) json["spikes"]["onset_against_past"] = onset_json(result.cell.thresholds->cell);
  json["quality"] = quality(result.membrane.quality);
  json["models"] = models_json(result);
  const double window_ms =
      result.test && !result.test->models.empty() ? result.test->models.front().spikes.window_ms : 4.0;
  json["reliability"] = reliability_json(result.test, window_ms);
  json["best_model"] = result.best_model.empty() ? ordered_json(nullptr) : ordered_json(result.best_model);
  json["best_simulable"] =
      result.best_simulable.empty() ? ordered_json(nullptr) : ordered_json(result.best_simulable);
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
  return text(json);
}

std::string iv_json(const Membrane& membrane, const CellFit& cell, const ResultProvenance& provenance) {
  ordered_json json = header("dyniv.iv", provenance);
  json["electrode"] = electrode(membrane);
  json["capacitance_pF"] = capacitance_json(cell.capacitance.result);
  json["spikes"] = spikes(membrane, cell.reset);
  json["exclusion_ms"] = cell.iv.exclusion_ms;
  json["fraction_used"] = cell.iv.fraction_used;
  json["blocks"] = cell.iv.block_count;
  ordered_json bins = ordered_json::array();
  for (const IvBin& bin : cell.iv.bins) {
    bins.push_back({{"V_mV", bin.V_mV},
                    {"F_mV_per_ms", bin.F_mV_per_ms},
                    {"se_mV_per_ms", number(bin.se_mV_per_ms)},
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
  return text(json);
}

std::string electrode_json(const Membrane& membrane, const ResultProvenance& provenance) {
  ordered_json json = header("dyniv.electrode", provenance);
  json["electrode"] = electrode(membrane);
  if (membrane.electrode) {
    json["response"] = {{"lag_ms", membrane.electrode->lag_ms},
                        {"GOhm_per_ms", membrane.electrode->response_GOhm_per_ms},
                        {"se_GOhm_per_ms", membrane.electrode->response_se_GOhm_per_ms}};
  }
  json["spikes"] = spikes(membrane, std::nullopt);
  json["quality"] = quality(membrane.quality);
  json["warnings"] = membrane.warnings;
  return text(json);
}

std::string model_provenance_json(const ModelFit& fit, const ResultProvenance& provenance) {
  ordered_json json = header("", provenance);
  json.erase("schema");
  json.erase("version");
  ordered_json fitted = fit_json(fit);
  fitted.erase("parameters");
  add_draws(fitted, fit);
  json["fitted"] = fitted;
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace libfit
