#include "libfit/report/post_spike_results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

#include "libfit/draw/figure_pieces.hpp"
#include "libfit/report/result_tables.hpp"

namespace libfit {
namespace {

constexpr int kCurvePoints = 200;

std::string name_of(const SliceFit& slice) {
  return std::isfinite(slice.end_ms) ? fmt::format("{:g} to {:g} ms", slice.begin_ms, slice.end_ms)
                                     : fmt::format("after {:g} ms", slice.begin_ms);
}

std::optional<RefractoryEif> joint_model(const CellFit& cell) {
  for (const ModelFit& fit : cell.models) {
    const auto* model = std::get_if<RefractoryEif>(&fit.model);
    if (model != nullptr && fit.status != FitStatus::failed) return *model;
  }
  return std::nullopt;
}

Eif frozen_at(const RefractoryEif& m, double t_ms) {
  const EifState now = state_after_spike(m, t_ms);
  return {m.C_pF, now.g_nS, now.E_mV, now.V_T_mV, m.Delta_T_mV, m.V_spike_mV, m.reset};
}

// F(V) of a slice with standard errors, and the model in it; nothing for a slice without supported bins.
void add_slice(Panel& panel, const PostSpikeCurve& curve, const SliceFit& slice, double highest_mV_per_ms,
               const std::optional<RefractoryEif>& model) {
  std::vector<double> V_mV, F, se;
  for (const IvBin& bin : curve.iv.bins) {
    if (!bin.supported || bin.F_mV_per_ms > highest_mV_per_ms) continue;
    V_mV.push_back(bin.V_mV);
    F.push_back(bin.F_mV_per_ms);
    se.push_back(bin.se_mV_per_ms);
  }
  if (V_mV.empty()) return;
  const auto colour = static_cast<unsigned>((1 + panel.series.size() / 2) % std::size(kPalette));
  Series line = line_of(name_of(slice), colour, {}, {});
  panel.series.push_back(without_legend(error_points_of(name_of(slice), colour, V_mV, F, se)));
  for (int i = 0; model && i <= kCurvePoints; ++i) {
    const double V = V_mV.front() + (V_mV.back() - V_mV.front()) * i / kCurvePoints;
    const double drift = drift_mV_per_ms(Model(frozen_at(*model, curve.mean_ms)), V);
    if (drift > highest_mV_per_ms) break;
    line.x.push_back(V);
    line.y.push_back(drift);
  }
  panel.series.push_back(std::move(line));
}

// One parameter, slice by slice with intervals, and the time course of the joint fit. Absent where no slice
// has a value.
std::optional<Panel> time_course(const std::vector<SliceFit>& slices,
                                 const std::optional<RefractoryEif>& model, const Axis& parameter,
                                 std::optional<Estimate> SliceFit::*estimate, double EifState::*state) {
  Series points = points_of("slices, 95 % interval", kBlack, {}, {});
  points.kind = SeriesKind::error_points;
  for (const SliceFit& slice : slices) {
    const std::optional<Estimate>& value = slice.*estimate;
    if (!value) continue;
    const Interval ci = value->ci95.value_or(Interval{value->value, value->value});
    points.x.push_back(slice.mean_ms);
    points.y.push_back(value->value);
    points.low.push_back(ci.low);
    points.high.push_back(ci.high);
  }
  if (points.x.empty()) return std::nullopt;
  Series line = line_of("joint fit", kBlue, {}, {});
  const double first = slices.front().begin_ms, last = std::max(2.0 * first, slices.back().mean_ms);
  for (int i = 0; model && i <= kCurvePoints; ++i) {
    line.x.push_back(first * std::pow(last / first, static_cast<double>(i) / kCurvePoints));
    line.y.push_back(state_after_spike(*model, line.x.back()).*state);
  }
  Axis time = axis_of("time since the spike", "ms");
  time.logarithmic = true;
  return panel_of(time, parameter, {std::move(points), std::move(line)});
}

Figure parameters_figure(const std::vector<SliceFit>& slices, const std::optional<RefractoryEif>& model) {
  Figure figure = figure_of("post_spike_parameters", 0.0);
  for (std::optional<Panel> panel :
       {time_course(slices, model, axis_of("leak g", "nS"), &SliceFit::g_nS, &EifState::g_nS),
        time_course(slices, model, axis_of("reversal E", "mV"), &SliceFit::E_mV, &EifState::E_mV),
        time_course(slices, model, axis_of("threshold V_T", "mV"), &SliceFit::V_T_mV, &EifState::V_T_mV)}) {
    if (!panel) continue;
    for (Series& series : panel->series) series.in_legend = figure.panels.empty();
    if (!figure.panels.empty()) figure.panels.back().x.shown = false;
    figure.panels.push_back(std::move(*panel));
  }
  figure.height_mm = 14.0 + 28.0 * static_cast<double>(figure.panels.size());
  return figure;
}

}  // namespace

Table post_spike_table(const CellFit& cell) {
  Table table;
  table.columns = {{"slice", "", Alignment::left},
                   {"mean time", "ms"},
                   {"spikes"},
                   {"bins"},
                   {"g [95 %]", "nS"},
                   {"E [95 %]", "mV"},
                   {"V_T [95 %]", "mV"},
                   {"note", "", Alignment::left}};
  if (!cell.post_spike) return table;
  for (const SliceFit& slice : cell.post_spike->slices) {
    table.rows.push_back({name_of(slice), slice.mean_ms, slice.spikes, slice.bins_used, cell_of(slice.g_nS),
                          cell_of(slice.E_mV), cell_of(slice.V_T_mV), slice.reason});
  }
  return table;
}

std::vector<Figure> post_spike_figures(const CellFit& cell) {
  if (!cell.post_spike || cell.post_spike->slices.empty()) return {};
  const std::optional<RefractoryEif> model = joint_model(cell);
  const std::vector<SliceFit>& slices = cell.post_spike->slices;
  const std::optional<CurveFit>& curve_fit = cell.models.front().curve;
  const double limit = curve_fit ? curve_fit->limit_mV_per_ms : 3.0;
  Panel curves =
      panel_of(axis_of("membrane potential", "mV"), axis_of("F(V)", "mV/ms"), {horizontal_mark_of("", 0.0)});
  for (std::size_t i = 0; i < slices.size(); ++i)
    add_slice(curves, cell.post_spike->curves[i], slices[i], 1.5 * limit, model);
  Figure parameters = parameters_figure(slices, model);
  std::vector<Figure> figures;
  if (curves.series.size() > 1) figures.push_back(figure_of("post_spike_curves", 75.0, {std::move(curves)}));
  if (!parameters.panels.empty()) figures.push_back(std::move(parameters));
  return figures;
}

}  // namespace libfit
