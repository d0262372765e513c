// The refractory EIF comes back from recordings of itself, and training data that do not determine it get an
// answer in words, never NaN.
#include "libfit/fit/refractory_fit.hpp"

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

// Means of layer-5 thick-tufted pyramidal cells [Harrison et al. 2015, table 1]; a jump and sag of E beside.
const RefractoryEif kLayer5{284.0, 15.2, -68.5, -52.7, 1.16, 26.0, 25.0,        14.8,
                            12.7,  10.0, 15.0,  5.0,   60.0, 20.0, {-60.0, 4.0}};

struct Fitted {
  ModelFit fit;
  std::vector<SliceFit> slices;
};

Fitted fit_recovering(const test::RecordedCell& cell, std::size_t draws = 0) {
  const double t_ref =
      cell.eif.status == FitStatus::failed ? 4.0 : std::get<Eif>(cell.eif.model).reset.t_ref_ms;
  const std::vector<double> edges = post_spike_edges(cell.spikes_ms, t_ref, {});
  if (edges.empty()) return {fit_refractory({}, cell.eif), {}};
  const double C = std::holds_alternative<Eif>(cell.eif.model) ? std::get<Eif>(cell.eif.model).C_pF : 284.0;
  const PostSpikeMoments fine =
      gather_post_spike(cell.recording, cell.spikes_ms, finer_edges(edges, 2), cell.blocks, {}, 1);
  Fitted result;
  result.fit = fit_refractory(post_spike_curves(fine, C), cell.eif);
  RefractoryBootstrapOptions bootstrap;
  bootstrap.threads = 1;
  bootstrap_refractory(result.fit, fine, std::vector<double>(draws, C), bootstrap);
  if (result.fit.status == FitStatus::failed) return result;
  const PostSpikeMoments coarse =
      gather_post_spike(cell.recording, cell.spikes_ms, edges, cell.blocks, {}, 1);
  result.slices =
      fit_slices(post_spike_curves(coarse, C), std::get<RefractoryEif>(result.fit.model).Delta_T_mV,
                 cell.eif.curve->limit_mV_per_ms);
  return result;
}

const test::RecordedCell& layer5() {
  static const test::RecordedCell cell =
      test::record(Model(kLayer5), test::badel_noise(300.0, 250.0, 60000.0, 0.1, 1), 0.1, 1);
  return cell;
}

TEST(RefractoryFit, RecoversALayer5Cell) {
  const Fitted found = fit_recovering(layer5(), 40);
  ASSERT_EQ(found.fit.status, FitStatus::ok) << found.fit.reason;
  expect_no_NaN(found.fit);
  const auto truth = scalar_parameters(Model(kLayer5));
  for (const auto& [name, tolerance] :
       {std::pair("g_nS", 0.05), std::pair("Delta_T_mV", 0.1), std::pair("g1_nS", 0.2),
        std::pair("tau_g_ms", 0.2), std::pair("V_T1_mV", 0.2), std::pair("tau_T_ms", 0.2)}) {
    const ParameterEstimate* estimate = find_parameter(found.fit, name);
    const auto expected = std::find_if(truth.begin(), truth.end(),
                                       [n = name](const ParameterValue& p) { return p.name() == n; });
    EXPECT_NEAR(estimate->value, expected->value, tolerance * expected->value) << name;
    ASSERT_TRUE(estimate->ci95) << name;
    EXPECT_LT(estimate->ci95->low, estimate->value) << name;
    EXPECT_GT(estimate->ci95->high, estimate->value) << name;
  }
  const auto& model = std::get<RefractoryEif>(found.fit.model);
  for (const double t : {6.0, 10.0, 20.0, 40.0, 80.0}) {
    EXPECT_NEAR(state_after_spike(model, t).E_mV, state_after_spike(kLayer5, t).E_mV, 0.5) << t;
  }
}

TEST(RefractoryFit, HasSlicesWhoseParametersAreThoseOfTheirTime) {
  const Fitted found = fit_recovering(layer5());
  ASSERT_GE(found.slices.size(), 5U);
  std::size_t with_threshold = 0;
  for (const SliceFit& slice : found.slices) {
    if (slice.status == FitStatus::failed) continue;
    const EifState at = state_after_spike(kLayer5, slice.mean_ms);
    EXPECT_NEAR(slice.g_nS->value, at.g_nS, 0.1 * at.g_nS) << slice.mean_ms;
    EXPECT_NEAR(slice.E_mV->value, at.E_mV, 1.0) << slice.mean_ms;
    if (!slice.V_T_mV) continue;
    ++with_threshold;
    // Voltages near threshold, which tell V_T, are met late in a slice rather than evenly: V_T is that of
    // some time within it, not of its mean (it falls by 3 mV from 5 to 10 ms).
    EXPECT_LT(slice.V_T_mV->value, state_after_spike(kLayer5, slice.begin_ms).V_T_mV + 0.5) << slice.mean_ms;
    EXPECT_GT(slice.V_T_mV->value, state_after_spike(kLayer5, slice.end_ms).V_T_mV - 0.5) << slice.mean_ms;
  }
  EXPECT_GE(with_threshold, 3U);
}

