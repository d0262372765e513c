#include "libfit/stimulus/protocol_scaling.hpp"

#include <gtest/gtest.h>

#include "libfit/core/error.hpp"
#include "libfit/stimulus/stimulus_scale.hpp"

namespace libfit {
namespace {

const Model kScaled = Lif{150.0, 10.0, -65.0, -50.0, {-60.0, 3.0}};

ProtocolOptions short_options() {
  ProtocolOptions options;
  options.training_s = 2.0;
  options.test_s = 1.0;
  return options;
}

TEST(ProtocolScaling, WithoutAModelTheGivenNumbersAreTaken) {
  ProtocolOptions options = short_options();
  const ProtocolScaling scaling = scale_protocol({20.0, 80.0, 30.0, {}, {}}, "badel", std::nullopt, options);
  EXPECT_EQ(options.mean_pA, 20.0);
  EXPECT_EQ(options.sd_pA, 80.0);
  EXPECT_EQ(options.electrode_sd_pA, 30.0);
  EXPECT_FALSE(scaling.voltage_sd_mV || scaling.electrode_voltage_sd_mV || scaling.rate_Hz);
}

TEST(ProtocolScaling, AVoltageSdIsMetToTheDigitsThatAreKept) {
  ProtocolOptions options = short_options();
  const ProtocolScaling scaling = scale_protocol({{}, {}, {}, 4.0, {}}, "badel", kScaled, options);
  EXPECT_NEAR(*scaling.voltage_sd_mV, 4.0, 4.0 * 5e-4);
  EXPECT_NEAR(*scaling.electrode_voltage_sd_mV, 0.5, 0.5 * 5e-4);
  EXPECT_NEAR(voltage_sd_mV(*membrane_filter(kScaled), protocol_noise("badel", options), options.dt_ms),
              *scaling.voltage_sd_mV, 1e-12);
}

TEST(ProtocolScaling, ARateSetsTheMeanOrTheSdWhereTheMeanIsGiven) {
  ProtocolOptions by_mean = short_options(), by_sd = short_options();
  const NoiseTargets mean{{}, 100.0, {}, {}, 8.0};
  EXPECT_NEAR(*scale_protocol(mean, "badel", kScaled, by_mean).rate_Hz, 8.0, 0.2);
  EXPECT_EQ(by_mean.sd_pA, 100.0);
  EXPECT_NE(by_mean.mean_pA, 0.0);
  const NoiseTargets sd{50.0, {}, {}, {}, 8.0};
  EXPECT_NEAR(*scale_protocol(sd, "badel", kScaled, by_sd).rate_Hz, 8.0, 0.2);
  EXPECT_EQ(by_sd.mean_pA, 50.0);
  EXPECT_NE(by_sd.sd_pA, 100.0);
}

TEST(ProtocolScaling, RefusesTargetsThatNeedAModelOrContradict) {
  ProtocolOptions options = short_options();
  EXPECT_THROW(scale_protocol({{}, {}, {}, 4.0, {}}, "badel", std::nullopt, options), OptionError);
  EXPECT_THROW(scale_protocol({{}, {}, {}, {}, 8.0}, "badel", std::nullopt, options), OptionError);
  EXPECT_THROW(scale_protocol({{}, 80.0, {}, 4.0, {}}, "badel", kScaled, options), OptionError);
  EXPECT_THROW(scale_protocol({20.0, 80.0, {}, {}, 8.0}, "badel", kScaled, options), OptionError);
  EXPECT_THROW(scale_protocol({20.0, {}, {}, 4.0, 8.0}, "badel", kScaled, options), OptionError);
}

}  // namespace
}  // namespace libfit
