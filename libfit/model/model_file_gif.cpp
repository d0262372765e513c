#include "libfit/model/model_file_gif_internal.hpp"
#include "libfit/model/model_file_parameters_internal.hpp"

namespace libfit {
namespace {

template <class T>
Json written(const T& item) {
  Json json = Json::object();
  write_parameters(json, item);
  return json;
}

template <class T>
Json written(const std::vector<T>& list) {
  Json json = Json::array();
  for (const T& item : list) json.push_back(written(item));
  return json;
}

template <class T>
void read_list(std::vector<T>& list, const Json& object, const char* key, std::string_view place,
               const std::string& path) {
  const Json& json = member_of(object, key, place, path);
  if (!json.is_array()) throw InputError(fmt::format("{}: {}.{} is not an array", place, path, key));
  list.clear();
  for (const Json& item : json) {
    list.emplace_back();
    read_parameters(list.back(), item, place, fmt::format("{}.{}[{}]", path, key, list.size() - 1));
  }
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
  const Json& drive = member_of(parameters, "drive", place, path);
  read_parameters(m.drive, drive, place, path + ".drive");
  if (drive.contains("Delta_T_mV")) {  // only drives with an upstroke have it
    m.drive.V_T_mV = number_in(drive, "V_T_mV", place, path + ".drive");
    m.drive.Delta_T_mV = number_in(drive, "Delta_T_mV", place, path + ".drive");
  }
  read_list(m.drive.currents, drive, "currents", place, path + ".drive");
  read_list(m.filters, parameters, "filters", place, path);
  read_list(m.thresholds, parameters, "thresholds", place, path);
  read_list(m.history, parameters, "history", place, path);
}

}  // namespace libfit
