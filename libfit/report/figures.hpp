// The figures that `dyniv run` draws, each built from a plain struct of series, so that the struct says what
// the figure shows and nothing here knows where the numbers come from. Colours mean the same everywhere: the
// recording is black, model number i has colour i + 1 of the palette. Arrays of one struct that belong to one
// axis have equal lengths (else ContractError); an absent value in an array is NaN and leaves a gap.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libfit/core/statistics.hpp"
#include "libfit/draw/figure.hpp"

namespace libfit {

// The current, and the voltage before and after the electrode was taken out, over about a second with spikes.
struct CompensationSeries {
  std::vector<double> time_s;
  std::vector<double> current_pA;
  std::vector<double> raw_mV;
  std::vector<double> compensated_mV;
};
Figure compensation_figure(const CompensationSeries& series);

// The response of the voltage to current, the membrane's exponential in its tail, and what is left for the
// electrode at short lags.
struct ElectrodeKernelSeries {
  std::vector<double> time_ms;
  std::vector<double> response_MOhm_per_ms;
  std::vector<double> response_se_MOhm_per_ms;  // empty: not known
  std::vector<double> membrane_MOhm_per_ms;
  std::vector<double> kernel_MOhm_per_ms;
  Estimate resistance_MOhm;       // of the electrode; stands above the panel
  double end_ms = 20.0;           // > 0; the time axis ends here
  bool logarithmic_time = false;  // shows the first bins apart
};
Figure electrode_kernel_figure(const ElectrodeKernelSeries& series);

// Above: the variance that is least at the capacitance. Below: the capacitance in bins of voltage, the
// plateau that was used, the value with its interval, and the value of another method (the kernel) as a line.
struct CapacitanceSeries {
  std::vector<double> trial_pF;
  std::vector<double> variance_mV2_per_ms2;  // Var[I/C - dV/dt] at each trial value
  std::optional<double> least_pF;            // where it is least
  std::vector<double> voltage_mV;
  std::vector<double> capacitance_pF;
  std::vector<double> capacitance_se_pF;
  std::optional<Interval> plateau_mV;  // voltages that were used
  std::optional<Estimate> value_pF;    // what the analysis goes on with
  std::optional<double> kernel_pF;
};
Figure capacitance_figure(const CapacitanceSeries& series);

// F(V) in bins with the curves of models through it, and below the residuals in standard errors.
struct ModelCurve {
  std::string label;
  std::vector<double> voltage_mV;
  std::vector<double> f_mV_per_ms;
  std::vector<double> residual_se;  // (measured - model)/SE at each bin of the measurement; empty: none
};
struct DynamicIvSeries {
  std::vector<double> voltage_mV;
  std::vector<double> f_mV_per_ms;
  std::vector<double> f_se_mV_per_ms;
  std::vector<double> f_sd_mV_per_ms;  // of the samples of a bin, drawn as a band; empty: none
  std::vector<ModelCurve> models;
  std::optional<double> fit_limit_mV;
};
Figure dynamic_iv_figure(const DynamicIvSeries& series);

// Recorded and predicted voltage at two zooms, spikes as ticks above.
struct PredictedTrace {
  std::string label;
  std::vector<double> voltage_mV;  // at the times of the recording
  std::vector<double> spikes_s;
};
struct PredictionSeries {
  std::vector<double> time_s;
  std::vector<double> recorded_mV;
  std::vector<double> recorded_spikes_s;
  std::vector<PredictedTrace> models;
  Interval overview_s;  // about 2 s
  Interval detail_s;    // about 0.2 s
};
Figure prediction_figure(const PredictionSeries& series);

// Spike trains: repetitions of the cell, then those of each model.
struct RasterGroup {
  std::string label;
  std::vector<std::vector<double>> trains_s;
};
struct RasterSeries {
  std::vector<RasterGroup> groups;  // the first is the recording
  Interval window_s;
};
Figure raster_figure(const RasterSeries& series);

// How well each model predicts, by several measures, against the ceiling that the cell's own reliability
// sets.
struct ScoreMeasure {
  std::string label;                            // "Md*"
  std::vector<std::optional<Estimate>> models;  // one per model; absent: not defined
  std::optional<double> ceiling;
};
struct ScoreSeries {
  std::vector<std::string> models;
  std::vector<ScoreMeasure> measures;
  std::string name = "scores";  // of the figure
  std::string axis = "score";
  double width_mm = 85.0;
};
Figure scores_figure(const ScoreSeries& series);

// How much better each model is than one of them, as dots with intervals about a line at 0; `measures` are
// the cells.
Figure differences_figure(const ScoreSeries& series);

// How parameters move with the upper limit of the fit; a panel for each.
struct ParameterAgainstLimit {
  std::string label;  // "slope factor"
  std::string unit;
  std::vector<double> value;  // one per limit
  std::vector<double> low;    // of its interval; empty: none
  std::vector<double> high;
};
struct LimitSeries {
  std::vector<double> limit_mV;
  std::vector<ParameterAgainstLimit> parameters;
  std::optional<double> chosen_mV;
};
Figure fit_limit_figure(const LimitSeries& series);

}  // namespace libfit
