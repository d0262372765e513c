// Parameters that are known come back through the whole analysis, within what a physiologist would call the
// same number. One recording of 60 s a condition; tests/study repeats them over many.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "libfit/core/statistics.hpp"
#include "tests/science/known_truth.hpp"

namespace dyniv_science {
namespace {

struct Tolerances {
  double C = 0.02, g = 0.05, Delta_T = 0.10, R_e = 0.05;  // relative
  double E_mV = 1.0, V_T_mV = 0.5;
};

double tolerance_of(const std::string& parameter, double truth, const Tolerances& t) {
  if (parameter == "C_pF") return t.C * truth;
  if (parameter == "R_e_MOhm") return t.R_e * truth;
  if (parameter == "g_nS" || parameter == "a_nS_per_mV") return t.g * truth;
  if (parameter == "Delta_T_mV") return t.Delta_T * truth;
  return parameter == "E_mV" || parameter == "V_rest_mV" ? t.E_mV : t.V_T_mV;
}

void expect_recovery(const Condition& condition, const Tolerances& tolerances, std::uint64_t seed = 1) {
  const Analysis analysis = analyse(condition, seed, 0, 2);
  for (const std::string& parameter : condition.parameters) {
    const auto estimate = estimate_of(condition, analysis, parameter);
    const double truth = true_value(condition, parameter);
    ASSERT_TRUE(estimate) << condition.name << ": no " << parameter;
    EXPECT_NEAR(*estimate, truth, tolerance_of(parameter, truth, tolerances))
        << condition.name << ", seed " << seed << ": " << parameter;
  }
}

Tolerances through_an_electrode() {
  Tolerances tolerances;
  tolerances.C = 0.05;
  return tolerances;
}

TEST(Recovery, OfAnEif) {
  expect_recovery(eif_condition(), {}, 1);
  expect_recovery(eif_condition(), {}, 2);
}
TEST(Recovery, OfALayer5Eif) {
  expect_recovery(layer5_condition(), {}, 1);
  expect_recovery(layer5_condition(), {}, 2);
}
TEST(Recovery, OfAnEifAt10kHz) {
  expect_recovery(at_rate(eif_condition(), 10.0), {});
  expect_recovery(at_rate(layer5_condition(), 10.0), {});
}
TEST(Recovery, OfAnEifWhoseCurrentIsRecordedHalfASampleLate) {
  expect_recovery(with_lag(eif_condition(), 0.5), {});
  expect_recovery(with_lag(layer5_condition(), 0.5), {});
}
TEST(Recovery, OfAnEifThroughAnElectrode) {
  expect_recovery(with_electrode(eif_condition()), through_an_electrode());
  expect_recovery(with_electrode(layer5_condition()), through_an_electrode());
}
TEST(Recovery, OfAnEifThroughAnElectrodeWithALateCurrent) {
  expect_recovery(with_lag(with_electrode(eif_condition()), 0.5), through_an_electrode());
  expect_recovery(with_lag(with_electrode(layer5_condition()), 0.5), through_an_electrode());
}
TEST(Recovery, OfAnEifThroughAnElectrodeAt10kHz) {
  expect_recovery(at_rate(with_electrode(eif_condition()), 10.0), through_an_electrode());
  expect_recovery(at_rate(with_electrode(layer5_condition()), 10.0), through_an_electrode());
}
TEST(Recovery, OfALif) { expect_recovery(lif_condition(), {}); }
TEST(Recovery, OfAQif) {
  expect_recovery(qif_condition(), {});
  expect_recovery(with_electrode(qif_condition()), through_an_electrode());
}
TEST(Recovery, OfTheCapacitanceOfWangBuzsaki) { expect_recovery(wang_buzsaki_condition(), {}); }
TEST(Recovery, OfTheCapacitanceOfAPyramidalCellWithMCurrent) {
  expect_recovery(pyramidal_condition(), through_an_electrode());
}

// A cell without an electrode has none taken out, however often it fires (45 Hz for the first).
TEST(Recovery, OfACellWithoutElectrodeIsTheSameWhenOneIsLookedFor) {
  for (const Condition& cell : {eif_condition(), layer5_condition(), qif_condition(),
                                wang_buzsaki_condition(), pyramidal_condition()}) {
    const Condition condition = with_kernel_from_training(cell);
    const Analysis analysis = analyse(condition, 1, 0, 2);
    EXPECT_EQ(analysis.membrane.compensation, libfit::Compensation::nothing_found) << condition.name;
    const double C = true_value(condition, "C_pF");
    EXPECT_NEAR(*estimate_of(condition, analysis, "C_pF"), C, 0.05 * C) << condition.name;
  }
}

TEST(Recovery, ThroughAnElectrodeKnownOnlyFromTheTrainingTrace) {
  Condition condition = with_kernel_from_training(layer5_condition());
  condition.rig.electrode_MOhm = 30.0;
  condition.parameters.push_back("R_e_MOhm");
  expect_recovery(condition, through_an_electrode());
}

// Half of the membrane's answer at lag 0 would be dt/(2C) = 0.5 MOhm at 10 kHz and 100 pF.
TEST(Recovery, OfTheElectrodeIsNotOffByHalfASampleOfTheMembrane) {
  Tolerances tolerances = through_an_electrode();
  tolerances.R_e = 0.25 / 30.0;
  expect_recovery(at_rate(with_electrode(eif_condition()), 10.0), tolerances);
}

// Student's t for 19 degrees of freedom is 2.0930 [any table], the normal quantile 1.9600; sqrt(20/19)
// = 1.0260.
TEST(Intervals, FromFewBlocksAreStretchedAsStudentsT) {
  const libfit::Interval wide = libfit::widened_for_blocks({8.0, 11.0}, 10.0, 20);
  const double factor = 2.0930 / 1.95996 * std::sqrt(20.0 / 19.0);
  EXPECT_NEAR(wide.low, 10.0 - 2.0 * factor, 1e-3);
  EXPECT_NEAR(wide.high, 10.0 + factor, 1e-3);
}

// A short sweep of weak noise leaves R_e uncertain by dR, and the threshold by dR times the current there: at
// V_T the mean current is g (V_T - E) = 100 pA or more. Without that share the interval would be as narrow as
// with a good sweep.
TEST(Intervals, OfTheThresholdContainTheErrorOfTheElectrode) {
  Condition condition = with_electrode(eif_condition());
  condition.electrode_sweep_pA = 10.0;
  condition.electrode_sweep_ms = 5000.0;
  const Analysis analysis = analyse(condition, 1, 100, 2);
  const auto R = interval_of(condition, analysis, "R_e_MOhm");
  const auto V_T = interval_of(condition, analysis, "V_T_mV");
  ASSERT_TRUE(R && V_T);
  EXPECT_GT(V_T->high - V_T->low, 100.0 * (R->high - R->low) / 1000.0);
}

}  // namespace
}  // namespace dyniv_science
