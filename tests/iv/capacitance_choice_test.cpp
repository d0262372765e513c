// Which groups of voltage bins form the plateau, and which method's capacitance is used, on groups and
// estimates whose answer follows from the rule by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>

#include "libfit/iv/capacitance_choice_internal.hpp"

namespace libfit {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// Groups of C, a millivolt apart, all with the same standard error.
std::vector<CapacitanceAtVoltage> groups(std::initializer_list<double> C_pF, double se_pF = 0.1) {
  std::vector<CapacitanceAtVoltage> all;
  for (const double c : C_pF) all.push_back({-70.0 + static_cast<double>(all.size()), c, se_pF, 0.0, false});
  return all;
}

TEST(PlateauLength, IsAllGroupsWhereNoneStandsOut) {
  EXPECT_EQ(plateau_length({}, 0.05), 0U);
  EXPECT_EQ(plateau_length(groups({100.0}), 0.05), 1U);
  EXPECT_EQ(plateau_length(groups({100.0, 101.0, 99.0, 104.0, 100.0}), 0.05), 5U);
  EXPECT_EQ(plateau_length(groups({100.0, 60.0, 30.0}), 0.05),
            3U);  // C that falls is not what ends a plateau
}

TEST(PlateauLength, EndsWhereTwoInARowStandOut) {
  EXPECT_EQ(plateau_length(groups({100.0, 100.0, 110.0, 120.0, 130.0}), 0.05), 2U);
  EXPECT_EQ(plateau_length(groups({100.0, 100.0, 110.0, 120.0, 140.0}), 0.25),
            4U);  // the last: 140 over 107.5
}

TEST(PlateauLength, OutlivesOneGroupThatStandsOutUnlessItIsTheLast) {
  EXPECT_EQ(plateau_length(groups({100.0, 100.0, 120.0, 100.0, 100.0}), 0.05), 5U);
  EXPECT_EQ(plateau_length(groups({100.0, 100.0, 100.0, 120.0}), 0.05), 3U);
}

// Were the 140 counted, the mean below would be 110, and 115 and 116 within 6 % of it.
TEST(PlateauLength, TakesTheOneThatStoodOutNotIntoTheMean) {
  EXPECT_EQ(plateau_length(groups({100.0, 100.0, 100.0, 140.0, 100.0, 115.0, 116.0}), 0.06), 5U);
}

// The mean below is 100 with a standard error of 10, so the difference has one of 10 sqrt(2): 28 and less is
// noise.
TEST(PlateauLength, LetsAGroupStandOutByTwoStandardErrorsAtLeast) {
  EXPECT_EQ(plateau_length(groups({100.0, 128.0}, 10.0), 0.05), 2U);
  EXPECT_EQ(plateau_length(groups({100.0, 129.0}, 10.0), 0.05), 1U);
}

// Weights 100 : 1, so that the mean below is 100.2 and not 110: 106 stands out.
TEST(PlateauLength, WeighsGroupsByTheirErrors) {
  auto all = groups({100.0, 120.0, 106.0, 106.0}, 0.1);
  all[1].se_pF = 10.0;
  EXPECT_EQ(plateau_length(all, 0.05), 2U);
}

Capacitance with(std::optional<Estimate> plateau, std::optional<Estimate> kernel) {
  Capacitance result;
  result.plateau_pF = plateau;
  result.kernel_pF = kernel;
  result.regression_pF = Estimate{150.0, Interval{140.0, 160.0}};
  return result;
}

Estimate exactly(double value) { return {value, Interval{value, value}}; }

TEST(ChooseCapacitance, TakesThePlateauWithinTenPercentOfTheElectrodeSweep) {
  Capacitance result = with(exactly(109.0), exactly(100.0));
  choose_capacitance(result, 3, 0.10);
  EXPECT_EQ(result.method, CapacitanceMethod::plateau);
  EXPECT_EQ(result.value_pF, 109.0);
  ASSERT_TRUE(result.systematic_pF.has_value());
  EXPECT_EQ(result.systematic_pF->low, 100.0);
  EXPECT_EQ(result.systematic_pF->high, 109.0);
  EXPECT_THAT(result.warnings, IsEmpty());
}

TEST(ChooseCapacitance, TakesTheElectrodeSweepWhereThePlateauIsFurtherOff) {
  for (const double plateau : {89.0, 111.0}) {
    Capacitance result = with(exactly(plateau), Estimate{100.0, Interval{99.0, 101.0}});
    result.plateau_pF->ci95.reset();
    choose_capacitance(result, 3, 0.10);
    EXPECT_EQ(result.method, CapacitanceMethod::kernel) << plateau;
    EXPECT_EQ(result.value_pF, 100.0);
    EXPECT_EQ(result.ci95_pF->low, 99.0);
    EXPECT_THAT(result.warnings, ElementsAre(HasSubstr("[capacitance.disagreement]")));
  }
}

// Standard errors of 10 % each make one of 14 % of the difference: 25 % is less than two of them, 30 % is
// more.
TEST(ChooseCapacitance, AllowsForTheErrorsOfBoth) {
  const auto rough = [](double value) {
    return Estimate{value, Interval{value * (1.0 - 0.196), value * (1.0 + 0.196)}};
  };
  Capacitance near = with(rough(125.0), rough(100.0)), far = with(rough(130.0), rough(100.0));
  choose_capacitance(near, 3, 0.10);
  choose_capacitance(far, 3, 0.10);
  EXPECT_EQ(near.method, CapacitanceMethod::plateau);
  EXPECT_EQ(far.method, CapacitanceMethod::kernel);
}

TEST(ChooseCapacitance, NeedsThreeGroupsForAPlateau) {
  Capacitance beside_kernel = with(exactly(100.0), exactly(101.0));
  choose_capacitance(beside_kernel, 2, 0.10);
  EXPECT_EQ(beside_kernel.method, CapacitanceMethod::kernel);
  EXPECT_FALSE(beside_kernel.systematic_pF.has_value());
  EXPECT_THAT(beside_kernel.warnings, ElementsAre(HasSubstr("[capacitance.no_plateau]")));

  Capacitance alone = with(exactly(100.0), {});
  choose_capacitance(alone, 2, 0.10);
  EXPECT_EQ(alone.value_pF, 100.0);
  EXPECT_THAT(alone.warnings, ElementsAre(HasSubstr("lower bound")));
  alone.warnings.clear();
  choose_capacitance(alone, 3, 0.10);
  EXPECT_THAT(alone.warnings, IsEmpty());
}

TEST(ChooseCapacitance, FallsBackOnTheRegressionOfAllVoltages) {
  Capacitance result = with({}, {});
  choose_capacitance(result, 0, 0.10);
  EXPECT_EQ(result.method, CapacitanceMethod::regression);
  EXPECT_EQ(result.value_pF, 150.0);
  EXPECT_THAT(result.warnings, ElementsAre(HasSubstr("[capacitance.regression_only]")));
}

TEST(WarnOfDisagreement, NamesEachMethodBeyondAFactorOfOnePointTwo) {
  Capacitance result;
  result.value_pF = 100.0;
  result.variance_pF = exactly(121.0);
  result.regression_pF = exactly(119.0);
  result.impedance_pF = exactly(83.0);
  result.residual_resistance_MOhm = -2.1;
  warn_of_disagreement(result);
  EXPECT_THAT(result.warnings, ElementsAre(HasSubstr("variance minimisation gives 121.0 pF, 21 % above"),
                                           HasSubstr("the impedance gives 83.0 pF, 17 % below"),
                                           HasSubstr("-2.1 MOhm of instantaneous resistance")));
  result.residual_resistance_MOhm = 1.9;
  result.warnings.clear();
  warn_of_disagreement(result);
  EXPECT_THAT(result.warnings, Not(Contains(HasSubstr("MOhm"))));
}

}  // namespace
}  // namespace libfit
