// The forward pass of a GIF along a recording with the recorded spikes forced: the design of its log hazard,
// one row for every bin in which a spike may fall, and the sensitivities of the log hazard to the parameters
// that it does not depend on linearly. Everything is computed on the model's own voltage, with the reset that
// simulation has: the measured voltage contains the upstroke, which no simulation knows beforehand.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "libfit/fit/hazard_data.hpp"
#include "libfit/model/gif.hpp"

namespace libfit {

// Weights in the order of the design's columns: constant, filters, threshold states, history.
Eigen::VectorXd weights_of(const Gif& model);
void set_weights(Gif& model, const Eigen::VectorXd& weights);

// The parameters on which the log hazard depends through the voltage: log tau, log R, E, V_reset, b_i,
// log tau_i, and, where asked for, log tau and knot of each threshold state.
Eigen::VectorXd shape_of(const Gif& model, bool with_states);
void set_shape(Gif& model, const Eigen::VectorXd& shape, bool with_states);

struct HazardDesign {
  // Fits the cache, and columns begin in different sets of it: a power of two would put all of a row in one.
  static constexpr Eigen::Index block_rows = 504;
  std::vector<Eigen::MatrixXd> blocks;  // columns: weights, then shape where asked for
  std::vector<Eigen::VectorXd> spikes;  // 1 in bins with a spike; same rows
  Eigen::Index rows = 0;
  std::size_t spike_count = 0;
};

enum class Sensitivities { none, membrane, membrane_and_states };

// Rows of the bins that `selection` contains and that are not refractory. With sensitivities, further columns
// hold d log hazard / d shape at the model's weights.
HazardDesign hazard_design(const Gif& model, const BinnedRecording& data, const BinSelection& selection,
                           Sensitivities sensitivities);

// The voltage alone, one array a sweep, and its sensitivities (columns: shape of the membrane).
struct VoltagePass {
  std::vector<double> voltage_mV;
  Eigen::MatrixXd sensitivity;  // rows: bins; empty where not asked for
};
VoltagePass voltage_pass(const Gif& model, const BinnedSweep& sweep, bool with_sensitivities);

}  // namespace libfit
