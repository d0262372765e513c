// Leak, reversal and threshold in one slice of the time since the last spike, Delta_T held at that of the
// whole curve [Badel et al. 2008a, J Neurophysiol 99:656]: what the joint fit of the time courses
// (refractory_fit.hpp) is shown against.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libfit/core/statistics.hpp"
#include "libfit/fit/iv_fit.hpp"
#include "libfit/iv/post_spike.hpp"

namespace libfit {

struct SliceFit {
  double begin_ms = 0.0;  // after the spike
  double end_ms = 0.0;    // infinity: until the next spike
  double mean_ms = 0.0;
  std::size_t spikes = 0;
  std::size_t bins_used = 0;
  FitStatus status = FitStatus::failed;  // not_identified: no threshold, see reason
  std::string reason;
  std::optional<Estimate> g_nS;
  std::optional<Estimate> E_mV;
  std::optional<Estimate> V_T_mV;  // absent where the slice does not reach it
};

// Bins up to the first whose F exceeds the limit enter. A slice with fewer than six supported bins fails.
std::vector<SliceFit> fit_slices(std::span<const PostSpikeCurve> curves, double Delta_T_mV,
                                 double limit_mV_per_ms);

}  // namespace libfit
