#include "score_output.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "libfit/core/version.hpp"

namespace dyniv {
namespace {
using libfit::ScoreValue;
using nlohmann::json;

json number_or_null(const std::optional<double>& value) { return value ? json(*value) : json(nullptr); }

json interval_or_null(const std::optional<libfit::Interval>& interval) {
  return interval ? json::array({interval->low, interval->high}) : json(nullptr);
}

void note_reason(json& reasons, const std::string& key, const ScoreValue& score) {
  if (!score.reason.empty()) reasons[score.value ? key + "_ci95" : key] = score.reason;
}

json explained_variance_json(const libfit::SpikeScore& score, json& reasons) {
  json parts = {{"ratio", json::object()},
                {"ci95", json::object()},
                {"model", json::object()},
                {"ceiling", json::object()}};
  for (const auto& part : score.explained_variance) {
    const std::string sigma = fmt::format("{}", part.sigma_ms);
    parts["ratio"][sigma] = number_or_null(part.ratio.value);
    parts["ci95"][sigma] = interval_or_null(part.ratio.ci95);
    parts["model"][sigma] = number_or_null(part.data_model);
    parts["ceiling"][sigma] = number_or_null(part.data_psth);
    note_reason(reasons, "explained_variance_" + sigma, part.ratio);
  }
  return parts;
}

std::string cell(const std::optional<double>& value) { return value ? fmt::format("{:.3f}", *value) : "-"; }

std::string row(const std::string& name, const ScoreValue& score, const std::string& ceiling) {
  const std::string interval =
      score.ci95 ? fmt::format("{:.3f} to {:.3f}", score.ci95->low, score.ci95->high) : "-";
  return fmt::format("{:<28}{:>8}  {:<17}{:>8}\n", name, cell(score.value), interval, ceiling);
}

// As the tables of `run` call it.
std::string ev_name(const libfit::ExplainedVariance& part) { return fmt::format("EV {} ms", part.sigma_ms); }

std::string counted(std::size_t count, const char* thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

std::string reason_line(const std::string& name, const ScoreValue& score) {
  return score.reason.empty() ? "" : fmt::format("{}: {}\n", name, score.reason);
}

// Reasons that several scores share are printed once.
std::string reasons_text(const libfit::SpikeScore& score) {
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

json score_json(const libfit::SpikeScore& score) {
  json reasons = json::object();
  note_reason(reasons, "gamma", score.gamma);
  note_reason(reasons, "md_star", score.md_star);
  note_reason(reasons, "gamma_A", score.gamma_A);
  note_reason(reasons, "reliability_gamma", score.reliability_gamma);
  note_reason(reasons, "reliability_md", score.reliability_md);
  const json explained = explained_variance_json(score, reasons);
  return {{"schema", "dyniv.score"},
          {"version", 1},
          {"dyniv_version", std::string(libfit::kVersion)},
          {"gamma", number_or_null(score.gamma.value)},
          {"gamma_ci95", interval_or_null(score.gamma.ci95)},
          {"gamma_A", number_or_null(score.gamma_A.value)},
          {"md_star", number_or_null(score.md_star.value)},
          {"md_star_ci95", interval_or_null(score.md_star.ci95)},
          {"reliability",
           {{"gamma", number_or_null(score.reliability_gamma.value)},
            {"md", number_or_null(score.reliability_md.value)}}},
          {"explained_variance", explained["ratio"]},
          {"explained_variance_ci95", explained["ci95"]},
          {"explained_variance_model", explained["model"]},
          {"explained_variance_ceiling", explained["ceiling"]},
          {"window_ms", score.window_ms},
          {"duration_ms", score.duration_ms},
          {"block_ms", score.block_ms},
          {"data_spikes", score.data_spikes},
          {"model_spikes", score.model_spikes},
          {"data_rate_Hz", score.data_rate_Hz},
          {"model_rate_Hz", score.model_rate_Hz},
          {"reasons", reasons},
          {"warnings", score.warnings}};
}

json voltage_json(const libfit::VoltageScore& score) {
  json result = {{"variance_explained", number_or_null(score.variance_explained.value)},
                 {"variance_explained_ci95", interval_or_null(score.variance_explained.ci95)},
                 {"ceiling", number_or_null(score.ceiling.value)},
                 {"rmse_mV", number_or_null(score.rmse_mV)},
                 {"rmse_floor_mV", number_or_null(score.rmse_floor_mV)},
                 {"mean_error_mV", number_or_null(score.mean_error_mV)},
                 {"samples", score.samples},
                 {"samples_used", score.samples_used}};
  if (!score.variance_explained.reason.empty()) result["reason"] = score.variance_explained.reason;
  return result;
}

std::string score_text(const libfit::SpikeScore& score, const libfit::VoltageScore* voltage) {
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
  text += row("Gamma", score.gamma, cell(score.reliability_gamma.value));
  text += row("Gamma_A", score.gamma_A, "1");
  text += row("Md*", score.md_star, "1");
  for (const auto& part : score.explained_variance) {
    text += row(ev_name(part), part.ratio, "1");
  }
  text += row("reliability R of the cell", score.reliability_md, "1");
  if (voltage != nullptr) text += row("voltage", voltage->variance_explained, cell(voltage->ceiling.value));
  return text + reasons_text(score);
}

}  // namespace dyniv
