// The sub-threshold part of a GIF by least squares of the integrated voltage [Mensi et al. 2012; Pozzorini et
// al. 2015 regress dV/dt instead]: the model runs along the training current with the recorded spikes forced,
// and its voltage is compared with the recorded one outside spikes. Ceres, with exact sensitivities.
#pragma once

#include <optional>
#include <string>

#include "libfit/core/statistics.hpp"
#include "libfit/fit/hazard_data.hpp"
#include "libfit/model/gif.hpp"

namespace libfit {

struct MembraneFitOptions {
  double before_spike_ms = 3.0;  // >= 0; left out before a spike
  double after_reset_ms = 0.0;   // >= 0; left out after the refractory time
  int max_iterations = 50;       // >= 1
  double block_ms = 2000.0;      // > 0; of the intervals: long against the memory of the residuals
  void validate() const;         // throws OptionError
};

// 95 % intervals that hold whatever the residuals' correlation within a block of time: the sandwich of the
// Gauss-Newton inverse around the scatter of block gradients [Liang & Zeger 1986, Biometrika 73:13; CR1 of
// Cameron & Miller 2015, J Hum Resour 50:317], Student's t for the number of blocks. C and g from the
// covariance of their logarithms. What the electrode adds is not in them.
struct MembraneIntervals {
  Interval C_pF, g_nS, E_mV, V_reset_mV;
};

struct MembraneFit {
  Gif model;  // as given, with the drive fitted and adopted as the membrane
  double rmse_mV = 0.0;
  double variance_explained = 0.0;  // of the recorded voltage in the bins used
  std::size_t bins = 0;
  bool converged = false;
  std::string message;                    // why Ceres stopped
  std::optional<MembraneIntervals> ci95;  // absent below ten blocks, or where the data do not determine it
};

// How many bins enter the fit.
std::size_t bins_outside_spikes(const Gif& model, const BinnedRecording& data,
                                const MembraneFitOptions& options);

// Throws ContractError for a model whose bin differs from the data's, or when fewer bins than parameters are
// left outside spikes.
MembraneFit fit_membrane(const Gif& start, const BinnedRecording& data,
                         const MembraneFitOptions& options = {});

}  // namespace libfit
