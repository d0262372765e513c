#include "libfit/characterize/step_comparison.hpp"

#include <cmath>
#include <limits>

#include "libfit/characterize/step_model.hpp"
#include "libfit/core/parallel.hpp"

namespace libfit {
namespace {

constexpr std::size_t step_trials = 10;  // of models that draw their spikes
constexpr double kNoRate = std::numeric_limits<double>::quiet_NaN();

std::optional<double> least_firing_pA(const StepRatesOf& rates, double length_ms,
                                      const std::vector<double>& pA) {
  constexpr double kSpikes = 0.5;  // on average
  for (std::size_t i = 0; i < pA.size(); ++i) {
    if (rates.mean_Hz[i] * length_ms / 1000.0 >= kSpikes) return pA[i];
  }
  return std::nullopt;
}

// The mean over analyses of the same steps.
StepRatesOf step_rates_of(std::string name, const std::vector<StepAnalysis>& answers) {
  const auto& first = answers.front();
  const std::size_t steps = first.responses.size();
  StepRatesOf rates{std::move(name),
                    std::vector<double>(steps),
                    std::vector<double>(steps, kNoRate),
                    std::vector<double>(steps),
                    {},
                    {},
                    {}};
  std::vector<double> amplitude_pA;
  for (std::size_t i = 0; i < steps; ++i) {
    amplitude_pA.push_back(first.responses[i].amplitude_pA);
    std::vector<double> onsets;
    for (const StepAnalysis& answer : answers) {
      const StepResponse& r = answer.responses[i];
      rates.mean_Hz[i] += r.mean_rate_Hz / static_cast<double>(answers.size());
      rates.steady_Hz[i] += r.steady_rate_Hz / static_cast<double>(answers.size());
      if (r.first_rate_Hz) onsets.push_back(*r.first_rate_Hz);
    }
    rates.first_Hz[i] = mean(onsets).value_or(kNoRate);
  }
  rates.rheobase_pA = least_firing_pA(rates, first.protocol.end_ms - first.protocol.begin_ms, amplitude_pA);
  return rates;
}

double rms_difference_of(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(sum / static_cast<double>(a.size()));
}

}  // namespace

StepComparison compare_on_steps(const Recording& steps, const Membrane& membrane,
                                const std::vector<ModelFit>& models, std::uint64_t seed, unsigned threads) {
  const Recording recording = membrane_of(steps, membrane, threads);
  StepComparison result;
  result.warnings = steps.warnings;
  result.protocol = find_steps(recording);
  const StepAnalysis cell =
      analyze_steps(recording, detect_spikes(recording, membrane.criterion), result.protocol);
  for (const StepResponse& r : cell.responses) result.amplitude_pA.push_back(r.amplitude_pA);
  result.cell = step_rates_of("cell", {cell});
  std::vector<const ModelFit*> firing;
  for (const ModelFit& fit : models) {
    if (fit.status != FitStatus::failed && spike_voltage_mV(fit.model)) firing.push_back(&fit);
  }
  result.models.resize(firing.size());
  parallel_for(firing.size(), threads, [&](std::size_t m) {
    const Model& model = firing[m]->model;
    std::vector<StepAnalysis> answers;
    for (std::size_t t = 0; t < (is_stochastic(model) ? step_trials : 1); ++t)
      answers.push_back(predict_steps(model, recording, result.protocol, {}, seed + t).steps);
    StepRatesOf& rates = result.models[m] = step_rates_of(fit_name(*firing[m]), answers);
    rates.rmse_Hz = rms_difference_of(rates.mean_Hz, result.cell.mean_Hz);
    rates.steady_rmse_Hz = rms_difference_of(rates.steady_Hz, result.cell.steady_Hz);
  });
  return result;
}

}  // namespace libfit
