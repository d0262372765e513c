// Intervals by resampling blocks, on a short recording of a known EIF cell.
#include "libfit/fit/bootstrap.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "data/generator.hpp"
#include "tests/fit/curves.hpp"

namespace libfit {
namespace {

struct Analysis {
  Recording recording;
  SpikeTrains spikes_ms;
  CapacitanceAnalysis capacitance;
  IvMoments moments;
  DynamicIv iv;
  std::vector<ModelFit> fits;
};

const Analysis& analysis() {
  static const Analysis shared = [] {
    const Eif truth{100.0, 5.0, -65.0, -50.0, 1.5, 20.0, {-60.0, 2.0}};
    dyniv_data::RigOptions rig;
    rig.duration_ms = 60000.0;
    // White: noise that is correlated with V, as slower noise is, would belong to F.
    rig.intrinsic_noise_pA = 30.0;
    rig.intrinsic_tau_ms = 0.0;
    rig.seed = 4;
    Analysis a;
    a.recording = dyniv_data::training_recording(Model(truth), badel_2008_noise(40.0, 70.0, 70.0), rig);
    const SpikeCriterion criterion = choose_spike_criterion(a.recording);
    a.spikes_ms = detect_spikes(a.recording, criterion);
    const auto blocks = make_blocks(a.recording, 1000.0);
    a.capacitance = estimate_capacitance(a.recording, a.spikes_ms, blocks, {});
    a.moments = gather_iv_moments(a.recording, a.spikes_ms, blocks);
    a.iv = dynamic_iv(a.moments, a.capacitance.result.value_pF);
    SpikeParameters spikes = curves::steep_spikes();
    spikes.V_spike_mV = criterion.level_mV;
    a.fits = fit_models(a.iv, spikes);
    return a;
  }();
  return shared;
}

struct Drawn {
  FitBootstrap bootstrap;
  std::vector<ModelFit> fits;
};

Drawn draw(std::size_t draws, unsigned threads = 0, std::uint64_t seed = 1) {
  const Analysis& a = analysis();
  Drawn drawn{{}, a.fits};
  FitBootstrapOptions options;
  options.draws = draws;
  options.threads = threads;
  options.seed = seed;
  drawn.bootstrap = bootstrap_fits(a.capacitance, a.moments, a.iv, {}, drawn.fits, options);
  return drawn;
}

bool same(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] != b[i] && !(std::isnan(a[i]) && std::isnan(b[i]))) return false;
  return true;
}

TEST(FitBootstrap, GivesTheSameNumbersOnAnyNumberOfThreads) {
  const Drawn one = draw(40, 1);
  for (const unsigned threads : {2u, 3u}) {
    const Drawn more = draw(40, threads);
    EXPECT_TRUE(same(more.bootstrap.capacitance_pF, one.bootstrap.capacitance_pF));
    EXPECT_EQ(more.bootstrap.failed, one.bootstrap.failed);
    for (std::size_t f = 0; f < one.fits.size(); ++f) {
      for (std::size_t p = 0; p < one.fits[f].parameters.size(); ++p)
        EXPECT_TRUE(same(more.bootstrap.draws_of[f][p], one.bootstrap.draws_of[f][p]));
    }
  }
  EXPECT_FALSE(same(draw(40, 1, 2).bootstrap.capacitance_pF, one.bootstrap.capacitance_pF));
}

