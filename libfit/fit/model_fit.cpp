#include "libfit/fit/model_fit.hpp"

#include <algorithm>
#include <utility>

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

}  // namespace libfit
