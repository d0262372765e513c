// What every fit of a model has: the model, whether the data determine it and if not why, its parameters with
// their uncertainty.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libfit/core/statistics.hpp"
#include "libfit/model/parameters.hpp"

namespace libfit {

struct ParameterEstimate {
  const Quantity* quantity = nullptr;
  double value = 0.0;
  std::optional<double> se;             // from the covariance of the fit, given C
  std::optional<Interval> ci95;         // from the bootstrap
  std::optional<Interval> limit_range;  // over the fit limits
  std::vector<double> draws{};          // of the bootstrap, NaN where the fit failed; empty without

  std::string name() const { return std::string(quantity->name); }
};

enum class FitStatus {
  ok,              // converged, parameters identified
  not_identified,  // converged, but the data do not determine it: see reason
  not_simulable,   // identified, but its simulation goes wrong on currents that training did not hold
  failed           // no usable model: see reason
};
std::string_view status_name(FitStatus status);  // for programs: "not_identified"
std::string status_words(FitStatus status);      // for people: "not identified"

// What the fit of a curve has, be it F(V) or its slices after a spike.
struct CurveFit {
  double chi_square = 0.0;           // with the standard errors of the curve alone
  double excess_sd_mV_per_ms = 0.0;  // added to them in quadrature; 0: the model is adequate
  std::size_t bins_used = 0;
  int degrees_of_freedom = 0;   // 0: F as measured, nothing is fitted
  double upper_V_mV = 0.0;      // highest voltage of the bins in the fit of this model
  double upper_fit_V_mV = 0.0;  // the same for the limit on F, which models of the straight part do not reach
  double limit_mV_per_ms = 0.0;  // limit on F in force
  int iterations = 0;
};

struct ModelFit {
  Model model;
  std::string variant;  // empty, or what sets it apart from another fit of the same model: "tuned"
  FitStatus status = FitStatus::failed;
  std::string reason;                         // empty when ok
  std::vector<ParameterEstimate> parameters;  // in the order of the parameter_rows
  std::optional<CurveFit> curve;              // absent for models that are not fitted to curves
  std::size_t draw_blocks = 0;        // time blocks that the draws of the parameters come from; 0: no draws
  std::vector<std::string> warnings;  // a parameter on its bound
};

// The name of a fit in files and tables: that of its model, with the variant: "eif", "eif_tuned".
std::string fit_name(const ModelFit& fit);

// A model that could not be fitted at all, and why.
ModelFit failed_fit(Model model, std::string reason);
// An ok fit whose parameters the recording does not determine; the first reason stays.
void leave_unidentified(ModelFit& fit, std::string reason);

// The parameters of a model, without any uncertainty.
std::vector<ParameterEstimate> estimates_of(const Model& model);

// Of one parameter of a fit of an M.
template <class M, class Member>
ParameterEstimate& estimate_of(ModelFit& fit, Member member) {
  return fit.parameters.at(place_of<M>(member));
}

// Standard errors of what a fit searched: the parameters themselves, or their logarithms where they are
// positive. One on its bound (`se` 0) has no error of its own.
template <class M, std::size_t N>
void set_errors(ModelFit& fit, const std::array<double M::*, N>& members, const std::array<double, N>& se) {
  for (std::size_t i = 0; i < N; ++i) {
    ParameterEstimate& parameter = estimate_of<M>(fit, members[i]);
    const bool logarithm = parameter.quantity->domain == Domain::positive;
    if (se[i] > 0.0) parameter.se = logarithm ? parameter.value * se[i] : se[i];
  }
}

// 95 % intervals from draws[parameter], NaN where the fit of a draw failed; none where nothing varies.
void set_intervals(ModelFit& fit, std::span<const std::vector<double>> draws, std::size_t blocks);

// Failed, with the reason, where validate() refuses what was fitted.
void fail_unless_valid(ModelFit& fit);

}  // namespace libfit
