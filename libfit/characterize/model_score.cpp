#include "libfit/characterize/model_score.hpp"

#include "libfit/model/parameters.hpp"

namespace libfit {

ModelScore score_model(const Model& model, const std::optional<Recording>& electrode, const Recording& test,
                       const MembraneOptions& membrane, const ScoreOptions& options) {
  ModelScore result;
  result.membrane = prepare_membrane(electrode, test, membrane);
  ModelFit as_fitted;
  as_fitted.model = model;
  as_fitted.status = FitStatus::ok;
  for (const NamedParameter& parameter : scalar_parameters(model)) {
    as_fitted.parameters.push_back({std::string(parameter.name), parameter.value, {}, {}, {}});
    if (parameter.name == "V_spike_mV") result.membrane.criterion.level_mV = parameter.value;
  }
  result.test = score_test(test, result.membrane, {as_fitted}, options);
  return result;
}

}  // namespace libfit
