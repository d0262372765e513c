// Intervals for everything by resampling blocks of the recording: one draw repeats capacitance, F(V) and
// every fit on the same drawn blocks, so that the error of C reaches every parameter. Percentile intervals
// [Efron & Tibshirani 1993]. A draw costs sums over moments and one warm-started fit a model; draws run in
// parallel and are reproducible by seed.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libfit/fit/iv_fit.hpp"
#include "libfit/iv/capacitance.hpp"
#include "libfit/iv/dynamic_iv.hpp"

namespace libfit {

struct FitBootstrapOptions {
  std::size_t draws = 200;  // 0: none; below 20 no interval is given
  std::uint64_t seed = 1;
  unsigned threads = 0;
  // Called from one thread at a time with the share of draws done.
  std::function<void(double)> progress;
};

// What an error common to all blocks does, such as one of the electrode's resistance, which shifts every
// voltage by the current times that error: the moments as they are when it is one standard error up, of all
// blocks or of some.
struct CommonError {
  double capacitance_move_pF = 0.0;
  IvMoments moments;
  std::vector<double> block_weights;  // of the recording's blocks: 1 for those in `moments`, 0 for others
};

struct FitBootstrap {
  std::size_t draws = 0;
  std::size_t failed = 0;              // fits that did not converge, over all models
  std::vector<double> capacitance_pF;  // one per draw
  std::vector<Interval> F_mV_per_ms;   // 95 % interval of every bin of the curve; empty without draws
  // Draws of each parameter: draws_of[fit][parameter], NaN where the fit of that draw failed.
  std::vector<std::vector<std::vector<double>>> draws_of;
};

// The curve of a draw on the bins of the estimate, with the estimate's standard errors as weights: those of a
// draw are noisier and would add their own scatter.
DynamicIv redraw_curve(const DynamicIv& iv, const IvMoments& moments, double capacitance_pF,
                       const DynamicIvOptions& options, std::span<const double> weights);

// Fills ci95 and draws of the parameters of `fits` (C included) and returns the draws. When the capacitance
// came from the electrode sweep, its own interval stands for it: drawn as a normal number of that width. Each
// common error, independent of the others, moves every draw by a normal number of the steps it makes in each
// parameter; to that order all are linear.
FitBootstrap bootstrap_fits(const CapacitanceAnalysis& capacitance, const IvMoments& moments,
                            const DynamicIv& iv, const DynamicIvOptions& iv_options,
                            std::vector<ModelFit>& fits, const FitBootstrapOptions& options,
                            std::span<const CommonError> common = {});

}  // namespace libfit
