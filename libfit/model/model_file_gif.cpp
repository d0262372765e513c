#include <fmt/format.h>

#include "libfit/core/error.hpp"
#include "libfit/model/model_file_gif_internal.hpp"

namespace libfit {
namespace {

using Json = nlohmann::ordered_json;

// One visitor a struct names its fields once, for reading and writing alike.
template <class T, class Visit>
void visit_fields(T& item, Visit&& visit) {
  using Plain = std::remove_const_t<T>;
  if constexpr (std::is_same_v<Plain, SpikeTriggeredCurrent>) {
    visit("b_pA", item.b_pA);
    visit("tau_ms", item.tau_ms);
  } else if constexpr (std::is_same_v<Plain, VoltageFilter>) {
    visit("tau_ms", item.tau_ms);
    visit("weight_per_mV", item.weight_per_mV);
  } else if constexpr (std::is_same_v<Plain, ThresholdState>) {
    visit("tau_ms", item.tau_ms);
    visit("knot_mV", item.knot_mV);
    visit("softness_mV", item.softness_mV);
    visit("direction", item.direction);
    visit("weight_per_mV", item.weight_per_mV);
  } else if constexpr (std::is_same_v<Plain, HistoryStep>) {
    visit("begin_ms", item.begin_ms);
    visit("end_ms", item.end_ms);
    visit("weight", item.weight);
  } else {
    static_assert(std::is_same_v<Plain, HazardDrive>);
    visit("tau_ms", item.tau_ms);
    visit("resistance_GOhm", item.resistance_GOhm);
    visit("E_mV", item.E_mV);
    visit("V_reset_mV", item.V_reset_mV);
  }
}

template <class T>
Json written(const T& item) {
  Json json = Json::object();
  visit_fields(item, [&](const char* name, double value) { json[name] = value; });
  return json;
}

template <class T>
Json written(const std::vector<T>& list) {
  Json json = Json::array();
  for (const T& item : list) json.push_back(written(item));
  return json;
}

const Json& member(const Json& object, const char* key, std::string_view place, const std::string& path) {
  if (!object.is_object()) throw InputError(fmt::format("{}: {} is not an object", place, path));
  const auto found = object.find(key);
  if (found == object.end()) throw InputError(fmt::format("{}: the key {}.{} is missing", place, path, key));
  return *found;
}

template <class T>
void read_item(T& item, const Json& json, std::string_view place, const std::string& path) {
  visit_fields(item, [&](const char* name, double& value) {
    const Json& number = member(json, name, place, path);
    if (!number.is_number()) throw InputError(fmt::format("{}: {}.{} is not a number", place, path, name));
    value = number.get<double>();
  });
}

template <class T>
void read_list(std::vector<T>& list, const Json& object, const char* key, std::string_view place,
               const std::string& path) {
  const Json& json = member(object, key, place, path);
  if (!json.is_array()) throw InputError(fmt::format("{}: {}.{} is not an array", place, path, key));
  list.clear();
  for (const Json& item : json) {
    list.emplace_back();
    read_item(list.back(), item, place, fmt::format("{}.{}[{}]", path, key, list.size() - 1));
  }
}

// Only drives with an upstroke have it.
void read_upstroke(HazardDrive& drive, const Json& json, std::string_view place, const std::string& path) {
  const auto number = [&](const char* key) {
    const Json& value = member(json, key, place, path);
    if (!value.is_number()) throw InputError(fmt::format("{}: {}.{} is not a number", place, path, key));
    return value.get<double>();
  };
  drive.V_T_mV = number("V_T_mV");
  drive.Delta_T_mV = number("Delta_T_mV");
}

}  // namespace

void add_gif_lists(Json& parameters, const Gif& m) {
  parameters["currents"] = written(m.currents);
  parameters["drive"] = written(m.drive);
  if (m.drive.Delta_T_mV > 0.0) {
    parameters["drive"]["V_T_mV"] = m.drive.V_T_mV;
    parameters["drive"]["Delta_T_mV"] = m.drive.Delta_T_mV;
  }
  parameters["drive"]["currents"] = written(m.drive.currents);
  parameters["filters"] = written(m.filters);
  parameters["thresholds"] = written(m.thresholds);
  parameters["history"] = written(m.history);
}

void read_gif_lists(Gif& m, const Json& parameters, std::string_view place) {
  const std::string path = "parameters";
  read_list(m.currents, parameters, "currents", place, path);
  const Json& drive = member(parameters, "drive", place, path);
  read_item(m.drive, drive, place, path + ".drive");
  if (drive.contains("Delta_T_mV")) read_upstroke(m.drive, drive, place, path + ".drive");
  read_list(m.drive.currents, drive, "currents", place, path + ".drive");
  read_list(m.filters, parameters, "filters", place, path);
  read_list(m.thresholds, parameters, "thresholds", place, path);
  read_list(m.history, parameters, "history", place, path);
}

}  // namespace libfit
