// What every fit of a model has: the model, whether the data determine it and if not why, its parameters with
// their uncertainty.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libfit/core/statistics.hpp"
#include "libfit/model/model.hpp"

namespace libfit {

struct ParameterEstimate {
  std::string name;  // as in model files: "V_T_mV"
  double value = 0.0;
  std::optional<double> se;             // from the covariance of the fit, given C
  std::optional<Interval> ci95;         // from the bootstrap
  std::optional<Interval> limit_range;  // over the fit limits
  std::vector<double> draws{};          // of the bootstrap, NaN where the fit failed; empty without
};

enum class FitStatus {
  ok,              // converged, parameters identified
  not_identified,  // converged, but the data do not determine it: see reason
  not_simulable,   // identified, but its simulation goes wrong on currents that training did not hold
  failed           // no usable model: see reason
};
std::string_view status_name(FitStatus status);  // for programs: "not_identified"
std::string status_words(FitStatus status);      // for people: "not identified"

struct ModelFit {
  Model model;
  std::string variant;  // empty, or what sets it apart from another fit of the same model: "tuned"
  FitStatus status = FitStatus::failed;
  std::string reason;  // empty when ok
  std::vector<ParameterEstimate> parameters;
  double chi_square = 0.0;           // with the standard errors of the curve alone
  double excess_sd_mV_per_ms = 0.0;  // added to them in quadrature; 0: the model is adequate
  std::size_t bins_used = 0;
  int degrees_of_freedom = 0;
  double upper_V_mV = 0.0;      // highest voltage of the bins in the fit of this model
  double upper_fit_V_mV = 0.0;  // the same for the limit on F, which models of the straight part do not reach
  double limit_mV_per_ms = 0.0;  // limit on F in force
  int iterations = 0;
  std::size_t draw_blocks = 0;        // time blocks that the draws of the parameters come from; 0: no draws
  std::vector<std::string> warnings;  // a parameter on its bound
};

// The name of a fit in files and tables: that of its model, with the variant: "eif", "eif_tuned".
std::string fit_name(const ModelFit& fit);

// A model that could not be fitted at all, and why.
ModelFit failed_fit(Model model, std::string reason);
// An ok fit whose parameters the recording does not determine; the first reason stays.
void leave_unidentified(ModelFit& fit, std::string reason);

}  // namespace libfit
