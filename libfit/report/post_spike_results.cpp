#include "libfit/report/post_spike_results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "libfit/report/post_spike_figures.hpp"
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

SliceSeries slice_series(const PostSpikeCurve& curve, const SliceFit& slice, double limit_mV_per_ms,
                         const std::optional<RefractoryEif>& model) {
  SliceSeries series;
  series.label = name_of(slice);
  for (const IvBin& bin : curve.iv.bins) {
    if (!bin.supported || bin.F_mV_per_ms > 1.5 * limit_mV_per_ms) continue;
    series.voltage_mV.push_back(bin.V_mV);
    series.f_mV_per_ms.push_back(bin.F_mV_per_ms);
    series.f_se_mV_per_ms.push_back(bin.se_mV_per_ms);
  }
  if (!model || series.voltage_mV.empty()) return series;
  const Model frozen = frozen_at(*model, curve.mean_ms);
  const double low = series.voltage_mV.front(), high = series.voltage_mV.back();
  for (int i = 0; i <= kCurvePoints; ++i) {
    const double V = low + (high - low) * i / kCurvePoints;
    const double F = drift_mV_per_ms(frozen, V);
    if (F > 1.5 * limit_mV_per_ms) break;
    series.model_voltage_mV.push_back(V);
    series.model_f_mV_per_ms.push_back(F);
  }
  return series;
}

TimeCourseSeries course(const std::vector<SliceFit>& slices, const std::optional<RefractoryEif>& model,
                        const char* label, const char* unit, std::optional<Estimate> SliceFit::*estimate,
                        double EifState::*state) {
  TimeCourseSeries series;
  series.label = label;
  series.unit = unit;
  for (const SliceFit& slice : slices) {
    const std::optional<Estimate>& value = slice.*estimate;
    if (!value) continue;
    series.time_ms.push_back(slice.mean_ms);
    series.value.push_back(value->value);
    series.low.push_back(value->ci95 ? value->ci95->low : value->value);
    series.high.push_back(value->ci95 ? value->ci95->high : value->value);
  }
  if (!model || slices.empty()) return series;
  const double first = slices.front().begin_ms, last = std::max(2.0 * first, slices.back().mean_ms);
  for (int i = 0; i <= kCurvePoints; ++i) {
    const double t = first * std::pow(last / first, static_cast<double>(i) / kCurvePoints);
    series.curve_time_ms.push_back(t);
    series.curve.push_back(state_after_spike(*model, t).*state);
  }
  return series;
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
  const double limit = cell.models.front().limit_mV_per_ms > 0.0 ? cell.models.front().limit_mV_per_ms : 3.0;
  std::vector<SliceSeries> curves;
  for (std::size_t i = 0; i < slices.size(); ++i) {
    curves.push_back(slice_series(cell.post_spike->curves[i], slices[i], limit, model));
    if (curves.back().voltage_mV.empty()) curves.pop_back();
  }
  std::vector<Figure> figures;
  if (!curves.empty()) figures.push_back(post_spike_curves_figure(curves));
  std::vector<TimeCourseSeries> courses;
  courses.push_back(course(slices, model, "leak g", "nS", &SliceFit::g_nS, &EifState::g_nS));
  courses.push_back(course(slices, model, "reversal E", "mV", &SliceFit::E_mV, &EifState::E_mV));
  courses.push_back(course(slices, model, "threshold V_T", "mV", &SliceFit::V_T_mV, &EifState::V_T_mV));
  std::erase_if(courses, [](const TimeCourseSeries& c) { return c.time_ms.empty(); });
  if (!courses.empty()) figures.push_back(post_spike_parameters_figure(courses));
  return figures;
}

}  // namespace libfit
