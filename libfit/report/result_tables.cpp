#include "libfit/report/result_tables.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "libfit/model/catalogue.hpp"

namespace libfit {
namespace {

TableCell training_bound(const Characterization& result, const std::string& model) {
  for (const TrainingPrediction& prediction : result.training) {
    if (prediction.model == model) return cell_of(prediction.md_star_bound);
  }
  return {};
}

}  // namespace

std::optional<Estimate> without_interval(const std::optional<double>& value) {
  return value ? std::optional(Estimate{*value, std::nullopt}) : std::nullopt;
}

const ExplainedVariance* explained_at(const SpikeScore& score, double sigma_ms) {
  for (const ExplainedVariance& part : score.explained_variance) {
    if (part.sigma_ms == sigma_ms) return &part;
  }
  return nullptr;
}

Table parameter_table(const std::vector<ModelFit>& models) {
  Table table;
  table.columns = {{"model", "", Alignment::left},
                   {"parameter", "", Alignment::left},
                   {"unit", "", Alignment::left},
                   {"value [95 %]"},
                   {"over fit limits"},
                   {"status", "", Alignment::left}};
  for (const ModelFit& fit : models) {
    const std::string model = fit_name(fit);
    if (fit.status == FitStatus::failed) {
      table.rows.push_back({model, {}, {}, {}, {}, std::string("failed")});
      continue;
    }
    for (const ParameterEstimate& parameter : fit.parameters) {
      std::string range;
      if (parameter.limit_range && parameter.limit_range->high > parameter.limit_range->low) {
        range = fmt::format("{:.4g} to {:.4g}", parameter.limit_range->low, parameter.limit_range->high);
      }
      table.rows.push_back({model, std::string(parameter.quantity->symbol),
                            std::string(parameter.quantity->unit), Estimate{parameter.value, parameter.ci95},
                            range, status_words(fit.status)});
    }
  }
  return table;
}

Table score_table(const Characterization& result) {
  Table table;
  table.columns = {{"model", "", Alignment::left},
                   {"Md* [95 %]"},
                   {"Gamma [95 %]"},
                   {"EV 10 ms [95 %]"},
                   {"voltage [95 %]"},
                   {"rate", "Hz"},
                   {"training Md* bound"},
                   {"status", "", Alignment::left}};
  if (!result.test || result.test->models.empty()) return table;
  const ModelTest& first = result.test->models.front();
  table.rows.push_back({std::string("cell (ceiling)"),
                        1.0,
                        cell_of(first.spikes.reliability_gamma.estimate()),
                        1.0,
                        cell_of(first.voltage.ceiling.estimate()),
                        first.spikes.data_rate_Hz,
                        {},
                        {}});
  for (const ModelTest& test : result.test->models) {
    std::string status;
    for (const ModelFit& fit : result.cell.models) {
      if (fit_name(fit) == test.model && fit.status != FitStatus::ok) status = status_words(fit.status);
    }
    if (test.model == result.best_model)
      status.insert(0, status.empty() ? "best on training" : "best on training, ");
    else if (test.model == result.best_simulable)
      status = "best to simulate";
    if (!fires(test.model)) {
      // It cannot fire: zeros for its spikes would look like a bad prediction.
      table.rows.push_back({test.model,
                            {},
                            {},
                            {},
                            cell_of(test.voltage.variance_explained.estimate()),
                            {},
                            {},
                            std::string("does not spike")});
      continue;
    }
    const ExplainedVariance* explained = explained_at(test.spikes, 10.0);
    table.rows.push_back({test.model, cell_of(test.spikes.md_star.estimate()),
                          cell_of(test.spikes.gamma.estimate()),
                          explained != nullptr ? cell_of(explained->ratio.estimate()) : TableCell{},
                          cell_of(test.voltage.variance_explained.estimate()), test.spikes.model_rate_Hz,
                          training_bound(result, test.model), status});
  }
  return table;
}

Table membrane_table(const Membrane& membrane, const Capacitance& capacitance) {
  Table table;
  table.columns = {{"quantity", "", Alignment::left},
                   {"unit", "", Alignment::left},
                   {"value [95 %]"},
                   {"note", "", Alignment::left}};
  if (membrane.electrode) {
    table.rows.push_back(
        {std::string("electrode R_e"), std::string("MOhm"),
         Estimate{membrane.electrode->resistance_MOhm, membrane.electrode->resistance_ci95_MOhm},
         std::string(compensation_name(membrane.compensation))});
  }
  table.rows.push_back({std::string("C"), std::string("pF"),
                        Estimate{capacitance.value_pF, capacitance.ci95_pF},
                        fmt::format("{}: {}", method_name(capacitance.method), capacitance.reason)});
  const auto method = [&](const char* name, const std::optional<Estimate>& value) {
    if (value)
      table.rows.push_back({fmt::format("C, {}", name), std::string("pF"), cell_of(value), std::string()});
  };
  method("plateau", capacitance.plateau_pF);
  method("electrode sweep", capacitance.kernel_pF);
  method("variance", capacitance.variance_pF);
  method("regression", capacitance.regression_pF);
  method("impedance", capacitance.impedance_pF);
  return table;
}

Table step_score_table(const StepComparison& steps) {
  Table table;
  table.columns = {{"model", "", Alignment::left},
                   {"rheobase", "pA"},
                   {"rate at largest step", "Hz"},
                   {"rms error", "Hz"},
                   {"rms error, second half", "Hz"}};
  const auto add = [&](const StepRatesOf& rates) {
    table.rows.push_back({rates.name, cell_of(rates.rheobase_pA), rates.mean_Hz.back(),
                          cell_of(rates.rmse_Hz), cell_of(rates.steady_rmse_Hz)});
  };
  add(steps.cell);
  for (const StepRatesOf& model : steps.models) add(model);
  return table;
}

Table step_rate_table(const StepComparison& steps) {
  Table table;
  table.columns = {{"step", "pA"}, {steps.cell.name, "Hz"}};
  for (const StepRatesOf& model : steps.models) table.columns.push_back({model.name, "Hz"});
  for (std::size_t i = 0; i < steps.amplitude_pA.size(); ++i) {
    std::vector<TableCell> row{steps.amplitude_pA[i], steps.cell.mean_Hz[i]};
    for (const StepRatesOf& model : steps.models) row.emplace_back(model.mean_Hz[i]);
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table curve_table(const DynamicIv& iv) {
  Table table;
  table.columns = {{"V", "mV"}, {"F", "mV/ms"}, {"SE", "mV/ms"}, {"SD", "mV/ms"},
                   {"samples"}, {"effective"},  {"blocks"},      {"supported"}};
  for (const IvBin& bin : iv.bins) {
    table.rows.push_back({bin.V_mV, bin.F_mV_per_ms, bin.se_mV_per_ms, bin.sd_mV_per_ms, bin.count,
                          bin.effective_count, bin.blocks, std::size_t{bin.supported}});
  }
  return table;
}

}  // namespace libfit
