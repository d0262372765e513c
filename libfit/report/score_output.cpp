#include "libfit/report/score_output.hpp"

#include <fmt/format.h>

#include "libfit/core/json_internal.hpp"
#include "libfit/report/summary_parts_internal.hpp"

namespace libfit {
namespace {

void note(Json& reasons, const std::string& key, const ScoreValue& score) {
  if (!score.reason.empty()) reasons[score.value ? key + "_ci95" : key] = score.reason;
}

// Gamma, Gamma_A and Md* under the keys that every schema has for them.
Json spike_scores(const SpikeScore& score, Json& reasons) {
  note(reasons, "gamma", score.gamma);
  note(reasons, "gamma_A", score.gamma_A);
  note(reasons, "md_star", score.md_star);
  Json json;
  add_estimate(json, "gamma", score.gamma.estimate());
  json["gamma_A"] = score.gamma_A.value;
  add_estimate(json, "md_star", score.md_star.estimate());
  return json;
}

Json voltage_json(const VoltageScore& score) {
  Json json;
  add_estimate(json, "variance_explained", score.variance_explained.estimate());
  json["ceiling"] = score.ceiling.value;
  json["rmse_mV"] = score.rmse_mV;
  json["rmse_floor_mV"] = score.rmse_floor_mV;
  json["mean_error_mV"] = score.mean_error_mV;
  json["samples"] = score.samples;
  json["samples_used"] = score.samples_used;
  if (!score.variance_explained.reason.empty()) json["reason"] = score.variance_explained.reason;
  return json;
}

std::string score_cell(const std::optional<double>& value) {
  return value ? fmt::format("{:.3f}", *value) : "-";
}

std::string score_line(const std::string& name, const ScoreValue& score, const std::string& ceiling) {
  const std::string interval =
      score.ci95 ? fmt::format("{:.3f} to {:.3f}", score.ci95->low, score.ci95->high) : "-";
  return fmt::format("{:<28}{:>8}  {:<17}{:>8}\n", name, score_cell(score.value), interval, ceiling);
}

// As the tables of `run` call it.
std::string ev_name(const ExplainedVariance& part) { return fmt::format("EV {} ms", part.sigma_ms); }

std::string counted(std::size_t count, const char* thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

std::string reason_line(const std::string& name, const ScoreValue& score) {
  return score.reason.empty() ? "" : fmt::format("{}: {}\n", name, score.reason);
}

// Reasons that several scores share are printed once.
std::string reasons_text(const SpikeScore& score) {
  std::vector<std::string> lines{reason_line("Gamma", score.gamma), reason_line("Md*", score.md_star),
                                 reason_line("Gamma_A", score.gamma_A)};
  for (const auto& part : score.explained_variance) {
    lines.push_back(reason_line(ev_name(part), part.ratio));
  }
  std::string text;
  for (const std::string& line : lines) text += line;
  return text.empty() ? text : "\n" + text;
}

}  // namespace

Json test_json(const ModelTest& test) {
  const SpikeScore& s = test.spikes;
  Json reasons = Json::object();
  Json json = spike_scores(s, reasons);
  note(reasons, "voltage_variance_explained", test.voltage.variance_explained);
  for (const ExplainedVariance& part : s.explained_variance) {
    const std::string key = fmt::format("explained_variance_{}ms", part.sigma_ms);
    add_estimate(json, key, part.ratio.estimate());
    note(reasons, key, part.ratio);
  }
  add_estimate(json, "voltage_variance_explained", test.voltage.variance_explained.estimate());
  json["voltage_ceiling"] = test.voltage.ceiling.value;
  json["voltage_rmse_mV"] = test.voltage.rmse_mV;
  json["spikes"] = s.model_rate_Hz * s.duration_ms / 1000.0;  // mean over trials
  json["trials"] = s.model_spikes.size();
  if (test.likelihood) {
    json["log_likelihood_bits_per_spike"] = test.likelihood->bits_per_spike();
    json["log_likelihood_bits_per_s"] = test.likelihood->bits_per_spike() * s.data_rate_Hz;
  }
  json["rate_Hz"] = s.model_rate_Hz;
  if (!reasons.empty()) json["reasons"] = reasons;
  return json;
}

std::string score_json(const SpikeScore& score, const VoltageScore* voltage,
                       const ResultProvenance& provenance) {
  Json reasons = Json::object();
  Json body = spike_scores(score, reasons);
  note(reasons, "reliability_gamma", score.reliability_gamma);
  note(reasons, "reliability_md", score.reliability_md);
  body["reliability"] = {{"gamma", score.reliability_gamma.value}, {"md", score.reliability_md.value}};
  Json ratio = Json::object(), ci95 = ratio, model = ratio, ceiling = ratio;  // by sigma
  for (const ExplainedVariance& part : score.explained_variance) {
    const std::string sigma = fmt::format("{}", part.sigma_ms);
    ratio[sigma] = part.ratio.value;
    ci95[sigma] = part.ratio.ci95;
    model[sigma] = part.data_model;
    ceiling[sigma] = part.data_psth;
    note(reasons, "explained_variance_" + sigma, part.ratio);
  }
  body.update({{"explained_variance", ratio},
               {"explained_variance_ci95", ci95},
               {"explained_variance_model", model},
               {"explained_variance_ceiling", ceiling},
               {"window_ms", score.window_ms},
               {"duration_ms", score.duration_ms},
               {"block_ms", score.block_ms},
               {"data_spikes", score.data_spikes},
               {"model_spikes", score.model_spikes},
               {"data_rate_Hz", score.data_rate_Hz},
               {"model_rate_Hz", score.model_rate_Hz},
               {"reasons", reasons},
               {"warnings", score.warnings}});
  if (voltage != nullptr) body["voltage"] = voltage_json(*voltage);
  Json json = json_header("dyniv.score", provenance);
  json.update(Json(nlohmann::json(body)));  // keys by name
  return json_text(json);
}

std::string score_text(const SpikeScore& score, const VoltageScore* voltage) {
  const auto total = [](const std::vector<std::size_t>& counts) {
    std::size_t sum = 0;
    for (const std::size_t count : counts) sum += count;
    return sum;
  };
  std::string text = fmt::format(
      "cell   {}, {} spikes, {:.2f} Hz\nmodel  {}, {} spikes, {:.2f} Hz\n"
      "each {} ms long, window +-{} ms\n\n",
      counted(score.data_spikes.size(), "repetition"), total(score.data_spikes), score.data_rate_Hz,
      counted(score.model_spikes.size(), "trial"), total(score.model_spikes), score.model_rate_Hz,
      score.duration_ms, score.window_ms);
  text += fmt::format("{:<28}{:>8}  {:<17}{:>8}\n", "score", "value", "95 % interval", "ceiling");
  text += score_line("Gamma", score.gamma, score_cell(score.reliability_gamma.value));
  text += score_line("Gamma_A", score.gamma_A, "1");
  text += score_line("Md*", score.md_star, "1");
  for (const auto& part : score.explained_variance) {
    text += score_line(ev_name(part), part.ratio, "1");
  }
  text += score_line("reliability R of the cell", score.reliability_md, "1");
  if (voltage != nullptr)
    text += score_line("voltage", voltage->variance_explained, score_cell(voltage->ceiling.value));
  return text + reasons_text(score);
}

}  // namespace libfit
