#include "libfit/report/trace_figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "libfit/report/shown_models_internal.hpp"

namespace libfit {
namespace {

// Start of the window of `length_ms` whose spike count comes closest to the average; the first of equals.
double typical_window_ms(const std::vector<double>& spikes_ms, double duration_ms, double length_ms) {
  if (duration_ms <= length_ms) return 0.0;
  const double expected = static_cast<double>(spikes_ms.size()) * length_ms / duration_ms;
  double best = 0.0, least = std::numeric_limits<double>::infinity();
  for (double begin = 0.1 * (duration_ms - length_ms); begin + length_ms <= duration_ms;
       begin += 0.25 * length_ms) {
    const auto inside = std::count_if(spikes_ms.begin(), spikes_ms.end(),
                                      [&](double t) { return t >= begin && t < begin + length_ms; });
    const double off = std::abs(static_cast<double>(inside) - expected);
    if (off < least) {
      least = off;
      best = begin;
    }
  }
  return best;
}

std::vector<double> seconds(const std::vector<double>& times_ms) {
  std::vector<double> times_s(times_ms.size());
  std::ranges::transform(times_ms, times_s.begin(), [](double t) { return t / 1000.0; });
  return times_s;
}

// Samples of a stretch of time.
class Excerpt {
 public:
  Excerpt(double begin_ms, double length_ms, double dt_ms, std::size_t size)
      : dt_ms_(dt_ms),
        begin_(std::min(size, static_cast<std::size_t>(begin_ms / dt_ms))),
        end_(std::min(size, begin_ + static_cast<std::size_t>(length_ms / dt_ms))) {}

  std::vector<double> of(const std::vector<double>& values) const {
    return {values.begin() + static_cast<std::ptrdiff_t>(begin_),
            values.begin() + static_cast<std::ptrdiff_t>(end_)};
  }
  std::vector<double> times_s() const {
    std::vector<double> times;
    for (std::size_t k = begin_; k < end_; ++k) times.push_back(static_cast<double>(k) * dt_ms_ / 1000.0);
    return times;
  }

