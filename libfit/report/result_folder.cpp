#include "libfit/report/result_folder.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "libfit/core/error.hpp"
#include "libfit/core/file.hpp"
#include "libfit/core/json_internal.hpp"
#include "libfit/model/catalogue.hpp"
#include "libfit/score/spike_trains.hpp"

namespace libfit {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr std::uintmax_t kMostSummary = std::uintmax_t{64} << 20;

std::optional<double> number_at(const ordered_json& object, const std::string& key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
}

std::optional<Interval> interval_in(const ordered_json& object, const std::string& key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array() || found->size() != 2 || !found->at(0).is_number() ||
      !found->at(1).is_number())
    return std::nullopt;
  return Interval{found->at(0).get<double>(), found->at(1).get<double>()};
}

// A score with its interval under `key` and `key_ci95`.
std::optional<Estimate> score_at(const ordered_json& object, const std::string& key) {
  const auto value = number_at(object, key);
  if (!value) return std::nullopt;
  return Estimate{*value, interval_in(object, key + "_ci95")};
}

ordered_json read_summary(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    throw InputError(
        fmt::format("{}: is missing; name folders that `dyniv run` wrote (its --out)", path.string()));
  }
  const std::vector<std::byte> bytes = read_file(path, kMostSummary);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  auto summary = parse_json<ordered_json>(text, path.string(), "name folders that `dyniv run` wrote");
  const bool named =
      summary.is_object() && summary.contains("schema") && summary.at("schema") == "dyniv.summary";
  if (!named) {
    throw InputError(
        fmt::format("{}: is no summary of dyniv; name folders that `dyniv run` wrote", path.string()));
  }
  return summary;
}

SpikeTrains trains_in(const fs::path& path, double duration_ms) {
  return read_spike_trains(path, duration_ms).trains;
}

StoredModel model_in(const std::string& name, const ordered_json& object, const fs::path& folder,
                     double duration_ms) {
  StoredModel model;
  model.name = name;
  model.status = object.value("status", "");
  const ordered_json none = ordered_json::object();
  const ordered_json& intervals = object.contains("ci95") ? object.at("ci95") : none;
  for (const auto& [key, value] : object.at("parameters").items()) {
    if (value.is_number())
      model.parameters.emplace_back(key, Estimate{value.get<double>(), interval_in(intervals, key)});
  }
  if (object.contains("training"))
    model.training_md_star_bound = number_at(object.at("training"), "md_star_bound");
  if (object.contains("hazard")) {
    model.cv_bits_per_spike = number_at(object.at("hazard"), "cv_bits_per_spike");
    model.aic = number_at(object.at("hazard"), "aic");
    model.bic = number_at(object.at("hazard"), "bic");
  }
  const ordered_json& test = object.at("test");
  model.explained_variance_10ms = score_at(test, "explained_variance_10ms");
  model.voltage_variance_explained = score_at(test, "voltage_variance_explained");
  model.bits_per_spike = number_at(test, "log_likelihood_bits_per_spike");
  model.rate_Hz = number_at(test, "rate_Hz").value_or(0.0);
  if (fires(name))
    model.trains = trains_in(folder / "spikes" / fmt::format("test_{}.txt", name), duration_ms);
  return model;
}

}  // namespace

StoredCell read_result_folder(const fs::path& given) {
  fs::path folder = given.lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  const fs::path path = folder / "summary.json";
  const ordered_json summary = read_summary(path);
  StoredCell cell;
  cell.folder = folder;
  cell.name = fs::absolute(folder).lexically_normal().filename().string();
  cell.summary_sha256 = sha256_of_file(path);
  try {
    const ordered_json& reliability = summary.at("reliability");
    if (!number_at(reliability, "duration_ms")) {
      throw DataError(
          fmt::format("{}: holds no scores; run the cell with a test recording (--test) to compare models",
                      path.string()));
    }
    cell.duration_ms = reliability.at("duration_ms");
    cell.window_ms = reliability.at("window_ms");
    if (!(cell.duration_ms > 0.0) || !(cell.window_ms > 0.0))
      throw InputError(fmt::format("{}: is damaged (duration {} ms, window {} ms); run the cell again",
                                   path.string(), cell.duration_ms, cell.window_ms));
    cell.rate_Hz = number_at(reliability, "rate_Hz").value_or(0.0);
    if (summary.at("best_model").is_string()) cell.best_model = summary.at("best_model");
    cell.trains = trains_in(folder / "spikes" / "test_cell.txt", cell.duration_ms);
    for (const auto& [name, object] : summary.at("models").items()) {
      if (!object.contains("test")) continue;
      cell.models.push_back(model_in(name, object, folder, cell.duration_ms));
      if (!cell.voltage_ceiling) cell.voltage_ceiling = number_at(object.at("test"), "voltage_ceiling");
    }
  } catch (const ordered_json::exception& problem) {
    throw InputError(fmt::format("{}: is damaged ({}); run the cell again", path.string(), problem.what()));
  }
  if (cell.models.empty())
    throw DataError(fmt::format("{}: no model was scored, so there is nothing to compare", path.string()));
  return cell;
}

}  // namespace libfit
