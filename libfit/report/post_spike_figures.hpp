// What a spike leaves behind, as `dyniv run` draws it: the curve in slices of the time since the spike, and
// leak, reversal and threshold against that time. As figures.hpp: plain series in, a figure out.
#pragma once

#include <string>
#include <vector>

#include "libfit/draw/figure.hpp"

namespace libfit {

// F(V) of each slice with standard errors, and the model in it.
struct SliceSeries {
  std::string label;  // "5 to 10 ms"
  std::vector<double> voltage_mV;
  std::vector<double> f_mV_per_ms;
  std::vector<double> f_se_mV_per_ms;
  std::vector<double> model_voltage_mV;  // empty: no model
  std::vector<double> model_f_mV_per_ms;
};
Figure post_spike_curves_figure(const std::vector<SliceSeries>& slices);

// A panel for each parameter: slice by slice with intervals, and the time course of the joint fit.
struct TimeCourseSeries {
  std::string label;            // "leak"
  std::string unit;             // "nS"
  std::vector<double> time_ms;  // of the slices that have a value
  std::vector<double> value;
  std::vector<double> low;
  std::vector<double> high;
  std::vector<double> curve_time_ms;  // empty: no joint fit
  std::vector<double> curve;
};
Figure post_spike_parameters_figure(const std::vector<TimeCourseSeries>& courses);

}  // namespace libfit