 private:
  double dt_ms_;
  std::size_t begin_, end_;
};

// The voltage below spikes: up to 10 mV above the part where it is 95 % of the time.
std::optional<Interval> subthreshold_range(const Series& recorded) {
  std::vector<double> finite;
  std::ranges::copy_if(recorded.y, std::back_inserter(finite), [](double v) { return std::isfinite(v); });
  if (finite.empty()) return std::nullopt;
  const double low = *std::ranges::min_element(finite);
  return Interval{low - 2.0, *quantile(finite, 0.95) + 10.0};
}

// A zoom of 200 ms with a spike 100 ms after its begin, where there is one.
Interval detail_s(const TestResult& test, double begin_ms) {
  const std::vector<double>& spikes_ms = test.spikes_ms.front();
  const auto first = std::ranges::lower_bound(spikes_ms, begin_ms + 100.0);
  double detail_ms = begin_ms;
  if (first != spikes_ms.end() && *first < begin_ms + 1850.0) detail_ms = *first - 100.0;
  return {detail_ms / 1000.0, std::min(detail_ms + 200.0, test.duration_ms) / 1000.0};
}

// A row for each train, with a gap between groups.
void add_trains(Panel& panel, const std::string& label, unsigned colour,
                const std::vector<std::vector<double>>& trains_ms, std::size_t count) {
  std::vector<std::string>& rows = panel.y.categories;
  if (!rows.empty()) rows.emplace_back();
  for (std::size_t k = 0; k < count; ++k) {
    panel.series.push_back(ticks_of(fmt::format("{} {}", label, k + 1), colour, seconds(trains_ms[k]),
                                    static_cast<double>(rows.size()), *panel.x.range));
    rows.push_back(k == (count - 1) / 2 ? label : std::string());
  }
}

}  // namespace

Figure compensation_figure(const Recording& raw, const Membrane& membrane) {
  const Sweep& sweep = raw.sweeps.front();
  const double begin = typical_window_ms(membrane.spikes_ms.front(), sweep.duration_ms(), 1000.0);
  const Excerpt part(begin, 1000.0, sweep.dt_ms, sweep.size());
  const std::vector<double> time_s = part.times_s();
  const Axis time = axis_of("time", "s");
  return figure_of(
      "compensation", 65.0,
      {panel_of(hidden(time), axis_of("injected current", "pA"),
                {without_legend(line_of("injected", kGrey, time_s, part.of(sweep.current_pA)))}, 0.45),
       panel_of(
           time, axis_of("membrane potential", "mV"),
           {line_of("recorded", kVermillion, time_s, part.of(sweep.voltage_mV)),
            line_of("compensated", kBlack, time_s, part.of(membrane.recording.sweeps.front().voltage_mV))})});
}

Figure prediction_figure(const TestResult& test) {
  const double begin = typical_window_ms(test.spikes_ms.front(), test.duration_ms, 2000.0);
  const Excerpt part(begin, 2000.0, test.dt_ms, test.current_pA.size());
  const std::vector<double> time_s = part.times_s();
  const Interval overview{begin / 1000.0, std::min(begin + 2000.0, test.duration_ms) / 1000.0};
  const auto models = shown_models(test.models, Shown::predictions, &ModelTest::model);
  const Series recorded =
      line_of("recorded", kBlack, time_s, part.of(test.repetitions.sweeps.front().voltage_mV));
  const Axis voltage = axis_of("membrane potential", "mV", subthreshold_range(within(recorded, overview)));
  Figure figure = figure_of("prediction", 110.0);
  for (const Interval& window : {overview, detail_s(test, begin)}) {
    const Axis time = axis_of("time", "s", window);
    Panel ticks = panel_of(hidden(time), axis_of("", ""), {}, 0.09 * static_cast<double>(1 + models.size()));
    Panel trace = panel_of(time, voltage, {within(recorded, window)});
    const auto add_ticks = [&](const std::string& label, unsigned colour,
                               const std::vector<double>& spikes_ms) {
      const auto row = static_cast<double>(ticks.y.categories.size());
      ticks.y.categories.push_back(label);
      ticks.series.push_back(ticks_of(label, colour, seconds(spikes_ms), row, window));
    };
    add_ticks("recorded", kBlack, test.spikes_ms.front());
    for (const auto& model : models) {
      const Prediction& predicted = model.entry->prediction;
      add_ticks(model.label, model.colour, predicted.spike_times_ms);
      trace.series.push_back(
          within(line_of(model.label, model.colour, time_s, part.of(predicted.voltage_mV)), window));
    }
    for (Series& series : trace.series) series.line_width_pt = 0.5;
    for (Series& series : trace.series) series.in_legend = false;  // the rows of ticks name the colours
    trace.series.front().line_width_pt = 1.0;
    figure.panels.push_back(std::move(ticks));
    figure.panels.push_back(std::move(trace));
  }
  return figure;
}

Figure raster_figure(const TestResult& test) {
  constexpr std::size_t kMostTrains = 10;  // of a model
  const double length_ms = std::min(5000.0, test.duration_ms);
  const double begin = typical_window_ms(test.spikes_ms.front(), test.duration_ms, length_ms);
  Panel panel =
      panel_of(axis_of("time", "s", Interval{begin / 1000.0, (begin + length_ms) / 1000.0}), axis_of("", ""));
  add_trains(panel, "cell", kBlack, test.spikes_ms, test.spikes_ms.size());
  for (const auto& model : shown_models(test.models, Shown::predictions, &ModelTest::model)) {
    const auto& trains = model.entry->trains;
    add_trains(panel, model.label, model.colour, trains, std::min(kMostTrains, trains.size()));
  }
  const auto rows = static_cast<double>(panel.y.categories.size());
  return figure_of("raster", std::clamp(12.0 + 2.0 * rows, 35.0, 150.0), {std::move(panel)});
}

std::vector<Figure> drift_figures(const TestResult& test) {
  if (test.spikes_ms.size() < 2) return {};
  std::vector<double> repetition, spikes;
  for (const auto& train : test.spikes_ms) {
    repetition.push_back(static_cast<double>(repetition.size() + 1));
    spikes.push_back(static_cast<double>(train.size()));
  }
  double highest = std::ranges::max(spikes);
  const Interval all{0.5, repetition.back() + 0.5};
  Panel panel = panel_of(axis_of("test repetition", "", all), axis_of("spikes", ""));
  for (const auto& model : shown_models(test.models, Shown::repetitions, &ModelTest::model)) {
    const SpikeScore& score = model.entry->spikes;
    const double expected = score.model_rate_Hz * score.duration_ms / 1000.0;
    panel.series.push_back(line_of(model.label, model.colour, {all.low, all.high}, {expected, expected}));
    highest = std::max(highest, expected);
  }
  panel.series.push_back(points_of("cell", kBlack, repetition, spikes));  // above the lines
  panel.y.range = Interval{0.0, 1.05 * highest};
  return {figure_of("drift", 50.0, {std::move(panel)})};
}

}  // namespace libfit
