#include <algorithm>
#include <cmath>

#include "libfit/fit/refractory_forms_internal.hpp"

namespace libfit {
namespace {

constexpr SolverLimits kFitLimits{1e-9, 80};
constexpr std::size_t kAll = kRefractoryParameters;
constexpr auto& kTerms = kRefractoryTerms;
using Values = RefractoryValues;
using Form = RefractoryForm;
using Chosen = RefractoryChoice;
using Joint = LeastSquaresFit<kAll>;

// Amplitudes of terms that are left out stay at 0, time constants at 1 ms.
BoundedStart<kAll> start_of(const Values& value, const Form& form) {
  BoundedStart<kAll> start;
  const double e = std::log(300.0), low = std::log(0.5);
  start.lower = {std::log(1e-4), -150.0, -120.0, std::log(0.05), -0.95, low, -30.0, low, -100.0, low,
                 -100.0,         low};
  start.upper = {std::log(5.0), 50.0, 40.0, std::log(30.0), 100.0, e, 150.0, e, 100.0, e, 100.0, e};
  start.value = value;
  for (std::size_t t = 0; t < kTerms.size(); ++t) {
    if (!form.has[t]) start.value[kTerms[t]] = start.value[kTerms[t] + 1] = 0.0;
  }
  for (std::size_t i = 0; i < kAll; ++i)
    start.value[i] = std::clamp(start.value[i], start.lower[i], start.upper[i]);
  return start;
}

// From the EIF of the whole curve: a refractoriness as of a pyramidal cell, and one that is slower and
// weaker.
std::vector<Values> starts_from(const Eif& eif) {
  const double rate = std::log(eif.g_nS / eif.C_pF), width = std::log(std::clamp(eif.Delta_T_mV, 0.3, 4.0));
  const auto tau = [](double ms) { return std::log(ms); };
  return {
      {rate, eif.E_mV, eif.V_T_mV, width, 1.5, tau(20.0), 12.0, tau(12.0), 10.0, tau(8.0), 3.0, tau(50.0)},
      {rate, eif.E_mV, eif.V_T_mV, width, 0.3, tau(60.0), 4.0, tau(40.0), 5.0, tau(15.0), 8.0, tau(120.0)}};
}

double excess_sd_of(const std::vector<TimedBin>& rows, const Values& value, double freedom) {
  const auto chi_square = [&](double variance) {
    double sum = 0.0;
    for (const TimedBin& row : rows) {
      double residual = 0.0;
      RefractoryCurve{row}(value.data(), &residual);
      const double se2 = row.bin.se_mV_per_ms * row.bin.se_mV_per_ms;
      sum += residual * residual * se2 / (se2 + variance);
    }
    return sum;
  };
  if (chi_square(0.0) < 2.0 * freedom) return 0.0;
  return std::sqrt(excess_variance(freedom, chi_square));
}

// What the data do not determine: a parameter on its bound, a time constant known to a factor of e and worse,
// a threshold that is above the spike when the refractory period ends, and two exponentials of nearly one
// time constant, which make any hump with amplitudes of no size of their own. Such a form is worth less than
// any other.
double degeneracy(const Joint& joint, const Form& form, const Eif& eif) {
  constexpr double worth_nothing = 1e9;
  double bad = joint.se ? 0.0 : 3.0;
  const Values& p = joint.value;
  if (form.has[2] && form.has[3] && std::abs(p[9] - p[11]) < 0.3) bad += 3.0;
  if (form.has[1] && p[2] + p[6] * std::exp(-eif.reset.t_ref_ms * std::exp(-p[7])) >= eif.V_spike_mV)
    bad += 1.0;
  for (std::size_t i = 0; i < 4; ++i) bad += joint.on_bound[i] ? 1.0 : 0.0;
  for (std::size_t t = 0; t < kTerms.size(); ++t) {
    const std::size_t a = kTerms[t];
    if (!form.has[t]) continue;
    bad += joint.on_bound[a] || joint.on_bound[a + 1] ? 1.0 : 0.0;
    bad += joint.se && (*joint.se)[a + 1] > 1.0 ? 1.0 : 0.0;
  }
  return worth_nothing * bad;
}

double criterion(const Chosen& c, const Eif& eif, double rows) {
  return c.joint.chi_square + c.form.parameters() * std::log(rows) + degeneracy(c.joint, c.form, eif);
}

// The form with term `t` left out or added, fitted from where the other form ended.
std::optional<Chosen> changed(const Chosen& from, std::size_t t, const std::vector<TimedBin>& weighted,
                              const Eif& eif) {
  Form form = from.form;
  form.has[t] = !form.has[t];
  std::vector<Values> starts;
  for (Values value : starts_from(eif)) {
    // A term that comes in begins as the start has it, the others as they are.
    Values start = from.joint.value;
    start[kTerms[t]] = value[kTerms[t]];
    start[kTerms[t] + 1] = value[kTerms[t] + 1];
    starts.push_back(start);
    if (!form.has[t]) break;
  }
  const auto found = fit_refractory_form(weighted, form, starts, true, kFitLimits);
  if (!found) return std::nullopt;
  return Chosen{form, *found, from.excess_sd};
}

// One exponential each first, with the excess that makes them adequate; then the term whose loss the
// criterion likes best is dropped, until none is; last, the second exponential of the reversal comes in if it
// pays.
}  // namespace

std::vector<int> RefractoryForm::fixed() const {
  std::vector<int> list;
  for (std::size_t t = 0; t < kTerms.size(); ++t) {
    if (has[t]) continue;
    list.push_back(static_cast<int>(kTerms[t]));
    list.push_back(static_cast<int>(kTerms[t]) + 1);
  }
  return list;
}

std::vector<TimedBin> widened(std::vector<TimedBin> rows, double excess_sd) {
  for (TimedBin& row : rows) row.bin.se_mV_per_ms = std::hypot(row.bin.se_mV_per_ms, excess_sd);
  return rows;
}

std::optional<Joint> fit_refractory_form(const std::vector<TimedBin>& rows, const Form& form,
                                         std::span<const Values> starts, bool with_covariance,
                                         const SolverLimits& limits) {
  std::optional<Joint> best;
  for (const Values& value : starts) {
    const auto found = fit_bounded<RefractoryCurve, kAll>(rows, start_of(value, form), with_covariance,
                                                          form.fixed(), limits);
    if (found && (!best || found->chi_square < best->chi_square)) best = found;
  }
  return best;
}

std::optional<Chosen> choose_refractory_form(const std::vector<TimedBin>& rows, const Eif& eif) {
  const auto n = static_cast<double>(rows.size());
  std::vector<Values> starts = starts_from(eif);
  Chosen chosen;
  chosen.form.has[3] = false;
  for (int round = 0; round < 3; ++round) {
    const auto found =
        fit_refractory_form(widened(rows, chosen.excess_sd), chosen.form, starts, true, kFitLimits);
    if (!found) return std::nullopt;
    chosen.joint = *found;
    const double next = excess_sd_of(rows, found->value, n - static_cast<double>(kAll));
    starts = {found->value};
    const bool settled = std::abs(next - chosen.excess_sd) <= 0.02 * next;
    chosen.excess_sd = next;
    if (settled) break;
  }
  const std::vector<TimedBin> weighted = widened(rows, chosen.excess_sd);
  for (bool better = true; better;) {
    better = false;
    const Chosen now = chosen;
    for (std::size_t t = 0; t < kTerms.size(); ++t) {
      if (!now.form.has[t]) continue;
      const auto smaller = changed(now, t, weighted, eif);
      if (!smaller || criterion(*smaller, eif, n) >= criterion(chosen, eif, n)) continue;
      chosen = *smaller;
      better = true;
    }
  }
  const auto larger = chosen.form.has[2] ? changed(chosen, 3, weighted, eif) : std::nullopt;
  return larger && criterion(*larger, eif, n) < criterion(chosen, eif, n) ? larger : chosen;
}

}  // namespace libfit
