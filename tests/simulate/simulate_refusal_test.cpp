// What is refused, and what neither hangs nor leaves the numbers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "libfit/core/error.hpp"
#include "libfit/simulate/simulate.hpp"

namespace libfit {
namespace {

const Eif kFiring{150.0, 10.0, -65.0, -50.0, 1.3, 10.0, {-58.0, 3.0}};
const std::vector<Model> models = {
    Model(Passive{150.0, 10.0, -65.0}), Model(Lif{150.0, 10.0, -65.0, -50.0, {-58.0, 3.0}}),
    Model(Qif{150.0, 0.5, -65.0, -50.0, 10.0, {-58.0, 3.0}}), Model(kFiring),
    Model(Tabulated{150.0, {-70.0, -55.0, -49.0}, {0.4, -0.6, 3.0}, 10.0, {-58.0, 3.0}})};

TEST(Simulate, RefusesAModelThatMakesNoSense) {
  const std::vector<double> current(10, 0.0);
  EXPECT_THROW(simulate(Model(Passive{}), current, 0.1), OptionError);
}

TEST(Simulate, RefusesAnEmptyCurrentAndATimeStepThatIsNone) {
  const std::vector<double> current(10, 0.0);
  EXPECT_THROW(simulate(Model(kFiring), {}, 0.1), ContractError);
  for (const double dt : {0.0, -0.1, std::nan(""), std::numeric_limits<double>::infinity()}) {
    EXPECT_THROW(simulate(Model(kFiring), current, dt), ContractError);
  }
}

TEST(Simulate, NamesTheSampleThatIsNotFinite) {
  for (const Model& model : models) {
    for (const std::size_t k : {std::size_t{0}, std::size_t{7}}) {
      std::vector<double> current(10, 0.0);
      current[k] = std::nan("");
      try {
        simulate(model, current, 0.1);
        ADD_FAILURE() << model_name(model);
      } catch (const DataError& error) {
        EXPECT_THAT(std::string(error.what()), testing::HasSubstr("sample " + std::to_string(k)));
      }
    }
  }
}

TEST(SimulateOptions, AreRefusedOutOfRange) {
  SimulateOptions options;
  EXPECT_NO_THROW(options.validate());
  for (const int bad : {0, -3, 10001}) {
    options.min_substeps = bad;
    EXPECT_THROW(options.validate(), OptionError);
  }
  options.min_substeps = 1;
  options.V_initial_mV = std::numeric_limits<double>::infinity();
  EXPECT_THROW(options.validate(), OptionError);
}

TEST(Simulate, RefusesACurrentThatMakesTheModelFireWithoutEnd) {
  for (Model model : models) {
    if (model_name(model) == "passive") continue;
    std::visit(
        [](auto& m) {
          if constexpr (requires { m.reset; }) m.reset.t_ref_ms = 0.0;
        },
        model);
    const std::vector<double> current(100, 1e12);
    EXPECT_THROW(simulate(model, current, 0.1), DataError) << model_name(model);
  }
}

// Units mistaken by a factor of a million or more, both ways: an answer or a DataError, at once.
TEST(Simulate, SurvivesAbsurdCurrents) {
  for (const Model& model : models) {
    for (const double size : {1e6, 1e9, 1e15, 1e100, 1e300, 1e308}) {
      std::vector<double> current(200, 0.0);
      for (std::size_t k = 0; k < current.size(); ++k) current[k] = (k / 10) % 2 == 0 ? -size : size;
      try {
        const Prediction p = simulate(model, current, 0.1);
        for (const double V : p.voltage_mV) EXPECT_TRUE(std::isfinite(V));
        for (std::size_t i = 1; i < p.spike_times_ms.size(); ++i) {
          EXPECT_GT(p.spike_times_ms[i], p.spike_times_ms[i - 1]);
        }
      } catch (const DataError&) {
      }
    }
  }
}

TEST(Simulate, SurvivesExtremeParameters) {
  const std::vector<double> current(1000, 300.0);
  for (const double Delta : {1e-3, 1e-6, 50.0}) {
    Eif m = kFiring;
    m.Delta_T_mV = Delta;
    for (const double V : simulate(Model(m), current, 0.1).voltage_mV) EXPECT_TRUE(std::isfinite(V));
  }
  Eif leaky = kFiring;
  leaky.g_nS = 1e6;  // time constant 0.15 us
  for (const double V : simulate(Model(leaky), current, 0.1).voltage_mV) EXPECT_TRUE(std::isfinite(V));
}

TEST(Simulate, TakesDeltaTTowardsZeroAsALifWithItsThresholdAtVT) {
  const std::vector<double> current(5000, 200.0);
  Eif sharp = kFiring;
  sharp.Delta_T_mV = 1e-4;
  const auto hard =
      simulate(Model(Lif{150.0, 10.0, -65.0, -50.0, {-58.0, 3.0}}), current, 0.1).spike_times_ms;
  const auto soft = simulate(Model(sharp), current, 0.1).spike_times_ms;
  ASSERT_EQ(hard.size(), soft.size());
  ASSERT_GT(hard.size(), 10u);
  for (std::size_t i = 1; i < hard.size(); ++i) {
    EXPECT_NEAR(hard[i] - hard[i - 1], soft[i] - soft[i - 1], 0.005);
  }
}

}  // namespace
}  // namespace libfit
