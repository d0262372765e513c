#include "libfit/characterize/recording_length.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

const Eif kEif{150.0, 10.0, -65.0, -50.0, 1.5, 20.0, {-60.0, 3.0}};

RecordingLengthOptions short_options() {
  RecordingLengthOptions options;
  options.duration_ms = 30000.0;
  options.replicates = 3;
  return options;
}

TEST(RecordingLength, GrowsWithTheSquareOfThePrecision) {
  RecordingLengthOptions options = short_options();
  const NoiseOptions noise = pozzorini_2015_noise(110.0, 120.0);
  const RecordingLength coarse = estimate_recording_length(kEif, noise, options);
  ASSERT_EQ(coarse.fitted, 3U);
  ASSERT_EQ(coarse.parameters.size(), 5U);  // C, g, E, V_T, Delta_T
  EXPECT_EQ(coarse.parameters[0].name, "C_pF");
  EXPECT_NEAR(coarse.parameters[0].bias, 0.0, 15.0);
  options.precision /= 2.0;
  options.precision_mV /= 2.0;
  options.threads = 1;
  const RecordingLength fine = estimate_recording_length(kEif, noise, options);
  EXPECT_NEAR(*fine.needed_s, 4.0 * *coarse.needed_s, 1e-9 * *fine.needed_s);
}

TEST(RecordingLength, RefusesWhatMakesNoSense) {
  const auto refused = [](auto change) {
    RecordingLengthOptions options = short_options();
    change(options);
    EXPECT_THROW(estimate_recording_length(kEif, pozzorini_2015_noise(0.0, 1.0), options), OptionError);
  };
  refused([](RecordingLengthOptions& o) { o.duration_ms = 0.0; });
  refused([](RecordingLengthOptions& o) { o.dt_ms = -1.0; });
  refused([](RecordingLengthOptions& o) { o.precision = 0.0; });
  refused([](RecordingLengthOptions& o) { o.precision_mV = 0.0; });
  refused([](RecordingLengthOptions& o) { o.hidden_current_share = -1.0; });
  refused([](RecordingLengthOptions& o) { o.voltage_noise_mV = std::nan(""); });
  refused([](RecordingLengthOptions& o) { o.replicates = 2; });
  const Adex adex{150.0, 10.0, -65.0, -50.0, 1.5, 2.0, 50.0, 100.0, 20.0, {-60.0, 3.0}};
  EXPECT_THROW(estimate_recording_length(adex, pozzorini_2015_noise(0.0, 1.0), short_options()), DataError);
}

}  // namespace
}  // namespace libfit