TEST(RefractoryFit, LeavesOutWhatASpikeDoesNotLeaveBehind) {
  const Eif plain{284.0, 15.2, -68.5, -52.7, 1.16, 20.0, {-60.0, 4.0}};
  const auto cell = test::record(Model(plain), test::badel_noise(180.0, 180.0, 40000.0, 0.1, 3), 0.1, 3);
  const Fitted found = fit_recovering(cell);
  ASSERT_EQ(found.fit.status, FitStatus::ok) << found.fit.reason;
  const auto& model = std::get<RefractoryEif>(found.fit.model);
  for (const double t : {6.0, 20.0, 100.0}) {
    EXPECT_NEAR(state_after_spike(model, t).g_nS, 15.2, 0.8) << t;
    EXPECT_NEAR(state_after_spike(model, t).E_mV, -68.5, 0.7) << t;
  }
  EXPECT_NEAR(state_after_spike(model, 20.0).V_T_mV, -52.7, 0.3);
}

TEST(RefractoryFit, SaysWhyItRefusesDegenerateTrainingData) {
  const auto weak = [](double duration) { return test::badel_noise(-50.0, 100.0, duration, 0.1, 4); };
  const auto silent = test::record(Model(kLayer5), weak(20000.0), 0.1, 4);
  ASSERT_TRUE(silent.spikes_ms[0].empty());
  EXPECT_EQ(fit_recovering(silent).fit.status, FitStatus::failed);
  EXPECT_FALSE(fit_recovering(silent).fit.reason.empty());

  std::vector<double> five = weak(20000.0);
  for (std::size_t i = 1; i <= 5; ++i)
    std::fill_n(five.begin() + static_cast<std::ptrdiff_t>(30000 * i), 100, 2000.0);
  const auto few = test::record(Model(kLayer5), five, 0.1, 4);
  ASSERT_EQ(few.spikes_ms[0].size(), 5U);
  const Fitted of_few = fit_recovering(few);
  EXPECT_EQ(of_few.fit.status, FitStatus::failed);
  EXPECT_FALSE(of_few.fit.reason.empty());

  const auto bursting = test::record(Model(kLayer5), test::bursts(weak(30000.0), 900.0, 0.1), 0.1, 4);
  ASSERT_GT(bursting.spikes_ms[0].size(), 50U);
  expect_no_NaN(fit_recovering(bursting, 20).fit);

  const auto half = test::record(
      Model(kLayer5), test::silent_half(test::badel_noise(300.0, 250.0, 30000.0, 0.1, 4), 0.0), 0.1, 4);
  expect_no_NaN(fit_recovering(half, 20).fit);
}

TEST(RefractoryFit, IsNoBetterIdentifiedThanTheEifItExtends) {
  ModelFit wide = layer5().eif;
  wide.status = FitStatus::not_identified;
  wide.reason = "because";
  const PostSpikeMoments moments = gather_post_spike(
      layer5().recording, layer5().spikes_ms, finer_edges(post_spike_edges(layer5().spikes_ms, 4.0, {}), 2),
      layer5().blocks, {}, 1);
  const ModelFit found = fit_refractory(post_spike_curves(moments, 284.0), wide);
  EXPECT_EQ(found.status, FitStatus::not_identified);
  EXPECT_THAT(found.reason, testing::HasSubstr("because"));
}

TEST(RefractoryFit, RefusesOptionsOutOfRange) {
  for (const auto change : std::vector<void (*)(RefractoryFitOptions&)>{
           [](RefractoryFitOptions& o) { o.widest_Delta_T_mV = 0.0; },
           [](RefractoryFitOptions& o) { o.widest_error = 0.0; },
           [](RefractoryFitOptions& o) { o.widest_threshold_error_mV = -1.0; },
           [](RefractoryFitOptions& o) { o.min_bins = 12; }}) {
    RefractoryFitOptions options;
    change(options);
    EXPECT_THROW(options.validate(), OptionError);
  }
}

}  // namespace
}  // namespace libfit