TEST(FitBootstrap, HasIntervalsThatBracketTheEstimateAndTheTruth) {
  const Drawn drawn = draw(120);
  EXPECT_EQ(drawn.bootstrap.draws, 120u);
  EXPECT_EQ(drawn.bootstrap.failed, 0u);
  const ModelFit& eif = curves::named(drawn.fits, "eif");
  ASSERT_EQ(eif.status, FitStatus::ok) << eif.reason;
  const std::vector<std::pair<const char*, double>> truth{
      {"C_pF", 100.0}, {"g_nS", 5.0}, {"E_mV", -65.0}, {"V_T_mV", -50.0}, {"Delta_T_mV", 1.5}};
  for (const auto& [name, value] : truth) {
    const ParameterEstimate& estimate = curves::parameter(eif, name);
    ASSERT_TRUE(estimate.ci95.has_value()) << name;
    EXPECT_LT(estimate.ci95->low, estimate.value) << name;
    EXPECT_GT(estimate.ci95->high, estimate.value) << name;
    // 95 % would miss one in twenty: the interval once more on each side misses one in ten thousand.
    const double width = estimate.ci95->high - estimate.ci95->low;
    EXPECT_GT(value, estimate.ci95->low - 0.5 * width) << name;
    EXPECT_LT(value, estimate.ci95->high + 0.5 * width) << name;
  }
  ASSERT_EQ(drawn.bootstrap.F_mV_per_ms.size(), analysis().iv.bins.size());
  for (std::size_t b = 0; b < analysis().iv.bins.size(); ++b) {
    if (!analysis().iv.bins[b].supported) continue;
    EXPECT_LE(drawn.bootstrap.F_mV_per_ms[b].low, analysis().iv.bins[b].F_mV_per_ms);
    EXPECT_GE(drawn.bootstrap.F_mV_per_ms[b].high, analysis().iv.bins[b].F_mV_per_ms);
  }
  for (const char* fixed : {"V_spike_mV", "V_reset_mV", "t_ref_ms"})
    EXPECT_FALSE(curves::parameter(eif, fixed).ci95.has_value()) << fixed;
}

// Every draw fits with its own C, so what is fitted as C/g carries the error of C. (g itself hardly does: the
// mean of C dV/dt at a voltage is near zero, and what is left of the injected current is the ionic one.)
TEST(FitBootstrap, LetsTheErrorOfTheCapacitanceReachEveryModel) {
  const Analysis& a = analysis();
  const auto drawn_with = [&](double relative_error) {
    CapacitanceAnalysis capacitance = a.capacitance;
    capacitance.result.method = CapacitanceMethod::kernel;
    const double value = capacitance.result.value_pF;
    capacitance.result.ci95_pF =
        Interval{value * (1.0 - 1.96 * relative_error), value * (1.0 + 1.96 * relative_error)};
    Drawn drawn{{}, a.fits};
    FitBootstrapOptions options;
    options.draws = 100;
    drawn.bootstrap = bootstrap_fits(capacitance, a.moments, a.iv, {}, drawn.fits, options);
    return drawn;
  };
  const auto sd_of_tau = [](const Drawn& drawn, std::size_t f) {
    std::vector<double> tau;
    for (std::size_t i = 0; i < drawn.bootstrap.draws; ++i)
      tau.push_back(drawn.bootstrap.draws_of[f][0][i] / drawn.bootstrap.draws_of[f][1][i]);
    return std::sqrt(*variance(tau)) / *mean(tau);
  };
  const Drawn sharp = drawn_with(1e-6), wide = drawn_with(0.1);
  for (std::size_t f = 0; f < a.fits.size(); ++f) {
    const std::string_view name = model_name(a.fits[f].model);
    if (name == "tabulated") continue;
    EXPECT_TRUE(same(wide.bootstrap.draws_of[f][0], wide.bootstrap.capacitance_pF)) << name;
    const auto& C = curves::parameter(wide.fits[f], "C_pF");
    EXPECT_NEAR((C.ci95->high - C.ci95->low) / C.value, 2.0 * 1.96 * 0.1, 0.1) << name;
    if (name == "qif") continue;  // has no g
    EXPECT_NEAR(sd_of_tau(wide, f), 0.1, 0.03) << name;
    EXPECT_LT(sd_of_tau(sharp, f), 0.03) << name;
  }
}

TEST(FitBootstrap, GivesNoIntervalFromTooFewDraws) {
  for (const std::size_t draws : {0u, 10u}) {
    const Drawn drawn = draw(draws);
    EXPECT_EQ(drawn.bootstrap.capacitance_pF.size(), draws);
    EXPECT_TRUE(drawn.bootstrap.F_mV_per_ms.empty());
    for (const ModelFit& fit : drawn.fits)
      for (const ParameterEstimate& estimate : fit.parameters) EXPECT_FALSE(estimate.ci95.has_value());
  }
}

}  // namespace
}  // namespace libfit
