#include "libfit/stimulus/stimulus_spec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

using testing::HasSubstr;

// Every kind with every key that it has.
constexpr std::string_view kEverything =
    "step:begin_ms=100,end_ms=600.25,amplitude_pA=-200 pulse:at_ms=50,charge_fC=500,width_ms=0.3,count=4,"
    "period_ms=20 ramp:end_ms=700,from_pA=-1,to_pA=300 sine:begin_ms=3,amplitude_pA=50,frequency_Hz=8,"
    "phase_deg=45 chirp:amplitude_pA=50,from_Hz=1,to_Hz=40 log_chirp:amplitude_pA=0.1,from_Hz=40,to_Hz=1 "
    "ou:begin_ms=1,end_ms=999,sd_pA=100/50,tau_ms=3/10,mean_pA=20,modulation_depth=0.5,modulation_Hz=0.3,"
    "seed=18446744073709551615 poisson:rate_Hz=800,charge_fC=60,tau_ms=5,tau_rise_ms=0.5,seed=3";

TEST(StimulusSpec, GoesThroughWordsAndBackUnchanged) {
  const auto parts = parse_stimulus(kEverything);
  EXPECT_EQ(parts.size(), 8U);
  EXPECT_EQ(stimulus_as_text(parts), kEverything);
}

TEST(StimulusSpec, MeansWhatItSays) {
  const StimulusOptions options{1000.0, 0.1, 3, 0};
  const auto same = [&](std::string_view words, const StimulusPart& part) {
    EXPECT_EQ(stimulus_current(parse_stimulus(words), options),
              stimulus_current(std::vector<StimulusPart>{part}, options))
        << words;
  };
  same("constant:amplitude_pA=5", StepPart{{}, 5.0});
  same("step:begin_ms=100,end_ms=600,amplitude_pA=200", StepPart{{100.0, 600.0}, 200.0});
  same("pulse:at_ms=50,charge_fC=500", PulsePart{50.0, 500.0});
  same("ou:mean_pA=3,sd_pA=10/5,tau_ms=3/10", NoisePart{{}, badel_2008_noise(3.0, 10.0, 5.0), std::nullopt});
  same("log_chirp:amplitude_pA=2,from_Hz=1,to_Hz=40", ChirpPart{{}, 2.0, 1.0, 40.0, true});
}

TEST(StimulusSpec, IsToldFromTheNameOfAFile) {
  EXPECT_TRUE(is_stimulus_spec("step:amplitude_pA=5"));
  EXPECT_TRUE(is_stimulus_spec("ou:"));
  EXPECT_FALSE(is_stimulus_spec("step.txt"));
  EXPECT_FALSE(is_stimulus_spec("stairs:amplitude_pA=5"));
  EXPECT_FALSE(is_stimulus_spec("folder/step:1.txt"));
}

TEST(StimulusSpec, EveryExampleOfTheHelpIsUnderstood) {
  const std::string kinds = stimulus_kinds();
  for (std::size_t begin = 0; begin < kinds.size();) {
    const std::size_t end = kinds.find('\n', begin);
    EXPECT_EQ(parse_stimulus(kinds.substr(begin, end - begin)).size(), 1U);
    begin = end + 1;
  }
}

void expect_refused(std::string_view words, const std::string& sentence) {
  try {
    parse_stimulus(words);
    ADD_FAILURE() << words << " is accepted";
  } catch (const OptionError& problem) {
    EXPECT_THAT(problem.what(), HasSubstr(sentence)) << words;
  }
}

TEST(StimulusSpec, RefusesWhatItDoesNotUnderstandNamingThePlace) {
  expect_refused("", "without parts");
  expect_refused("stairs:amplitude_pA=5", "is no current");
  expect_refused("step", "is no current");
  expect_refused("step:", "has no values");
  expect_refused("step:amplitude_pA", "is no name=value");
  expect_refused("step:amplitude_pA=5,amplitude_pA=6", "given twice");
  expect_refused("step:begin_ms=5", "amplitude_pA is missing");
  expect_refused("step:amplitude_pA=5,amplitude=6", "there is no amplitude in it; it has begin_ms, end_ms");
  expect_refused("step:amplitude_pA=much", "amplitude_pA = much: is not a number");
  expect_refused("step:amplitude_pA=inf", "is not a number");
  expect_refused("step:amplitude_pA=", "is not a number");
  expect_refused("step:begin_ms=9,end_ms=3,amplitude_pA=1", "end_ms");
  expect_refused("ou:sd_pA=1/2,tau_ms=3", "2 values of sd_pA and 1 of tau_ms");
  expect_refused("ou:sd_pA=1,tau_ms=-3", "tau_ms");
  expect_refused("ou:sd_pA=1,tau_ms=3,seed=-1", "seed = -1");
  expect_refused("poisson:rate_Hz=5,charge_fC=1,tau_ms=0", "tau_ms");
}

}  // namespace
}  // namespace libfit
