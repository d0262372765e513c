// The tables of a characterisation: parameters with intervals, scores with ceilings, the curve.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "libfit/characterize/characterize.hpp"
#include "libfit/draw/table.hpp"

namespace libfit {

// A value that has no interval; absent stays absent.
std::optional<Estimate> without_interval(const std::optional<double>& value);
// The explained variance at a width of the Gaussian; nullptr where it was not asked for.
const ExplainedVariance* explained_at(const SpikeScore& score, double sigma_ms);

// One row per model and parameter: value with interval, range over the fit limits, status.
Table parameter_table(const std::vector<ModelFit>& models);
// One row per model, the cell's own repetitions first.
Table score_table(const Characterization& result);
// Cell and models on steps of current: one row each, and the f-I curves side by side, one row per step.
Table step_score_table(const StepComparison& steps);
Table step_rate_table(const StepComparison& steps);
// Electrode and capacitance by every method.
Table membrane_table(const Membrane& membrane, const Capacitance& capacitance);
// One row per bin of the dynamic I-V.
Table curve_table(const DynamicIv& iv);

}  // namespace libfit
