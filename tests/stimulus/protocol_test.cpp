#include "libfit/stimulus/protocol.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>
#include <set>

#include "libfit/core/error.hpp"
#include "libfit/core/statistics.hpp"

namespace libfit {
namespace {

std::vector<double> current_of(const Protocol& protocol, const std::string& block, std::size_t sweep = 0) {
  for (const ProtocolBlock& b : protocol.blocks) {
    if (b.name == block) return block_currents(protocol, b).at(sweep);
  }
  ADD_FAILURE() << "no block " << block;
  return {};
}

TEST(Protocol, EveryOneHasItsBlocksItsLengthAndASilentBeginning) {
  ProtocolOptions options;
  options.electrode_s = 2.0;
  options.training_s = 6.0;
  options.test_s = 1.0;
  options.step_count = 3.0;
  for (const std::string_view name : protocol_names()) {
    const Protocol protocol = make_protocol(name, options);
    for (const ProtocolBlock& block : protocol.blocks) {
      for (const auto& current : block_currents(protocol, block)) {
        EXPECT_NEAR(static_cast<double>(current.size()) * 0.1, block.duration_ms, 1e-6) << name;
        for (std::size_t k = 0; k < 2000; ++k) ASSERT_EQ(current[k], 0.0) << name << block.name;
        for (const double value : current) ASSERT_EQ(value, double{static_cast<float>(value)});
      }
    }
  }
  const Protocol badel = make_protocol("badel", options);
  ASSERT_EQ(badel.blocks.size(), 3U);
  EXPECT_EQ(badel.blocks[1].sweeps.size(), 6U);
  // electrode 2.2 s, six parts of 1.2 s, ten tests of 1.2 s
  EXPECT_NEAR(playing_time_ms(badel), 2200.0 + 6.0 * 1200.0 + 10.0 * 1200.0, 1e-6);
  EXPECT_EQ(make_protocol("pozzorini", options).blocks[1].role, "training");
  EXPECT_EQ(make_protocol("electrode", options).blocks.size(), 1U);
}

TEST(Protocol, StepsGoFromTheFirstAmplitudeToTheLast) {
  ProtocolOptions options;
  options.step_count = 5.0;
  const Protocol protocol = make_protocol("steps", options);
  const auto currents = block_currents(protocol, protocol.blocks[0]);
  ASSERT_EQ(currents.size(), 5U);
  for (std::size_t s = 0; s < 5; ++s) {
    EXPECT_EQ(currents[s][2499], 0.0);
    EXPECT_EQ(currents[s][2500], -100.0 + 100.0 * static_cast<double>(s));
    EXPECT_EQ(currents[s][7499], -100.0 + 100.0 * static_cast<double>(s));
    EXPECT_EQ(currents[s][7500], 0.0);
  }
}

TEST(Protocol, NoTwoSweepsShareTheirNoiseAndOneSeedIsOneProtocol) {
  ProtocolOptions options;
  options.training_s = 12.0;
  for (const char* name : {"pozzorini", "badel"}) {
    const Protocol protocol = make_protocol(name, options);
    std::set<double> last;
    std::size_t count = 0;
    for (const ProtocolBlock& block : protocol.blocks) {
      EXPECT_EQ(block_currents(protocol, block), block_currents(protocol, block));
      for (const auto& current : block_currents(protocol, block)) {
        last.insert(current.back());
        ++count;
      }
    }
    EXPECT_EQ(last.size(), count);
    options.seed = 2;
    EXPECT_NE(current_of(protocol, "test"), current_of(make_protocol(name, options), "test"));
    options.seed = 1;
  }
}

// SD of the mean: sd sqrt(2 tau/T); of the variance: variance sqrt(2 tau/T). Swing of the SD by half: the
// variance is 1 + 1/8 times that without, over whole periods.
TEST(Protocol, TheNoiseHasTheMeanTheSdAndTheCorrelationTimeAsAsked) {
  ProtocolOptions options;
  options.training_s = 200.0;
  options.mean_pA = 60.0;
  options.sd_pA = 150.0;
  const auto training = current_of(make_protocol("pozzorini", options), "training");
  const std::vector<double> noise(training.begin() + 2000, training.end());
  const double error = 4.0 * std::sqrt(2.0 * 3.0 / 200000.0);
  const double variance_asked = 150.0 * 150.0 * 1.125;
  EXPECT_NEAR(*mean(noise), 60.0, error * 150.0);
  EXPECT_NEAR(*variance(noise), variance_asked, 2.0 * error * variance_asked);
  double at_tau = 0.0;
  for (std::size_t k = 30; k < noise.size(); ++k)
    at_tau += (noise[k] - 60.0) * (noise[k - 30] - 60.0) / static_cast<double>(noise.size() - 30);
  EXPECT_NEAR(at_tau, variance_asked * std::exp(-1.0), 2.0 * error * variance_asked);
}

// Two-sided spectrum of an OU process, 2 sd^2 tau / (1 + (2 pi f tau)^2), summed over both; the mean of n
// periodograms has a relative SD of 1/sqrt(n). Leakage at 1 s is below a percent here.
TEST(Protocol, TheNoiseOfTwoProcessesHasItsSpectrum) {
  ProtocolOptions options;
  options.test_s = 150.0;
  options.sd_pA = 100.0;
  const auto test = current_of(make_protocol("badel", options), "test");
  constexpr std::size_t kSegment = 10000;
  for (const double frequency_Hz : {2.0, 20.0, 80.0}) {
    double power = 0.0;
    for (std::size_t begin = 2000; begin + kSegment <= test.size(); begin += kSegment) {
      std::complex<double> sum = 0.0;
      for (std::size_t k = 0; k < kSegment; ++k)
        sum += test[begin + k] *
               std::polar(1.0, -2.0 * std::numbers::pi * frequency_Hz * 1e-4 * static_cast<double>(k));
      power += std::norm(sum) * 0.1 / static_cast<double>(kSegment) / 150.0;
    }
    double asked = 0.0;
    for (const double tau : {3.0, 10.0}) {
      const double turn = 2.0 * std::numbers::pi * frequency_Hz * tau / 1000.0;
      asked += 2.0 * 5000.0 * tau / (1.0 + turn * turn);
    }
    EXPECT_NEAR(power, asked, 4.0 / std::sqrt(150.0) * asked) << frequency_Hz;
  }
}

TEST(Protocol, RefusesWhatMakesNoSense) {
  EXPECT_THROW(make_protocol("pozzorino"), OptionError);
  const auto refused = [](auto change) {
    ProtocolOptions options;
    change(options);
    EXPECT_THROW(make_protocol("pozzorini", options), OptionError);
  };
  refused([](ProtocolOptions& o) { o.dt_ms = 0.0; });
  refused([](ProtocolOptions& o) { o.lead_ms = -1.0; });
  refused([](ProtocolOptions& o) { o.electrode_s = -1.0; });
  refused([](ProtocolOptions& o) { o.training_s = 0.0; });
  refused([](ProtocolOptions& o) { o.test_s = std::nan(""); });
  refused([](ProtocolOptions& o) { o.repetitions = 1.5; });
  refused([](ProtocolOptions& o) { o.electrode_sd_pA = 0.0; });
  refused([](ProtocolOptions& o) { o.mean_pA = std::nan(""); });
  refused([](ProtocolOptions& o) { o.sd_pA = -1.0; });
  refused([](ProtocolOptions& o) { o.step_count = 0.0; });
  refused([](ProtocolOptions& o) { o.step_ms = 0.0; });
  refused([](ProtocolOptions& o) { o.step_pause_ms = 0.0; });
  refused([](ProtocolOptions& o) { o.step_first_pA = std::nan(""); });
  refused([](ProtocolOptions& o) { o.step_last_pA = std::nan(""); });
  ProtocolOptions none;
  none.electrode_s = 0.0;
  EXPECT_THROW(make_protocol("electrode", none), OptionError);
}

}  // namespace
}  // namespace libfit
