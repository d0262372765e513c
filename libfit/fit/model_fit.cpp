#include "libfit/fit/model_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "libfit/core/error.hpp"

namespace libfit {

std::string_view status_name(FitStatus status) {
  switch (status) {
    case FitStatus::ok:
      return "ok";
    case FitStatus::not_identified:
      return "not_identified";
    case FitStatus::not_simulable:
      return "not_simulable";
    case FitStatus::failed:
      break;
  }
  return "failed";
}

std::string status_words(FitStatus status) {
  std::string words(status_name(status));
  std::ranges::replace(words, '_', ' ');
  return words;
}

std::string fit_name(const ModelFit& fit) {
  std::string name(model_name(fit.model));
  return fit.variant.empty() ? name : name + "_" + fit.variant;
}

ModelFit failed_fit(Model model, std::string reason) {
  ModelFit fit;
  fit.model = std::move(model);
  fit.reason = std::move(reason);
  return fit;
}

void leave_unidentified(ModelFit& fit, std::string reason) {
  if (fit.status != FitStatus::ok) return;
  fit.status = FitStatus::not_identified;
  fit.reason = std::move(reason);
}

std::vector<ParameterEstimate> estimates_of(const Model& model) {
  std::vector<ParameterEstimate> estimates;
  for (const ParameterValue& parameter : scalar_parameters(model))
    estimates.push_back({parameter.quantity, parameter.value, {}, {}, {}});
  return estimates;
}

void set_intervals(ModelFit& fit, std::span<const std::vector<double>> draws, std::size_t blocks) {
  for (std::size_t p = 0; p < fit.parameters.size(); ++p) {
    const auto interval = percentile_interval(draws[p]);
    if (interval && interval->high > interval->low)
      fit.parameters[p].ci95 = widened_for_blocks(*interval, fit.parameters[p].value, blocks);
  }
}

void fail_unless_valid(ModelFit& fit) {
  try {
    validate(fit.model);
  } catch (const OptionError& problem) {
    fit.status = FitStatus::failed;
    fit.reason = fmt::format("the fitted parameters do not make a model: {}", problem.what());
  }
}

}  // namespace libfit
