// From the membrane to models with intervals: capacitance, dynamic I-V, what the spikes show, fits,
// bootstrap.
//
//     const Membrane membrane = prepare_membrane({}, read_recording({"cell07_training.abf"}));
//     CellFit cell = measure_curve(membrane);  // capacitance and F(V)
//     fit_cell(membrane, cell);                // models with their intervals
//     for (const ModelFit& fit : cell.models)
//       std::cout << fit_name(fit) << " " << status_name(fit.status) << "\n";
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "libfit/characterize/simulation_check.hpp"
#include "libfit/characterize/threshold_study.hpp"
#include "libfit/fit/bootstrap.hpp"
#include "libfit/fit/gif_fit.hpp"
#include "libfit/fit/iv_fit.hpp"
#include "libfit/fit/post_spike_slices.hpp"
#include "libfit/fit/spike_tuning.hpp"
#include "libfit/iv/capacitance.hpp"
#include "libfit/iv/dynamic_iv.hpp"
#include "libfit/iv/post_spike.hpp"
#include "libfit/signal/membrane.hpp"

namespace libfit {

struct CellFitOptions {
  CapacitanceOptions capacitance;
  std::optional<double> capacitance_pF;  // > 0: known from elsewhere, nothing is estimated
  DynamicIvOptions iv;
  IvFitOptions fit;
  bool curve_models_only = false;  // neither refractory EIF nor AdEx nor the GIF family, nothing tuned
  double tuning_window_ms = 4.0;   // > 0; of the coincidence factor that models are tuned to
  GifFitOptions gif;
  std::size_t bootstrap_draws = 200;  // 0: no intervals
  std::uint64_t seed = 1;
  unsigned threads = 0;
  std::function<void(double)> bootstrap_progress;
  std::function<void(double)> gif_progress;
  void validate() const;  // throws OptionError
};

// What the curve is in slices of the time since the last spike, for tables and figures.
struct PostSpike {
  std::vector<PostSpikeCurve> curves;
  std::vector<SliceFit> slices;  // one a curve
};

struct CellFit {
  CapacitanceAnalysis capacitance;
  IvMoments moments;
  std::vector<CommonError> rig_errors;  // of the electrode's kernel, or of the lag; independent ones
  DynamicIv iv;
  SpikeParameters spikes;
  std::optional<ResetEstimate> reset;
  std::vector<ModelFit> models;         // of the curve, then refractory EIF, AdEx, GIF family, tuned ones
  std::vector<SpikeTuning> tunings;     // what is known of the tuned ones beyond their entries in `models`
  std::optional<PostSpike> post_spike;  // absent where spikes are too few
  std::optional<GifFits> gifs;          // what is known of the GIF family beyond its entries in `models`
  std::optional<ThresholdStudy> thresholds;  // with the GIF family
  SimulationChecks simulation;
  FitBootstrap bootstrap;
  std::vector<std::string> warnings;
};

// Capacitance and curve only (`dyniv iv`).
CellFit measure_curve(const Membrane& membrane, const CellFitOptions& options = {});
// The models on top (`dyniv fit`).
void fit_cell(const Membrane& membrane, CellFit& cell, const CellFitOptions& options = {});

// The fit behind a model of the GIF family; nullptr where there is none.
const GifFit* gif_fit_of(const CellFit& cell, const Model& model);

}  // namespace libfit
