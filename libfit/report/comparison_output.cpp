#include "libfit/report/comparison_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "libfit/core/json_internal.hpp"
#include "libfit/model/catalogue.hpp"
#include "libfit/model/parameters.hpp"
#include "libfit/report/result_tables.hpp"
#include "libfit/report/score_figure.hpp"
#include "libfit/simulate/model_analysis.hpp"

namespace libfit {
namespace {

std::optional<Estimate> value_of(const ComparedCell& cell, const std::string& name, Measure measure) {
  const auto place = cell.place_of(name);
  if (!place) return std::nullopt;
  const StoredModel& model = cell.stored.models[*place];
  const bool fires = !model.trains.empty();
  switch (measure) {
    case Measure::md_star:
      return cell.scores.models[*place].md_star.estimate();
    case Measure::gamma:
      return cell.scores.models[*place].gamma.estimate();
    case Measure::explained_variance_10ms:
      return fires ? model.explained_variance_10ms : std::nullopt;
    case Measure::voltage:
      return model.voltage_variance_explained;
    case Measure::bits_per_spike:
      return without_interval(model.bits_per_spike);
    case Measure::rate_ratio:
      return fires && cell.stored.rate_Hz > 0.0 ? without_interval(model.rate_Hz / cell.stored.rate_Hz)
                                                : std::nullopt;
  }
  return std::nullopt;
}

std::optional<double> ceiling_of(const ComparedCell& cell, Measure measure) {
  switch (measure) {
    case Measure::gamma:
      return cell.scores.reliability_gamma.value;
    case Measure::voltage:
      return cell.stored.voltage_ceiling;
    case Measure::bits_per_spike:
      return std::nullopt;
    case Measure::md_star:
    case Measure::explained_variance_10ms:
    case Measure::rate_ratio:
      return 1.0;
  }
  return std::nullopt;
}

Figure figure_of_cells(const Comparison& comparison, const std::vector<std::string>& models,
                       const std::string& name, const std::string& axis,
                       const std::vector<ScoreGroup>& groups, SeriesKind kind = SeriesKind::bars) {
  std::vector<std::string> labels;
  labels.reserve(models.size());
  for (const std::string& model : models) labels.push_back(label_of_model(model));
  Figure figure = score_figure(name, axis, labels, groups, kind);
  if (models.size() * comparison.cells.size() > 12) figure.width_mm = 174.0;
  return figure;
}

Figure measure_figure(const Comparison& comparison, const std::vector<std::string>& models, Measure measure) {
  std::vector<ScoreGroup> groups;
  for (const ComparedCell& cell : comparison.cells) {
    ScoreGroup& group = groups.emplace_back(ScoreGroup{cell.stored.name, ceiling_of(cell, measure), {}});
    for (const std::string& model : models) group.models.push_back(value_of(cell, model, measure));
  }
  return figure_of_cells(comparison, models, measure_key(measure), measure_label(measure), groups);
}

Figure difference_figure(const Comparison& comparison, std::vector<std::string> models,
                         const std::string& against) {
  std::erase(models, against);
  std::vector<ScoreGroup> groups;
  for (const ComparedCell& cell : comparison.cells) {
    ScoreGroup& group = groups.emplace_back(ScoreGroup{cell.stored.name, std::nullopt, {}});
    for (const std::string& model : models) {
      const auto difference = cell.difference(model, against);
      group.models.push_back(difference ? difference->md_star.estimate() : std::nullopt);
    }
  }
  if (comparison.cells.size() > 1) {
    ScoreGroup& mean = groups.emplace_back(ScoreGroup{"mean", std::nullopt, {}});
    for (const std::string& model : models) {
      const auto pair = pair_of(comparison.cells, model, against);
      mean.models.push_back(pair ? pair->md_star.estimate() : std::nullopt);
    }
  }
  return figure_of_cells(comparison, models, "differences",
                         fmt::format("Md* minus that of {}", label_of_model(against)), groups,
                         SeriesKind::error_points);
}

Json model_json(const ComparedCell& cell, const StoredModel& model) {
  Json json = {{"status", model.status}};
  for (const Measure measure : kMeasures) {
    const auto value = value_of(cell, model.name, measure);
    if (measure == Measure::bits_per_spike || measure == Measure::rate_ratio) {
      json[measure_key(measure)] = value ? Json(value->value) : Json(nullptr);
    } else {
      add_estimate(json, measure_key(measure), value);
    }
  }
  json["training_md_star_bound"] = model.training_md_star_bound;
  json["cv_bits_per_spike"] = model.cv_bits_per_spike;
  json["aic"] = model.aic;
  json["bic"] = model.bic;
  for (const auto& [name, value] : model.parameters) {
    json["parameters"][name] = value.value;
    if (value.ci95) json["ci95"][name] = value.ci95;
  }
  return json;
}

Json cell_json(const ComparedCell& cell) {
  const StoredCell& stored = cell.stored;
  Json json = {{"name", stored.name},
               {"folder", stored.folder.string()},
               {"summary_sha256", stored.summary_sha256},
               {"best_model", text_or_null(stored.best_model)},
               {"repetitions", stored.trains.size()},
               {"duration_ms", stored.duration_ms},
               {"rate_Hz", stored.rate_Hz},
               {"reliability",
                {{"gamma", cell.scores.reliability_gamma.value},
                 {"md", cell.scores.reliability_md.value},
                 {"voltage", stored.voltage_ceiling}}}};
  for (const StoredModel& model : stored.models) json["models"][model.name] = model_json(cell, model);
  json["differences"] = Json::array();
  for (const ScoreDifference& difference : cell.scores.differences) {
    Json one = {{"first", stored.models[difference.first].name},
                {"second", stored.models[difference.second].name}};
    add_estimate(one, "md_star", difference.md_star.estimate());
    add_estimate(one, "gamma", difference.gamma.estimate());
    json["differences"].push_back(std::move(one));
  }
  return json;
}

Json mean_json(const MeanDifference& mean) {
  Json json = {{"cells", mean.cells}};
  add_estimate(json, "mean", mean.estimate());
  json["better_in"] = mean.better;
  json["worse_in"] = mean.worse;
  json["clearly_better_in"] = mean.clearly_better;
  json["clearly_worse_in"] = mean.clearly_worse;
  return json;
}

}  // namespace

std::string sentence(const Comparison& comparison, const std::string& first, const std::string& second) {
  auto pair = pair_of(comparison.cells, first, second);
  if (!pair || !pair->md_star.mean) return {};
  if (*pair->md_star.mean < 0.0) pair = pair_of(comparison.cells, second, first);
  const MeanDifference& md = pair->md_star;
  const bool clear = md.ci95 && md.ci95->low > 0.0;
  const std::string over = md.cells > 1 ? fmt::format(" on average over {} cells", md.cells) : "";
  const std::string &winner = pair->first, &other = pair->second;
  const std::string by = format_estimate({*md.mean, md.ci95}, 2);
  std::string text = fmt::format("{} and {} cannot be told apart: {} in Md*{}", winner, other, by, over);
  if (clear) text = fmt::format("{} beats {} by {} in Md*{}", winner, other, by, over);
  if (!md.ci95) text = fmt::format("{} is ahead of {} by {} in Md*{}", winner, other, by, over);
  if (md.cells > 1) {
    text +=
        fmt::format(" (better in {} of {}, beyond the error in {}", md.better, md.cells, md.clearly_better);
    if (md.clearly_worse > 0) text += fmt::format(", worse beyond the error in {}", md.clearly_worse);
    text += md.cells < 3 ? "; no interval of the mean below three cells)" : ")";
  }
  return text;
}

const char* measure_key(Measure measure) {
  switch (measure) {
    case Measure::md_star:
      return "md_star";
    case Measure::gamma:
      return "gamma";
    case Measure::explained_variance_10ms:
      return "explained_variance_10ms";
    case Measure::voltage:
      return "voltage_variance_explained";
    case Measure::bits_per_spike:
      return "log_likelihood_bits_per_spike";
    case Measure::rate_ratio:
      return "rate_ratio";
  }
  return "";
}

const char* measure_label(Measure measure) {
  switch (measure) {
    case Measure::md_star:
      return "Md*";
    case Measure::gamma:
      return "Gamma";
    case Measure::explained_variance_10ms:
      return "EV 10 ms (explained variance of the rate)";
    case Measure::voltage:
      return "voltage (variance explained between spikes)";
    case Measure::bits_per_spike:
      return "bits per spike (log likelihood above Poisson)";
    case Measure::rate_ratio:
      return "rate ratio (model over cell)";
  }
  return "";
}

Table measure_table(const Comparison& comparison, Measure measure) {
  Table table;
  table.columns.push_back({"model", "", Alignment::left});
  for (const ComparedCell& cell : comparison.cells) table.columns.push_back({cell.stored.name});
  std::vector<TableCell> ceilings{std::string(kCeilingRow)};
  bool any_ceiling = false;
  for (const ComparedCell& cell : comparison.cells) {
    const auto ceiling = ceiling_of(cell, measure);
    any_ceiling = any_ceiling || ceiling;
    ceilings.push_back(cell_of(ceiling));
  }
  for (const std::string& model : comparison.models) {
    std::vector<TableCell> row{model};
    bool any = false;
    for (const ComparedCell& cell : comparison.cells) {
      const auto value = value_of(cell, model, measure);
      any = any || value;
      row.push_back(cell_of(value));
    }
    if (any) table.rows.push_back(std::move(row));
  }
  if (any_ceiling && !table.rows.empty()) table.rows.insert(table.rows.begin(), std::move(ceilings));
  return table;
}

Table difference_table(const Comparison& comparison) {
  Table table;
  table.columns = {{"first", "", Alignment::left},
                   {"second", "", Alignment::left},
                   {"cell", "", Alignment::left},
                   {"Md*, first - second [95 %]"},
                   {"Gamma, first - second [95 %]"}};
  for (const PairOverCells& pair : comparison.pairs) {
    for (const ComparedCell& cell : comparison.cells) {
      const auto difference = cell.difference(pair.first, pair.second);
      if (!difference) continue;
      table.rows.push_back({pair.first, pair.second, cell.stored.name,
                            cell_of(difference->md_star.estimate()), cell_of(difference->gamma.estimate())});
    }
    if (comparison.cells.size() > 1)
      table.rows.push_back({pair.first, pair.second, fmt::format("mean of {}", pair.md_star.cells),
                            cell_of(pair.md_star.estimate()), cell_of(pair.gamma.estimate())});
  }
  return table;
}

Table compared_parameters(const Comparison& comparison) {
  Table table;
  table.columns = {
      {"model", "", Alignment::left}, {"parameter", "", Alignment::left}, {"unit", "", Alignment::left}};
  for (const ComparedCell& cell : comparison.cells) table.columns.push_back({cell.stored.name});
  for (const std::string& name : comparison.models) {
    std::vector<std::string> keys;
    for (const ComparedCell& cell : comparison.cells) {
      const auto place = cell.place_of(name);
      if (!place) continue;
      for (const auto& [key, value] : cell.stored.models[*place].parameters)
        if (std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
    }
    for (const std::string& key : keys) {
      const Quantity* quantity = find_quantity(key);
      std::vector<TableCell> row{name, quantity != nullptr ? std::string(quantity->symbol) : key,
                                 std::string(quantity != nullptr ? quantity->unit : "")};
      for (const ComparedCell& cell : comparison.cells) {
        std::optional<Estimate> value;
        if (const auto place = cell.place_of(name)) {
          for (const auto& [other, estimate] : cell.stored.models[*place].parameters)
            if (other == key) value = estimate;
        }
        row.push_back(cell_of(value));
      }
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

std::vector<Figure> comparison_figures(const Comparison& comparison, const std::vector<std::string>& models,
                                       const std::string& against) {
  std::vector<Figure> figures;
  for (const Measure measure :
       {Measure::md_star, Measure::gamma, Measure::explained_variance_10ms, Measure::voltage})
    figures.push_back(measure_figure(comparison, models, measure));
  if (models.size() > 1) figures.push_back(difference_figure(comparison, models, against));
  return figures;
}

std::string comparison_json(const Comparison& comparison, const ResultProvenance& provenance) {
  Json json = json_header("dyniv.compare", provenance);
  json["cells"] = Json::array();
  for (const ComparedCell& cell : comparison.cells) json["cells"].push_back(cell_json(cell));
  json["mean_differences"] = Json::array();
  for (const PairOverCells& pair : comparison.pairs) {
    json["mean_differences"].push_back({{"first", pair.first},
                                        {"second", pair.second},
                                        {"md_star", mean_json(pair.md_star)},
                                        {"gamma", mean_json(pair.gamma)}});
  }
  json["warnings"] = comparison.warnings;
  return json_text(json);
}

}  // namespace libfit
