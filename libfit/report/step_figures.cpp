#include "libfit/report/step_figures.hpp"

#include "libfit/core/error.hpp"
#include "libfit/draw/figure_pieces.hpp"

namespace libfit {

Figure step_rates_figure(const std::vector<StepRates>& rates) {
  Panel panel;
  panel.x = axis_of("current step", "pA");
  panel.y = axis_of("firing rate", "Hz");
  for (std::size_t i = 0; i < rates.size(); ++i) {
    const StepRates& r = rates[i];
    require(r.first_Hz.size() == r.amplitude_pA.size() && r.steady_Hz.size() == r.amplitude_pA.size(),
            "step_rates_figure: a rate for every amplitude");
    const unsigned colour = i == 0 ? 0 : model_colour(i - 1);
    // The recording in dots, models in lines; the first interval dashed.
    panel.series.push_back(dashed(line_of(r.label + ", first interval", colour, r.amplitude_pA, r.first_Hz)));
    panel.series.push_back(line_of(r.label + ", second half", colour, r.amplitude_pA, r.steady_Hz));
    if (i > 0) continue;
    panel.series.push_back(
        without_legend(points_of(r.label + ", second half", colour, r.amplitude_pA, r.steady_Hz)));
  }
  Figure figure;
  figure.name = "fi_curve";
  figure.panels.push_back(std::move(panel));
  return figure;
}

Figure step_traces_figure(const std::vector<StepTraces>& traces) {
  Figure figure;
  figure.name = "step_responses";
  figure.height_mm = 15.0 + 45.0 * static_cast<double>(traces.size());
  for (const StepTraces& trace : traces) {
    require(trace.names.size() == trace.voltages_mV.size(), "step_traces_figure: a name for every sweep");
    Panel panel;
    panel.title = trace.label;
    panel.x = axis_of("time", "ms");
    panel.y = axis_of("membrane potential", "mV");
    for (std::size_t i = 0; i < trace.names.size(); ++i) {
      Series line =
          line_of(trace.names[i], static_cast<unsigned>(i % 7), trace.time_ms, trace.voltages_mV[i]);
      line.line_width_pt = 0.5;
      line.in_legend = figure.panels.empty();
      panel.series.push_back(std::move(line));
    }
    figure.panels.push_back(std::move(panel));
  }
  return figure;
}

}  // namespace libfit
