// Figures of what models say, from plain structs of series as in figures.hpp: the phase line with its fixed
// points, trajectories beside it, f-I curves of several models, and their phase lines beside a measured one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libfit/core/statistics.hpp"
#include "libfit/draw/figure.hpp"

namespace libfit {

struct LineAtCurrent {
  std::string label;                    // "I = 0"
  std::vector<double> slope_mV_per_ms;  // dV/dt at every voltage of the figure
};
struct PhaseLineSeries {
  std::string name;   // of the figure: "eif_phase_line"
  std::string title;  // "EIF"
  std::vector<double> voltage_mV;
  std::vector<LineAtCurrent> lines;
  std::vector<double> stable_mV, unstable_mV;  // on the zero line
  std::optional<double> pulse_threshold_mV, slow_threshold_mV;
  Interval slope_range_mV_per_ms;
};
Figure phase_line_figure(const PhaseLineSeries& series);

struct Trajectory {
  std::string label;
  std::vector<double> voltage_mV;
};
// Above: after short pulses. Below: in steps of current.
struct TrajectorySeries {
  std::string name, title;
  std::vector<double> time_ms;
  std::vector<Trajectory> pulses, steps;
  std::optional<double> pulse_threshold_mV, slow_threshold_mV;
  Interval voltage_range_mV;
};
Figure trajectory_figure(const TrajectorySeries& series);

struct RateCurve {
  std::string label;
  std::vector<double> current_pA, rate_Hz;
  std::vector<double> low_Hz, high_Hz;  // 95 % interval; empty: none
  std::vector<double> onset_Hz;         // drawn dashed; empty: equal to the rate
};
Figure fi_curve_figure(const std::vector<RateCurve>& curves);

struct DriftSeries {
  std::vector<double> measured_mV, measured_mV_per_ms;  // empty: none
  std::vector<double> voltage_mV;
  std::vector<LineAtCurrent> models;  // one per model, without current
  Interval slope_range_mV_per_ms;
};
Figure model_lines_figure(const DriftSeries& series);

}  // namespace libfit
