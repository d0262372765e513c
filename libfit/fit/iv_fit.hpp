// Models from a measured F(V): EIF, QIF, LIF and passive by weighted least squares with Ceres, and F as
// tabulated. Residuals are (F_model averaged over the bin - F) / standard error, so that chi-square and
// covariance mean something. How far up the upstroke the fit reaches decides Delta_T and V_T. The rule: bins
// from the bottom up to the first one whose F exceeds 3 mV/ms, never more than a tenth of the spikes'
// steepest rise; the fit is repeated at half and twice that limit and the range of the parameters is quoted
// as systematic error.
#pragma once

#include <optional>
#include <vector>

#include "libfit/fit/model_fit.hpp"
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

// All models of the curve, in the order passive, lif, qif, eif, tabulated. A model that cannot be fitted is
// there with status failed and the reason.
std::vector<ModelFit> fit_models(const DynamicIv& iv, const SpikeParameters& spikes,
                                 const IvFitOptions& options = {});

// One family at the given limit, starting from `start` only (for bootstrap draws); nullopt when it does not
// converge.
std::optional<Model> refit(const DynamicIv& iv, const Model& start, double upper_V_mV,
                           double excess_sd_mV_per_ms = 0.0);

}  // namespace libfit
