// Models from curves of known models, and what is refused where the curve does not determine them.
#include "libfit/fit/iv_fit.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "libfit/core/error.hpp"
#include "tests/fit/curves.hpp"

namespace libfit {
namespace {

using curves::curve_of;
using curves::named;
using curves::parameter;

TEST(ModelFit, RecoversAnExponentialCurve) {
  const auto fits = fit_models(curve_of(Model(curves::kEif), 0.02), curves::steep_spikes());
  ASSERT_EQ(fits.size(), 5u);
  const ModelFit& fit = named(fits, "eif");
  ASSERT_EQ(fit.status, FitStatus::ok) << fit.reason;
  const auto& eif = std::get<Eif>(fit.model);
  EXPECT_NEAR(eif.g_nS / 5.0, 1.0, 1e-6);
  EXPECT_NEAR(eif.E_mV / -65.0, 1.0, 1e-6);
  EXPECT_NEAR(eif.V_T_mV / -50.0, 1.0, 1e-6);
  EXPECT_NEAR(eif.Delta_T_mV / 1.5, 1.0, 1e-6);
  EXPECT_EQ(eif.C_pF, 100.0);
  EXPECT_EQ(eif.reset.t_ref_ms, 2.0);
  EXPECT_EQ(fit.curve->degrees_of_freedom, static_cast<int>(fit.curve->bins_used) - 4);
  // Without model error the limit does not matter.
  ASSERT_TRUE(parameter(fit, "Delta_T_mV").limit_range.has_value());
  EXPECT_NEAR(parameter(fit, "Delta_T_mV").limit_range->low, 1.5, 1e-5);
  EXPECT_NEAR(parameter(fit, "Delta_T_mV").limit_range->high, 1.5, 1e-5);
  // The fit stops at 3 mV/ms.
  EXPECT_EQ(fit.curve->limit_mV_per_ms, 3.0);
  EXPECT_LE(drift_mV_per_ms(Model(curves::kEif), fit.curve->upper_V_mV), 3.0);
  EXPECT_GT(drift_mV_per_ms(Model(curves::kEif), fit.curve->upper_V_mV + 0.5), 3.0);
}

TEST(ModelFit, RecoversAParabola) {
  const auto fits = fit_models(curve_of(Model(curves::kQif), 0.02), curves::steep_spikes());
  const ModelFit& fit = named(fits, "qif");
  ASSERT_EQ(fit.status, FitStatus::ok) << fit.reason;
  const auto& qif = std::get<Qif>(fit.model);
  EXPECT_NEAR(qif.a_nS_per_mV / 0.3, 1.0, 1e-6);
  EXPECT_NEAR(qif.V_rest_mV / -65.0, 1.0, 1e-6);
  EXPECT_NEAR(qif.V_c_mV / -48.0, 1.0, 1e-6);
}

TEST(ModelFit, WithoutSpikesFitsThePassiveMembraneOnly) {
  const auto fits = fit_models(curve_of(Model(curves::kPassive), 0.02, -80.0, 0.5, 8.0, -50.0), {});
  ASSERT_EQ(fits.size(), 5u);
  ASSERT_EQ(fits[0].status, FitStatus::ok);
  const auto& passive = std::get<Passive>(fits[0].model);
  EXPECT_NEAR(passive.g_nS / 5.0, 1.0, 1e-6);
  EXPECT_NEAR(passive.E_mV / -65.0, 1.0, 1e-6);
  for (std::size_t i = 1; i < fits.size(); ++i) {
    EXPECT_EQ(fits[i].status, FitStatus::failed);
    EXPECT_NE(fits[i].reason.find("no spikes"), std::string::npos);
  }
}

// The threshold of the LIF is the upper zero of F, here by bisection.
TEST(ModelFit, PutsTheThresholdOfTheLifWhereTheCurveReturnsToZero) {
  double low = -50.0, high = -40.0;
  for (int i = 0; i < 100; ++i) {
    const double middle = 0.5 * (low + high);
    (drift_mV_per_ms(Model(curves::kEif), middle) < 0.0 ? low : high) = middle;
  }
  const auto fits = fit_models(curve_of(Model(curves::kEif), 0.02, -80.0, 0.25), curves::steep_spikes());
  const auto& lif = std::get<Lif>(named(fits, "lif").model);
  EXPECT_NEAR(lif.V_th_mV, low, 0.02);  // linear between bins of 0.25 mV
}

TEST(ModelFit, TabulatesTheCurveAsMeasured) {
  const DynamicIv iv = curve_of(Model(curves::kEif), 0.02);
  const auto fits = fit_models(iv, curves::steep_spikes());
  ASSERT_EQ(named(fits, "tabulated").status, FitStatus::ok);
  for (const IvBin& bin : iv.bins)
    EXPECT_NEAR(drift_mV_per_ms(named(fits, "tabulated").model, bin.V_mV), bin.F_mV_per_ms, 1e-9);
}

TEST(ModelFit, LowersItsLimitToATenthOfASlowUpstroke) {
  SpikeParameters slow = curves::steep_spikes();
  slow.peak_slope_mV_per_ms = 12.0;
  const auto fits = fit_models(curve_of(Model(curves::kEif), 0.02), slow);
  EXPECT_NEAR(named(fits, "eif").curve->limit_mV_per_ms, 1.2, 1e-12);
  EXPECT_LE(drift_mV_per_ms(Model(curves::kEif), named(fits, "eif").curve->upper_V_mV), 1.2);
}

TEST(ModelFit, DoesNotIdentifyAWideDeltaT) {
  const Eif wide{100.0, 5.0, -65.0, -50.0, 9.0, 0.0, {-60.0, 2.0}};
  const auto fits = fit_models(curve_of(Model(wide), 0.02, -85.0, 0.5, 8.0, 0.0), curves::steep_spikes());
  const ModelFit& fit = named(fits, "eif");
  EXPECT_EQ(fit.status, FitStatus::not_identified);
  EXPECT_NE(fit.reason.find("Delta_T"), std::string::npos);
  EXPECT_NEAR(parameter(fit, "Delta_T_mV").value, 9.0, 0.01);  // told all the same
}

TEST(ModelFit, DoesNotIdentifyAnUpstrokeOfTooFewBins) {
  DynamicIv iv = curve_of(Model(curves::kEif), 0.02);
  while (iv.bins.back().F_mV_per_ms > 0.0) iv.bins.pop_back();
  IvBin rising = iv.bins.back();  // one bin of the upstroke is left
  rising.V_mV += 0.5;
  rising.F_mV_per_ms = drift_mV_per_ms(Model(curves::kEif), rising.V_mV);
  ASSERT_GT(rising.F_mV_per_ms, 0.0);
  iv.bins.push_back(rising);
  const ModelFit fit = named(fit_models(iv, curves::steep_spikes()), "eif");
  EXPECT_EQ(fit.status, FitStatus::not_identified);
  EXPECT_NE(fit.reason.find("1 supported bins"), std::string::npos) << fit.reason;
}

TEST(ModelFit, DoesNotIdentifyADeltaTThatMovesWithTheLimit) {
  // An upstroke that turns from gentle (3 mV) to sharp (0.5 mV) on its way.
  DynamicIv iv = curve_of(Model(curves::kEif), 0.02, -80.0, 0.25, 1e9, -44.0);
  for (IvBin& bin : iv.bins) {
    const double V = bin.V_mV;
    bin.F_mV_per_ms =
        (-65.0 - V + 3.0 * std::exp((V + 53.0) / 3.0) + 0.5 * std::exp((V + 48.0) / 0.5)) / 20.0;
  }
  const ModelFit fit = named(fit_models(iv, curves::steep_spikes()), "eif");
  EXPECT_EQ(fit.status, FitStatus::not_identified);
  EXPECT_NE(fit.reason.find("limit"), std::string::npos) << fit.reason;
}

TEST(ModelFit, OfTooFewBinsFailsWithReasons) {
  DynamicIv iv = curve_of(Model(curves::kEif), 0.02);
  for (std::size_t i = 5; i < iv.bins.size(); ++i) iv.bins[i].supported = false;
  const auto fits = fit_models(iv, curves::steep_spikes());
  ASSERT_EQ(fits.size(), 5u);
  for (const ModelFit& fit : fits) {
    EXPECT_EQ(fit.status, FitStatus::failed);
    EXPECT_NE(fit.reason.find("only 5 bins"), std::string::npos);
    EXPECT_FALSE(status_name(fit.status).empty());
  }
  EXPECT_EQ(fit_models(DynamicIv{}, curves::steep_spikes()).size(), 5u);
}

// Every failed model says why, whatever is wrong with the curve.
TEST(ModelFit, GivesAReasonForWhateverItDoesNotIdentifyAndPrintsNothing) {
  testing::internal::CaptureStderr();
  const DynamicIv clean = curve_of(Model(curves::kEif), 0.02);
  std::vector<DynamicIv> odd(5, clean);
  for (IvBin& bin : odd[0].bins) bin.F_mV_per_ms = 1.0;                      // flat
  for (IvBin& bin : odd[1].bins) bin.F_mV_per_ms = 0.1 * (bin.V_mV + 60.0);  // rises everywhere
  for (IvBin& bin : odd[2].bins) bin.F_mV_per_ms = -bin.F_mV_per_ms;         // upside down
  for (IvBin& bin : odd[3].bins) bin.F_mV_per_ms *= 1e-9;                    // nothing moves
  odd[4] = curves::with_noise(curve_of(Model(curves::kEif), 5.0), 3);        // all noise
  for (const DynamicIv& iv : odd) {
    for (const ModelFit& fit : fit_models(iv, curves::steep_spikes())) {
      EXPECT_EQ(fit.reason.empty(), fit.status == FitStatus::ok) << model_name(fit.model);
      if (fit.status == FitStatus::ok) {
        EXPECT_NO_THROW(validate(fit.model));
      }
    }
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Refit, FindsTheSameParametersFromTheFit) {
  const DynamicIv iv = curves::with_noise(curve_of(Model(curves::kEif), 0.02), 5);
  const auto fits = fit_models(iv, curves::steep_spikes());
  for (const char* name : {"passive", "lif", "qif", "eif"}) {
    const ModelFit& fit = named(fits, name);
    const auto again = refit(iv, fit.model, fit.curve->upper_fit_V_mV);
    ASSERT_TRUE(again.has_value()) << name;
    for (double V = -80.0; V < fit.curve->upper_V_mV; V += 1.0)
      EXPECT_NEAR(drift_mV_per_ms(*again, V), drift_mV_per_ms(fit.model, V), 1e-4) << name << " at " << V;
  }
  EXPECT_FALSE(refit(iv, named(fits, "eif").model, -79.0).has_value());  // three bins
}

TEST(IvFitOptions, RefuseEveryValueOutOfRange) {
  const auto refused = [](auto&& spoil) {
    IvFitOptions options;
    spoil(options);
    EXPECT_THROW(options.validate(), OptionError);
    EXPECT_THROW(fit_models(DynamicIv{}, {}, options), OptionError);
  };
  refused([](IvFitOptions& o) { o.upper_limit_mV_per_ms = 0.0; });
  refused([](IvFitOptions& o) { o.fraction_of_upstroke = -0.1; });
  refused([](IvFitOptions& o) { o.widest_Delta_T_mV = std::nan(""); });
  refused([](IvFitOptions& o) { o.widest_relative_move = 0.0; });
  refused([](IvFitOptions& o) { o.min_bins = 4; });
}

}  // namespace
}  // namespace libfit
