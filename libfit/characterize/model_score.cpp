#include "libfit/characterize/model_score.hpp"

namespace libfit {

ModelScore score_model(const Model& model, const std::optional<Recording>& electrode, const Recording& test,
                       const MembraneOptions& membrane, const ScoreOptions& options) {
  ModelScore result;
  result.membrane = prepare_membrane(electrode, test, membrane);
  ModelFit as_fitted;
  as_fitted.model = model;
  as_fitted.status = FitStatus::ok;
  as_fitted.parameters = estimates_of(model);
  if (const auto level_mV = value_in(model, quantities::V_spike_mV))
    result.membrane.criterion.level_mV = *level_mV;
  result.test = score_test(test, result.membrane, {as_fitted}, options);
  return result;
}

}  // namespace libfit
