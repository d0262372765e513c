// What holds for the simulation of every model of the catalogue.
#include <gtest/gtest.h>

#include "libfit/model/catalogue.hpp"
#include "libfit/simulate/simulate.hpp"
#include "libfit/stimulus/stimulus.hpp"

namespace libfit {
namespace {

TEST(EveryModel, IsSimulatedAlikeWithTheSameSeed) {
  const auto current = noise_current(badel_2008_noise(250.0, 150.0, 150.0), 2000.0, 0.1, 5);
  for (const CatalogueRow& row : catalogue()) {
    if (row.textbook_cell == nullptr) continue;
    const Model model = row.textbook_cell();
    SimulateOptions options;
    options.seed = 7;
    const Prediction first = simulate(model, current, 0.1, options);
    const Prediction again = simulate(model, current, 0.1, options);
    EXPECT_EQ(first.voltage_mV, again.voltage_mV) << row.name;
    EXPECT_EQ(first.spike_times_ms, again.spike_times_ms) << row.name;
    EXPECT_EQ(first.voltage_mV.size(), current.size()) << row.name;
    EXPECT_EQ(first.spike_times_ms.empty(), !spike_voltage_mV(model)) << row.name;
    options.seed = 8;
    const Prediction other = simulate(model, current, 0.1, options);
    EXPECT_EQ(other.spike_times_ms != first.spike_times_ms, is_stochastic(model)) << row.name;
  }
}

}  // namespace
}  // namespace libfit
