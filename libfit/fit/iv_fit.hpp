// Models from a measured F(V): EIF, QIF, LIF and passive by weighted least squares with Ceres, and F as
// tabulated. Residuals are (F_model averaged over the bin - F) / standard error, so that chi-square and
// covariance mean something. How far up the upstroke the fit reaches decides Delta_T and V_T. The rule: bins
// from the bottom up to the first one whose F exceeds 3 mV/ms, never more than a tenth of the spikes'
// steepest rise; the fit is repeated at half and twice that limit and the range of the parameters is quoted
// as systematic error.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libfit/core/statistics.hpp"
#include "libfit/iv/dynamic_iv.hpp"
#include "libfit/model/model.hpp"

namespace libfit {

struct IvFitOptions {
  double upper_limit_mV_per_ms = 3.0;  // > 0; F up to here enters the fit; higher: more of the upstroke
  double fraction_of_upstroke = 0.1;   // > 0; of the steepest rise of spikes, another upper limit
  double widest_Delta_T_mV = 5.0;      // > 0; above, the exponential is not identified
  double widest_relative_move = 0.5;   // > 0; of Delta_T between limits, above which it is not identified
  std::size_t min_rising_bins = 3;     // bins with F > 0 that an EIF needs
  std::size_t min_bins = 6;            // bins that any fit needs
  void validate() const;               // throws OptionError
};

// What is taken from the spikes and not from the curve.
struct SpikeParameters {
  double V_spike_mV = 0.0;
  Reset reset;
  std::optional<double> V_onset_mV;            // median voltage at spike onset
  std::optional<double> peak_slope_mV_per_ms;  // steepest rise of spikes; absent: no spike seen
};

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
std::string_view status_name(FitStatus status);

struct IvFit {
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
std::string fit_name(const IvFit& fit);

// A model that could not be fitted at all, and why.
IvFit failed_fit(Model model, std::string reason);
// An ok fit whose parameters the recording does not determine; the first reason stays.
void leave_unidentified(IvFit& fit, std::string reason);

// All models of the curve, in the order passive, lif, qif, eif, tabulated. A model that cannot be fitted is
// there with status failed and the reason.
std::vector<IvFit> fit_models(const DynamicIv& iv, const SpikeParameters& spikes,
                              const IvFitOptions& options = {});

// One family at the given limit, starting from `start` only (for bootstrap draws); nullopt when it does not
// converge.
std::optional<Model> refit(const DynamicIv& iv, const Model& start, double upper_V_mV,
                           double excess_sd_mV_per_ms = 0.0);

}  // namespace libfit
