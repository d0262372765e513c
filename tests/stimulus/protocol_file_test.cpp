#include "libfit/stimulus/protocol_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/core/random.hpp"

namespace libfit {
namespace {

using testing::HasSubstr;

Protocol short_protocol(const char* name = "pozzorini") {
  ProtocolOptions options;
  options.electrode_s = 3.0;
  options.training_s = 6.0;
  options.test_s = 4.0;
  return make_protocol(name, options);
}

// What comes back from a rig: later by `delay` samples, on a holding current, with a noisy monitor.
Sweep recorded(const std::vector<double>& played, std::ptrdiff_t delay, double gain = 1.0) {
  RandomStream random(11);
  Sweep sweep;
  sweep.dt_ms = 0.1;
  const std::ptrdiff_t size = std::ssize(played) + std::max<std::ptrdiff_t>(delay, 0) + 500;
  for (std::ptrdiff_t k = 0; k < size; ++k) {
    const std::ptrdiff_t at = k - delay;
    const double value = at >= 0 && at < std::ssize(played) ? played[static_cast<std::size_t>(at)] : 0.0;
    sweep.current_pA.push_back(gain * value - 40.0 + 5.0 * random.normal());
  }
  return sweep;
}

TEST(ProtocolFile, IsReadBackToTheLastBitOfItsCurrents) {
  for (const char* name : {"pozzorini", "badel", "steps"}) {
    const ProtocolDocument document{short_protocol(name), {{"test", "test.atf"}}, "{\"note\": 1}"};
    const std::string text = to_json_text(document);
    const ProtocolDocument back = parse_protocol(text, "file");
    EXPECT_EQ(to_json_text({back.protocol, back.files, back.provenance_json}), text);
    ASSERT_EQ(back.protocol.blocks.size(), document.protocol.blocks.size());
    for (std::size_t b = 0; b < back.protocol.blocks.size(); ++b) {
      EXPECT_EQ(block_currents(back.protocol, back.protocol.blocks[b]),
                block_currents(document.protocol, document.protocol.blocks[b]));
    }
  }
}

TEST(ProtocolFile, IsRefusedWithWhatIsWrong) {
  const std::string good = to_json_text({short_protocol(), {}, "{}"});
  const auto refused = [&](const std::string& from, const std::string& to, const std::string& says) {
    std::string text = good;
    const std::size_t place = text.find(from);
    ASSERT_NE(place, std::string::npos) << from;
    text.replace(place, from.size(), to);
    try {
      parse_protocol(text, "file.json");
      ADD_FAILURE() << "accepted with " << to;
    } catch (const InputError& problem) {
      EXPECT_THAT(problem.what(), HasSubstr("file.json: "));
      EXPECT_THAT(problem.what(), HasSubstr(says));
    }
  };
  refused("dyniv.stimulus", "dyniv.model", "is no protocol");
  refused("\"version\": 1", "\"version\": 2", "version 2");
  refused("\"dt_ms\": 0.1", "\"dt_ms\": 0", "dt_ms is 0");
  refused("\"dt_ms\"", "\"dt\"", "key dt_ms");
  refused("ou:", "uo:", "is no current");
  refused("\"duration_ms\": 3200.0", "\"duration_ms\": 1e99", "a block of 1 sweeps");
  refused("\"stream\": 0", "\"stream\": \"x\"", "key stream");
  for (const char* number : {"5.5e84", "-1", "0.5", "18446744073709551616"})
    refused("\"seed\": 1", std::string("\"seed\": ") + number, "key seed");
  refused("\"version\": 1", "\"version\": 4294967297", "key version");
  refused("{", "[", "is not JSON");
  // 200,000 levels, which no walk through them survives.
  const std::size_t depth = 200000;
  refused("\"blocks\": ", "\"deep\": " + std::string(depth, '[') + std::string(depth, ']') + ", \"blocks\": ",
          "nested deeper than 64 levels");
  EXPECT_THROW(to_json_text({short_protocol(), {}, "{\"seed\": 1}"}), ContractError);
}

TEST(Recognise, TellsEveryBlockWhateverDelayOffsetAndNoise) {
  const Protocol protocol = short_protocol();
  for (const ProtocolBlock& block : protocol.blocks) {
    const auto played = block_currents(protocol, block).front();
    for (const std::ptrdiff_t delay : {7, 1563, -3000}) {
      const auto found = recognise(protocol, recorded(played, delay));
      ASSERT_TRUE(found) << block.name << " " << delay;
      EXPECT_EQ(found->role, block.role);
      EXPECT_EQ(found->block, block.name);
      EXPECT_NEAR(found->begins_ms, 0.1 * static_cast<double>(delay), 1e-9);
      EXPECT_NEAR(found->gain, 1.0, 0.02);
      EXPECT_NEAR(found->offset_pA, -40.0, 1.0);
      EXPECT_GT(found->correlation, 0.95);
    }
  }
}

TEST(Recognise, TellsTheGainAndTheSweepAlsoAtAnotherSamplingRate) {
  const Protocol protocol = short_protocol("badel");
  const ProtocolBlock& training = protocol.blocks[1];
  const auto played = block_currents(protocol, training)[4];
  Sweep sweep = recorded(played, 100, 0.5);
  auto found = recognise(protocol, sweep);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->role, "training");
  EXPECT_EQ(found->sweep, 4U);
  EXPECT_NEAR(found->gain, 0.5, 0.02);
  // Every sample twice: a rig that records at 20 kHz what is played at 10.
  Sweep fast;
  fast.dt_ms = 0.05;
  for (const double value : sweep.current_pA) fast.current_pA.insert(fast.current_pA.end(), 2, value);
  found = recognise(protocol, fast);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->sweep, 4U);
  EXPECT_NEAR(found->begins_ms, 10.0, 0.051);
}

TEST(Recognise, FindsNothingInAnotherNoise) {
  ProtocolOptions other;
  other.seed = 2;
  other.training_s = 6.0;
  const Protocol foreign = make_protocol("pozzorini", other);
  EXPECT_FALSE(recognise(short_protocol(), recorded(block_currents(foreign, foreign.blocks[1]).front(), 0)));
  Sweep silent;
  silent.dt_ms = 0.1;
  silent.current_pA.assign(20000, 3.0);
  EXPECT_FALSE(recognise(short_protocol(), silent));
}

}  // namespace
}  // namespace libfit
