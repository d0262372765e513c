// The regression behind electrode compensation: voltage on the past of the current, as a line between knots,
// gathered as normal equations a block, on traces that are filtered so that the noise is white. Used by
// electrode.cpp only.
#pragma once

#include <Eigen/Dense>
#include <cstddef>
#include <optional>
#include <vector>

#include "libfit/core/spike_train.hpp"
#include "libfit/signal/electrode.hpp"

namespace libfit {

// Knots of the response, in samples of lag, ascending from -1 (a lead tap). Between knots the response is a
// straight line. Rectangular bins, which are usual, will not do here: on whitened traces the steps between
// them leak into all other lags (a simulated cell of 200 pF with 60 pA of its own noise came out at 643 pF).
struct LagKnots {
  std::vector<std::ptrdiff_t> lag;
  std::size_t size() const { return lag.size(); }
  double time_ms(std::size_t b, double dt_ms) const { return static_cast<double>(lag[b]) * dt_ms; }
};

// Normal equations: regressors are the knots, a constant, and the voltage last.
using Gram = Eigen::MatrixXd;

struct Response {
  Eigen::VectorXd value;  // GOhm/ms, one a knot
  Eigen::VectorXd se;     // from white residuals; used as weights only
};

// The membrane's share of the response: a exp(-t/tau).
struct MembraneTail {
  double amplitude_per_pF = 0.0;
  double tau_ms = 1.0;
  double at(double lag_ms) const;  // GOhm/ms; 0 for negative lags
};

struct Accumulated {
  std::vector<Gram> blocks;
  LagKnots knots;
  double dt_ms = 0.0;
  std::size_t used = 0;
  // Taken off the voltage before the regression, so that only what differs from it has to be straight between
  // knots: lines between knots of an exponential lie above it, by 0.1 % of R_e.
  MembraneTail taken_off;
};

// Sum over all blocks.
Gram total(const Accumulated& all);

// The response from the sum of blocks, or of drawn blocks, of `all`, with what was taken off put back;
// nullopt where the current does not separate its lags.
std::optional<Response> solve(const Accumulated& all, const Gram& gram);

// The exponential of the knots from tail_start_ms to tail_end_ms: weighted least squares, tau between 1 and
// 400 ms.
MembraneTail fit_membrane(const Response& response, const LagKnots& knots, double dt_ms,
                          const ElectrodeOptions& options);

// Both passes: plain, then without the membrane's exponential and on traces whitened by the noise that the
// first pass left. Throws DataError for sweeps that differ in dt or when too few samples are left.
Accumulated regress(const Recording& recording, const SpikeTrains& spikes_ms,
                    const ElectrodeOptions& options);

}  // namespace libfit
