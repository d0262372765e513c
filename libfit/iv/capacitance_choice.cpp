#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "libfit/iv/capacitance_choice_internal.hpp"

namespace libfit {
namespace {

// Inverse-variance mean of the groups of the plateau so far.
struct RunningMean {
  double weighted = 0.0, weights = 0.0;
  void add(const CapacitanceAtVoltage& group) {
    const double weight = 1.0 / (group.se_pF * group.se_pF);
    weighted += weight * group.capacitance_pF;
    weights += weight;
  }
  bool is_exceeded_by(const CapacitanceAtVoltage& group, double tolerance) const {
    if (weights == 0.0) return false;
    const double mean = weighted / weights;
    const double error = std::sqrt(group.se_pF * group.se_pF + 1.0 / weights);
    return group.capacitance_pF > mean + std::max(tolerance * mean, 2.0 * error);
  }
};

double relative_error(const Estimate& estimate) {
  return estimate.ci95 ? (estimate.ci95->high - estimate.ci95->low) / (2.0 * 1.96 * estimate.value) : 0.0;
}

void choose_method(Capacitance& result, std::size_t plateau_groups, double kernel_tolerance) {
  const bool wide_enough = plateau_groups >= 3 && result.plateau_pF;
  if (wide_enough && result.kernel_pF) {
    const double difference = result.plateau_pF->value / result.kernel_pF->value - 1.0;
    result.systematic_pF = Interval{std::min(result.plateau_pF->value, result.kernel_pF->value),
                                    std::max(result.plateau_pF->value, result.kernel_pF->value)};
    const double tolerance = std::max(kernel_tolerance, 2.0 * std::hypot(relative_error(*result.plateau_pF),
                                                                         relative_error(*result.kernel_pF)));
    if (std::abs(difference) <= tolerance) {
      result.method = CapacitanceMethod::plateau;
      result.reason = fmt::format("a plateau of {} groups, {:+.0f} % from the electrode sweep's response",
                                  plateau_groups, 100.0 * difference);
    } else {
      result.method = CapacitanceMethod::kernel;
      result.reason =
          fmt::format("the plateau is {:+.0f} % from the electrode sweep's response", 100.0 * difference);
      result.warnings.push_back(
          fmt::format("capacitance: the plateau gives {:.1f} pF and the electrode sweep's response {:.1f} "
                      "pF; the latter is used. Likely "
                      "causes: a slow current that is active at every voltage of the recording, a cell that "
                      "is not isopotential, or an "
                      "electrode that drifted between the files [capacitance.disagreement]",
                      result.plateau_pF->value, result.kernel_pF->value));
    }
  } else if (wide_enough) {
    result.method = CapacitanceMethod::plateau;
    result.reason = fmt::format("a plateau of {} groups; no electrode sweep to compare with", plateau_groups);
  } else if (result.kernel_pF) {
    result.method = CapacitanceMethod::kernel;
    result.reason = fmt::format("the capacitance has no plateau against voltage ({} groups)", plateau_groups);
    result.warnings.push_back(
        "capacitance: too few voltages give a constant value; the electrode sweep's response is used "
        "[capacitance.no_plateau]");
  } else if (result.plateau_pF) {
    result.method = CapacitanceMethod::plateau;
    result.reason = fmt::format("the only method left; its plateau has {} groups", plateau_groups);
    result.warnings.push_back(
        "capacitance: too few voltages give a constant value and there is no electrode sweep; treat it as a "
        "lower bound [capacitance.no_plateau]");
  } else {
    result.method = CapacitanceMethod::regression;
    result.reason = "the recording is too short for bins of voltage";
    result.warnings.push_back(
        "capacitance: only the regression over all voltages could be computed "
        "[capacitance.regression_only]");
  }
}

const Estimate& chosen(const Capacitance& result) {
  if (result.method == CapacitanceMethod::kernel) return *result.kernel_pF;
  if (result.method == CapacitanceMethod::regression) return *result.regression_pF;
  return *result.plateau_pF;
}

}  // namespace

std::size_t plateau_length(std::span<const CapacitanceAtVoltage> groups, double tolerance) {
  RunningMean below;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const bool exceeds = below.is_exceeded_by(groups[g], tolerance);
    if (exceeds && (g + 1 == groups.size() || below.is_exceeded_by(groups[g + 1], tolerance))) return g;
    if (!exceeds) below.add(groups[g]);
  }
  return groups.size();
}

void choose_capacitance(Capacitance& result, std::size_t plateau_groups, double kernel_tolerance) {
  choose_method(result, plateau_groups, kernel_tolerance);
  result.value_pF = chosen(result).value;
  result.ci95_pF = chosen(result).ci95;
}

void warn_of_disagreement(Capacitance& result) {
  const auto compare = [&](const std::optional<Estimate>& other, std::string_view name) {
    if (!other) return;
    const double ratio = other->value / result.value_pF;
    if (ratio > 1.2) {
      result.warnings.push_back(
          fmt::format("capacitance: {} gives {:.1f} pF, {:.0f} % above the {:.1f} pF used: a slow outward "
                      "current near threshold, "
                      "which rises with the injected current, does that [capacitance.above]",
                      name, other->value, 100.0 * (ratio - 1.0), result.value_pF));
    } else if (ratio < 1.0 / 1.2) {
      result.warnings.push_back(
          fmt::format("capacitance: {} gives {:.1f} pF, {:.0f} % below the {:.1f} pF used: a residual "
                      "electrode, a current that is out of "
                      "step, or a cell that is not isopotential does that [capacitance.below]",
                      name, other->value, 100.0 * (1.0 - ratio), result.value_pF));
    }
  };
  compare(result.variance_pF, "variance minimisation");
  compare(result.regression_pF, "regression over all voltages");
  compare(result.impedance_pF, "the impedance");
  if (std::abs(result.residual_resistance_MOhm) > 2.0) {
    result.warnings.push_back(
        fmt::format("capacitance: {:.1f} MOhm of instantaneous resistance are left in the voltage; check "
                    "bridge balance or electrode "
                    "compensation, and whether current and voltage are in step [capacitance.residual]",
                    result.residual_resistance_MOhm));
  }
}

}  // namespace libfit
