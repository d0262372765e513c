#include "libfit/simulate/fi_curve.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/core/random.hpp"
#include "libfit/model/firing.hpp"
#include "libfit/model/model_by_hand.hpp"
#include "libfit/model/phase_line.hpp"
#include "libfit/simulate/simulate.hpp"
#include "tests/fit/gif_cells.hpp"

namespace libfit {
namespace {

SpikeResponse simulated(const Model& model) {
  return [model](std::span<const double> current, double dt_ms, std::uint64_t) {
    return simulate(model, current, dt_ms).spike_times_ms;
  };
}

// The issue asks for 0.1 %; quadrature and simulation share no code.
TEST(FiCurve, BySimulationAgreesWithTheExactOneToOneInAMillion) {
  FiCurveOptions options;
  options.step_ms = 1000.0;
  for (const char* name : {"lif", "qif", "eif", "tabulated"}) {
    const Model model = model_by_hand(name);
    const double rheobase = analyze_phase_line(model)->rheobase_pA.value();
    std::vector<double> currents;
    for (const double above : {0.5, 5.0, 50.0, 500.0}) currents.push_back(rheobase + above);
    const FiCurve exact = fi_curve(model, currents, options);
    const FiCurve tried = simulated_fi_curve(simulated(model), currents, options);
    EXPECT_EQ(exact.method, FiMethod::exact);
    EXPECT_EQ(tried.method, FiMethod::simulated);
    for (std::size_t i = 0; i < currents.size(); ++i) {
      const FiPoint& e = exact.points[i];
      const FiPoint& s = tried.points[i];
      EXPECT_GT(e.rate_Hz, 0.0) << name;
      EXPECT_NEAR(s.rate_Hz, e.rate_Hz, 1e-6 * e.rate_Hz) << name << " " << currents[i];
      EXPECT_NEAR(s.onset_Hz, e.onset_Hz, 1e-6 * e.onset_Hz) << name << " " << currents[i];
      EXPECT_NEAR(s.latency_ms.value(), e.latency_ms.value(), 1e-6 * e.latency_ms.value()) << name;
    }
  }
}

// Without history and currents, and reset to where the current holds it, a GIF fires as a renewal process
// with a dead time: the rate is 1/(dead time + 1/hazard), to within what bins do.
TEST(FiCurve, OfAModelThatFiresByChanceIsItsMeanRateWithAnInterval) {
  Gif gif = gif_test::gif_cell();
  gif.currents.clear();
  gif.history.clear();
  gif.drive.currents.clear();
  const double current_pA = 100.0;
  const double held_mV = gif.drive.E_mV + gif.drive.resistance_GOhm * current_pA;
  gif.reset.V_reset_mV = gif.drive.V_reset_mV = held_mV;
  const double hazard = 0.02 / settled_hazard_per_ms(gif, current_pA);
  gif.log_rate_per_ms += std::log(hazard);
  ASSERT_NEAR(settled_hazard_per_ms(gif, current_pA), 0.02, 1e-12);
  FiCurveOptions options;
  options.trials = 50;
  const FiPoint point = fi_curve(gif, std::vector<double>{current_pA}, options).points.front();
  const double dead_ms = refractory_bins(gif) * gif.bin_ms;
  const double rate_Hz = 1000.0 / (dead_ms + gif.bin_ms / (1.0 - std::exp(-0.02 * gif.bin_ms)));
  ASSERT_TRUE(point.rate_ci95_Hz);
  const double se = (point.rate_ci95_Hz->high - point.rate_ci95_Hz->low) / 3.92;
  EXPECT_NEAR(point.rate_Hz, rate_Hz, 4.0 * se);
  EXPECT_LT(se, 0.05 * rate_Hz);
  EXPECT_TRUE(fi_curve(gif, std::vector<double>{current_pA}).points.front().rate_ci95_Hz)
      << "20 trials unasked";
}

TEST(FiCurve, IsZeroUpToTheRheobase) {
  const Model eif = model_by_hand("eif");
  const FiCurve curve = fi_curve(eif, current_grid(-50.0, 5.0, 200.0));
  for (const FiPoint& p : curve.points) {
    EXPECT_EQ(p.rate_Hz > 0.0, p.current_pA > 135.0) << p.current_pA;
    EXPECT_EQ(p.latency_ms.has_value(), p.current_pA > 135.0) << p.current_pA;
  }
}

TEST(FiCurve, OfATypeTwoModelBeginsAtItsOnsetRateBecauseItStartsFromRest) {
  const Model qif = model_by_hand("qif", "V_reset_mV=-50");
  const double onset = analyze_phase_line(qif)->onset->rate_Hz.value();
  const FiCurve curve = fi_curve(qif, std::vector<double>{45.0, 50.0001});
  EXPECT_EQ(curve.points[0].rate_Hz, 0.0);
  EXPECT_GT(firing_rate_Hz(qif, 45.0).value(), 0.0);  // rest and firing coexist
  EXPECT_NEAR(curve.points[1].rate_Hz, onset, 1e-4 * onset);
}

TEST(FiCurve, OfAModelThatFiresByItselfNeedsNoRest) {
  const Model lif = model_by_hand("lif", "E_mV=-40");
  EXPECT_GT(fi_curve(lif, std::vector<double>{0.0}).points[0].rate_Hz, 0.0);
}

TEST(FiCurve, OfTheAdexWithoutAdaptationIsThatOfTheEif) {
  const std::vector<double> currents{100.0, 140.0, 300.0};
  const FiCurve eif = fi_curve(model_by_hand("eif"), currents);
  const FiCurve adex = fi_curve(model_by_hand("adex", "a_nS=0,b_pA=0"), currents);
  EXPECT_EQ(adex.method, FiMethod::simulated);
  for (std::size_t i = 0; i < currents.size(); ++i)
    EXPECT_NEAR(adex.points[i].rate_Hz, eif.points[i].rate_Hz, 1e-5 * eif.points[i].rate_Hz);
}

// In the steady state w is b / (1 - exp(-T/tau_w)) after each spike when a = 0: slower than the onset.
TEST(FiCurve, OfTheAdexIsLowerInTheSteadyStateThanAtTheOnset) {
  const FiCurve curve = fi_curve(model_by_hand("adex", "a_nS=0"), std::vector<double>{200.0, 400.0});
  for (const FiPoint& p : curve.points) {
    EXPECT_GT(p.rate_Hz, 1.0);
    EXPECT_GT(p.onset_Hz, 1.5 * p.rate_Hz);
  }
}

TEST(FiCurve, FollowsSlowFiringBeyondItsStep) {
  FiCurveOptions options;
  options.step_ms = 100.0;
  const Model eif = model_by_hand("eif", "t_ref_ms=300");
  const double exact = firing_rate_Hz(eif, 160.0).value();
  const FiCurve curve = simulated_fi_curve(simulated(eif), std::vector<double>{160.0}, options);
  EXPECT_NEAR(curve.points[0].rate_Hz, exact, 1e-5 * exact);
}

// A Poisson process of rate 10 Hz + 0.1 Hz/pA: the answer is known.
TEST(FiCurve, OfANoisyModelIsAMeanWithAnInterval) {
  const SpikeResponse poisson = [](std::span<const double> current, double dt_ms, std::uint64_t trial) {
    RandomStream random(3, trial);
    SpikeTrain spikes;
    for (std::size_t k = 0; k < current.size(); ++k) {
      const double rate_per_ms = (10.0 + 0.1 * current[k]) / 1000.0;
      if (random.uniform() < rate_per_ms * dt_ms) spikes.push_back(dt_ms * static_cast<double>(k));
    }
    return spikes;
  };
  FiCurveOptions options;
  options.trials = 50;
  options.settle_ms = 0.0;
  options.dt_ms = 1.0;
  const FiCurve curve = simulated_fi_curve(poisson, std::vector<double>{0.0, 300.0}, options);
  const double expected[] = {10.0, 40.0};
  for (std::size_t i = 0; i < 2; ++i) {
    const Interval ci = curve.points[i].rate_ci95_Hz.value();
    EXPECT_LT(ci.low, expected[i]);
    EXPECT_GT(ci.high, expected[i]);
    EXPECT_NEAR(ci.high - ci.low, 2.0 * 1.96 * std::sqrt(expected[i] / 50.0), 0.3 * (ci.high - ci.low));
  }
  options.threads = 1;
  EXPECT_EQ(simulated_fi_curve(poisson, std::vector<double>{0.0, 300.0}, options).points[1].rate_Hz,
            curve.points[1].rate_Hz);
}

TEST(FiCurve, OfNeuronsThatStopFiringIsZeroInTheSteadyState) {
  const SpikeResponse once = [](std::span<const double>, double, std::uint64_t) {
    return std::vector<double>{210.0, 220.0};
  };
  const FiPoint p = simulated_fi_curve(once, std::vector<double>{100.0}).points[0];
  EXPECT_EQ(p.rate_Hz, 0.0);
  EXPECT_NEAR(p.onset_Hz, 100.0, 1e-9);
  EXPECT_NEAR(p.latency_ms.value(), 10.0, 1e-9);
}

TEST(CurrentGrid, HoldsBothEnds) {
  EXPECT_EQ(current_grid(0.0, 10.0, 400.0).size(), 41U);
  EXPECT_EQ(current_grid(0.0, 0.1, 1.0).size(), 11U);
  EXPECT_EQ(current_grid(5.0, 1.0, 5.0), std::vector<double>{5.0});
  EXPECT_EQ(current_grid(-10.0, 4.0, 0.0), (std::vector<double>{-10.0, -6.0, -2.0}));
  EXPECT_THROW(current_grid(0.0, 0.0, 1.0), ContractError);
}

TEST(FiCurve, RefusesOptionsThatMakeNoSense) {
  const Model lif = model_by_hand("lif");
  const std::vector<double> currents{0.0};
  for (const auto& change : std::vector<std::function<void(FiCurveOptions&)>>{
           [](auto& o) { o.holding_pA = std::nan(""); }, [](auto& o) { o.settle_ms = -1.0; },
           [](auto& o) { o.step_ms = 0.0; }, [](auto& o) { o.dt_ms = 0.0; }, [](auto& o) { o.trials = 0; }}) {
    FiCurveOptions options;
    change(options);
    EXPECT_THROW(fi_curve(lif, currents, options), OptionError);
  }
  EXPECT_THROW(fi_curve(lif, std::vector<double>{std::nan("")}), ContractError);
}

}  // namespace
}  // namespace libfit
