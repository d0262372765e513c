// An AdEx comes back from a recording of itself, and training data that do not determine it get an answer in
// words, never NaN.
#include "libfit/fit/adex_fit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/model/parameters.hpp"
#include "tests/fit/memory_cells.hpp"

namespace libfit {
namespace {

using test::expect_no_NaN;
using test::find_parameter;

const Adex kAdex{150.0, 10.0, -65.0, -50.0, 1.5, 4.0, 60.0, 120.0, 20.0, {-58.0, 4.0}};

ModelFit fit_adaptive(const test::RecordedCell& cell, std::size_t draws = 0) {
  AdexFitOptions options;
  options.threads = 1;
  return fit_adex(cell.recording, cell.spikes_ms, cell.blocks, cell.eif, std::vector<double>(draws, 150.0),
                  options);
}

void expect_recovery(const Adex& truth, const ModelFit& found) {
  ASSERT_EQ(found.status, FitStatus::ok) << found.reason;
  const auto expected = scalar_parameters(Model(truth));
  for (const ParameterValue& p : expected) {
    const double value = find_parameter(found, p.name())->value;
    const bool voltage = p.name() == "E_mV" || p.name() == "V_T_mV";
    EXPECT_NEAR(value, p.value, voltage ? 0.3 : std::max(0.05 * std::abs(p.value), 0.2)) << p.name();
  }
}

TEST(AdexFit, RecoversAnAdex) {
  const auto cell = test::record(Model(kAdex), test::badel_noise(200.0, 180.0, 40000.0, 0.1, 1), 0.1, 1);
  const ModelFit found = fit_adaptive(cell, 40);
  expect_recovery(kAdex, found);
  expect_no_NaN(found);
  for (const char* name : {"g_nS", "E_mV", "V_T_mV", "Delta_T_mV", "a_nS", "b_pA", "tau_w_ms"}) {
    const ParameterEstimate* p = find_parameter(found, name);
    ASSERT_TRUE(p->ci95) << name;
    EXPECT_LT(p->ci95->low, p->value) << name;
    EXPECT_GT(p->ci95->high, p->value) << name;
  }
}

TEST(AdexFit, RecoversASlowSpikeTriggeredCurrentAlone) {
  Adex slow = kAdex;
  slow.a_nS = 0.0;
  slow.b_pA = 30.0;
  slow.tau_w_ms = 300.0;
  const auto cell = test::record(Model(slow), test::badel_noise(180.0, 150.0, 40000.0, 0.1, 2), 0.1, 2);
  expect_recovery(slow, fit_adaptive(cell));
}

TEST(AdexFit, SaysThatAnEifDoesNotAdapt) {
  const Eif plain{150.0, 10.0, -65.0, -50.0, 1.5, 20.0, {-58.0, 4.0}};
  const auto cell = test::record(Model(plain), test::badel_noise(80.0, 120.0, 30000.0, 0.1, 3), 0.1, 3);
  const ModelFit found = fit_adaptive(cell);
  ASSERT_NE(found.status, FitStatus::failed) << found.reason;
  expect_no_NaN(found);
  if (found.status == FitStatus::ok) {
    EXPECT_NEAR(find_parameter(found, "b_pA")->value, 0.0, 2.0);
    EXPECT_NEAR(find_parameter(found, "a_nS")->value, 0.0, 0.5);
  }
}

TEST(AdexFit, SaysWhyItRefusesDegenerateTrainingData) {
  const auto weak = [](double duration) { return test::badel_noise(0.0, 50.0, duration, 0.1, 4); };
  const auto silent = test::record(Model(kAdex), weak(20000.0), 0.1, 4);
  ASSERT_TRUE(silent.spikes_ms[0].empty());
  EXPECT_EQ(fit_adaptive(silent).status, FitStatus::failed);
  EXPECT_FALSE(fit_adaptive(silent).reason.empty());

  std::vector<double> five = weak(20000.0);
  for (std::size_t i = 1; i <= 5; ++i)
    std::fill_n(five.begin() + static_cast<std::ptrdiff_t>(30000 * i), 100, 900.0);
  const auto few = test::record(Model(kAdex), five, 0.1, 4);
  ASSERT_EQ(few.spikes_ms[0].size(), 5U);
  EXPECT_EQ(fit_adaptive(few).status, FitStatus::failed);
  EXPECT_FALSE(fit_adaptive(few).reason.empty());

  const auto bursting = test::record(Model(kAdex), test::bursts(weak(30000.0), 500.0, 0.1), 0.1, 4);
  ASSERT_GT(bursting.spikes_ms[0].size(), 50U);
  expect_no_NaN(fit_adaptive(bursting, 20));

  const auto half = test::record(
      Model(kAdex), test::silent_half(test::badel_noise(200.0, 180.0, 30000.0, 0.1, 4), 0.0), 0.1, 4);
  expect_no_NaN(fit_adaptive(half, 20));
}

TEST(AdexFit, RefusesOptionsOutOfRange) {
  for (const auto change : std::vector<void (*)(AdexFitOptions&)>{
           [](AdexFitOptions& o) { o.step_ms = 0.0; }, [](AdexFitOptions& o) { o.before_spike_ms = -1.0; },
           [](AdexFitOptions& o) { o.after_hold_ms = -1.0; },
           [](AdexFitOptions& o) { o.shortest_tau_w_ms = 0.0; },
           [](AdexFitOptions& o) { o.longest_tau_w_ms = 4.0; },
           [](AdexFitOptions& o) { o.min_spikes = 1; }}) {
    AdexFitOptions options;
    change(options);
    EXPECT_THROW(options.validate(), OptionError);
  }
}

}  // namespace
}  // namespace libfit
