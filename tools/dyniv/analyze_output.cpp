#include "analyze_output.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "libfit/draw/table.hpp"

namespace dyniv {
namespace {

using nlohmann::ordered_json;

ordered_json number(const std::optional<double>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

ordered_json interval(const std::optional<libfit::Interval>& range) {
  return range ? ordered_json::array({range->low, range->high}) : ordered_json(nullptr);
}

ordered_json curve_json(const libfit::FiCurve& curve) {
  ordered_json json = {{"method", curve.method == libfit::FiMethod::exact ? "exact" : "simulated"}};
  for (const char* key : {"current_pA", "rate_Hz", "onset_Hz", "latency_ms"})
    json[key] = ordered_json::array();
  ordered_json ci95 = ordered_json::array();
  bool any = false;
  for (const libfit::FiPoint& point : curve.points) {
    json["current_pA"].push_back(point.current_pA);
    json["rate_Hz"].push_back(point.rate_Hz);
    json["onset_Hz"].push_back(point.onset_Hz);
    json["latency_ms"].push_back(number(point.latency_ms));
    ci95.push_back(interval(point.rate_ci95_Hz));
    any = any || point.rate_ci95_Hz.has_value();
  }
  if (any) json["rate_ci95_Hz"] = ci95;
  return json;
}

void add_line(ordered_json& json, const std::optional<libfit::PhaseLine>& found) {
  const libfit::PhaseLine line = found.value_or(libfit::PhaseLine());
  json["resting_mV"] = line.resting_mV;
  json["pulse_threshold_mV"] = number(line.pulse_threshold_mV);
  json["pulse_charge_pC"] = number(line.pulse_charge_pC);
  json["slow_threshold_mV"] = number(line.slow_threshold_mV);
  json["rheobase_pA"] = number(line.rheobase_pA);
  json["bifurcation_pA"] = number(line.bifurcation_pA);
  json["input_resistance_MOhm"] = number(line.input_resistance_MOhm);
  json["tau_ms"] = number(line.tau_ms);
  json["onset"] = nullptr;
  if (line.onset) {
    json["onset"] = {{"type", libfit::onset_name(line.onset->type)},
                     {"rate_Hz", number(line.onset->rate_Hz)},
                     {"sustaining_pA", number(line.onset->sustaining_pA)}};
  }
  ordered_json points = ordered_json::array();
  for (const libfit::FixedPoint& point : line.fixed_points) {
    points.push_back({{"V_mV", point.V_mV},
                      {"stability", libfit::stability_name(point.stability)},
                      {"slope_per_ms", point.slope_per_ms}});
  }
  json["fixed_points"] = points;
  json["explanation"] = line.explanation;
}

struct Row {
  const char* key;
  const char* words;
  const char* unit;
};
constexpr Row kRows[] = {
    {"resting_mV", "resting potential", "mV"},
    {"input_resistance_MOhm", "input resistance at rest", "MOhm"},
    {"tau_ms", "time constant at rest", "ms"},
    {"pulse_threshold_mV", "threshold for short pulses", "mV"},
    {"pulse_charge_pC", "charge that reaches it from rest", "pC"},
    {"slow_threshold_mV", "threshold for slow current", "mV"},
    {"rheobase_pA", "rheobase", "pA"},
    {"bifurcation_pA", "current at which rest is lost", "pA"},
    {"onset_rate_Hz", "rate at onset", "Hz"},
    {"sustaining_pA", "current that sustains firing", "pA"},
};

std::string quantities_text(const libfit::ModelAnalysis& analysis) {
  libfit::Table table;
  table.columns = {{"", {}, libfit::Alignment::left}, {"", {}, libfit::Alignment::left}};
  for (const auto& [name, value] : libfit::quantities_of(*analysis.line)) {
    for (const Row& row : kRows) {
      if (name != row.key) continue;
      libfit::Estimate estimate{value, std::nullopt};
      const auto found = analysis.ci95.find(name);
      if (found != analysis.ci95.end()) estimate.ci95 = found->second;
      table.rows.push_back(
          {std::string(row.words), libfit::format_estimate(estimate, 4) + " " + std::string(row.unit)});
    }
  }
  std::string text = libfit::table_as_text(table);
  for (int lines = 0; lines < 2; ++lines) text.erase(0, text.find('\n') + 1);  // no headers, no rule
  return text;
}

std::string curve_text(const libfit::FiCurve& curve) {
  libfit::Table table;
  table.columns = {{"current", "pA"}, {"rate", "Hz"}, {"onset", "Hz"}, {"latency", "ms"}};
  for (const libfit::FiPoint& point : curve.points) {
    libfit::TableCell latency;
    if (point.latency_ms) latency = *point.latency_ms;
    table.rows.push_back(
        {point.current_pA, libfit::Estimate{point.rate_Hz, point.rate_ci95_Hz}, point.onset_Hz, latency});
  }
  return libfit::table_as_text(table);
}

}  // namespace

ordered_json analysis_json(const libfit::ModelAnalysis& analysis) {
  ordered_json json = {{"model", libfit::model_name(analysis.model)}};
  add_line(json, analysis.line);
  json["fi_curve"] = curve_json(analysis.fi);
  if (!analysis.ci95.empty()) {
    json["ci95"] = ordered_json::object();
    for (const auto& [name, range] : analysis.ci95) json["ci95"][name] = interval(range);
  }
  json["draws"] = analysis.draws;
  json["warnings"] = analysis.warnings;
  return json;
}

std::string analysis_text(const libfit::ModelAnalysis& analysis) {
  std::string text = std::string(libfit::model_name(analysis.model)) + "\n";
  if (analysis.line) {
    text += quantities_text(analysis);
    for (const std::string& sentence : analysis.line->explanation)
      text += "- " + libfit::wrapped_text(sentence, 96, 2) + "\n";
  }
  return text + "\n" + curve_text(analysis.fi);
}

}  // namespace dyniv
