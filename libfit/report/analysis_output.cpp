#include "libfit/report/analysis_output.hpp"

#include "libfit/core/json_internal.hpp"
#include "libfit/draw/table.hpp"

namespace libfit {
namespace {

Json fi_curve_json(const FiCurve& curve) {
  Json json = {{"method", curve.method == FiMethod::exact ? "exact" : "simulated"}};
  for (const char* key : {"current_pA", "rate_Hz", "onset_Hz", "latency_ms"}) json[key] = Json::array();
  Json ci95 = Json::array();
  bool any = false;
  for (const FiPoint& point : curve.points) {
    json["current_pA"].push_back(point.current_pA);
    json["rate_Hz"].push_back(point.rate_Hz);
    json["onset_Hz"].push_back(point.onset_Hz);
    json["latency_ms"].push_back(point.latency_ms);
    ci95.push_back(point.rate_ci95_Hz);
    any = any || point.rate_ci95_Hz.has_value();
  }
  if (any) json["rate_ci95_Hz"] = ci95;
  return json;
}

void add_phase_line(Json& json, const std::optional<PhaseLine>& found) {
  const PhaseLine line = found.value_or(PhaseLine());
  json["resting_mV"] = line.resting_mV;
  json["pulse_threshold_mV"] = line.pulse_threshold_mV;
  json["pulse_charge_pC"] = line.pulse_charge_pC;
  json["slow_threshold_mV"] = line.slow_threshold_mV;
  json["rheobase_pA"] = line.rheobase_pA;
  json["bifurcation_pA"] = line.bifurcation_pA;
  json["input_resistance_MOhm"] = line.input_resistance_MOhm;
  json["tau_ms"] = line.tau_ms;
  json["onset"] = nullptr;
  if (line.onset) {
    json["onset"] = {{"type", onset_name(line.onset->type)},
                     {"rate_Hz", line.onset->rate_Hz},
                     {"sustaining_pA", line.onset->sustaining_pA}};
  }
  Json points = Json::array();
  for (const FixedPoint& point : line.fixed_points) {
    points.push_back({{"V_mV", point.V_mV},
                      {"stability", stability_name(point.stability)},
                      {"slope_per_ms", point.slope_per_ms}});
  }
  json["fixed_points"] = points;
  json["explanation"] = line.explanation;
}

struct ListedQuantity {
  const char* key;
  const char* words;
  const char* unit;
};
constexpr ListedQuantity kQuantities[] = {
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

std::string quantities_text(const ModelAnalysis& analysis) {
  Table table;
  table.columns = {{"", {}, Alignment::left}, {"", {}, Alignment::left}};
  for (const auto& [name, value] : quantities_of(*analysis.line)) {
    for (const ListedQuantity& row : kQuantities) {
      if (name != row.key) continue;
      Estimate estimate{value, std::nullopt};
      const auto found = analysis.ci95.find(name);
      if (found != analysis.ci95.end()) estimate.ci95 = found->second;
      table.rows.push_back(
          {std::string(row.words), format_estimate(estimate, 4) + " " + std::string(row.unit)});
    }
  }
  std::string text = table_as_text(table);
  for (int lines = 0; lines < 2; ++lines) text.erase(0, text.find('\n') + 1);  // no headers, no rule
  return text;
}

std::string fi_curve_text(const FiCurve& curve) {
  Table table;
  table.columns = {{"current", "pA"}, {"rate", "Hz"}, {"onset", "Hz"}, {"latency", "ms"}};
  for (const FiPoint& point : curve.points) {
    table.rows.push_back({point.current_pA, Estimate{point.rate_Hz, point.rate_ci95_Hz}, point.onset_Hz,
                          cell_of(point.latency_ms)});
  }
  return table_as_text(table);
}

Json one_analysis_json(const ModelAnalysis& analysis) {
  Json json = {{"model", model_name(analysis.model)}};
  add_phase_line(json, analysis.line);
  json["fi_curve"] = fi_curve_json(analysis.fi);
  for (const auto& [name, range] : analysis.ci95) json["ci95"][name] = range;
  json["draws"] = analysis.draws;
  json["warnings"] = analysis.warnings;
  return json;
}

}  // namespace

std::string analysis_json(const std::vector<ModelAnalysis>& analyses, const ResultProvenance& provenance) {
  Json json = json_header("dyniv.analyze", provenance);
  if (analyses.size() == 1) {
    json.update(one_analysis_json(analyses.front()));
  } else {
    for (const ModelAnalysis& analysis : analyses) json["models"].push_back(one_analysis_json(analysis));
  }
  return json_text(json);
}

std::string analysis_text(const ModelAnalysis& analysis) {
  std::string text = std::string(model_name(analysis.model)) + "\n";
  if (analysis.line) {
    text += quantities_text(analysis);
    for (const std::string& sentence : analysis.line->explanation)
      text += "- " + wrapped_text(sentence, 96, 2) + "\n";
  }
  return text + "\n" + fi_curve_text(analysis.fi);
}

}  // namespace libfit
