// Where a GIF's threshold is, against what can be said by hand.
#include "libfit/model/gif_threshold.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

Gif plain() {
  Gif m;
  m.C_pF = 100.0;
  m.g_nS = 5.0;
  m.E_mV = -65.0;
  m.reference_mV = -60.0;
  m.log_rate_per_ms = -8.0;
  m.filters = {{0.0, 0.5}};
  adopt_membrane_as_drive(m);
  return m;
}

// log hazard = -8 + 0.5 (U + 60) reaches log 0.1 at U = -60 + (8 + log 0.1) / 0.5, whatever came before.
TEST(GifThreshold, OfAPlainGifIsFixed) {
  const double expected = -60.0 + (8.0 + std::log(0.1)) / 0.5;
  EXPECT_NEAR(*threshold_mV(plain(), -60.0, -60.0, 0.0), expected, 1e-9);
  EXPECT_NEAR(*threshold_mV(plain(), -60.0, -75.0, 30.0), expected, 1e-9);
  const ThresholdResponse response = threshold_response(plain(), -60.0, -10.0, {1.0, 100.0});
  EXPECT_NEAR(response.change_mV[0], 0.0, 1e-9);
  EXPECT_NEAR(*response.settled_mV, 0.0, 1e-9);
  EXPECT_FALSE(response.t63_ms);
}

// A state so slow that the rise does not move it shifts the threshold by -weight / slope times what it holds,
// and it is there with its own time constant.
TEST(GifThreshold, OfASlowStateFollowsWithItsTimeConstant) {
  Gif cell = plain();
  cell.thresholds = {{5000.0, -62.0, 0.01, 1.0, -0.1}};
  const double at_rest = *threshold_mV(cell, -60.0, -60.0, 0.0);
  const double settled = *threshold_mV(cell, -60.0, -55.0, 1e6);
  // From 2 to 7 mV above the knot.
  EXPECT_NEAR(settled - at_rest, 0.1 * 5.0 / 0.5, 0.02);
  const ThresholdResponse response = threshold_response(cell, -60.0, 5.0, {1.0, 5000.0, 50000.0});
  EXPECT_NEAR(response.change_mV[1] / *response.settled_mV, 1.0 - std::exp(-1.0), 0.01);
  EXPECT_NEAR(*response.t63_ms, 5000.0, 150.0);
  EXPECT_LT(response.change_mV[0], 0.05);
}

TEST(GifThreshold, IsAbsentWhereASpikeComesAtOnceOrNever) {
  EXPECT_FALSE(threshold_mV(plain(), -60.0, -40.0, 10.0));
  Gif silent = plain();
  silent.filters.front().weight_per_mV = 0.0;
  EXPECT_FALSE(threshold_mV(silent, -60.0, -60.0, 0.0));
  EXPECT_TRUE(std::isnan(threshold_response(silent, -60.0, 10.0, {1.0}).change_mV[0]));
  EXPECT_THROW(threshold_mV(plain(), -60.0, -60.0, -1.0), ContractError);
}

}  // namespace
}  // namespace libfit
