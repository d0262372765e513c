// Which sweeps are repetitions, and which spikes of a model are predictions, on sweeps and trains set up by
// hand.
#include "libfit/characterize/prediction.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>

#include "libfit/characterize/prediction_internal.hpp"
#include "libfit/core/error.hpp"
#include "tests/signal/synthetic_cells.hpp"

namespace libfit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<double> noise(std::uint64_t seed) { return synthetic::white_noise(2000, 50.0, seed); }

// Sweeps numbered from 0, one for each current; the voltage is left flat.
Recording sweeps_of(std::initializer_list<std::vector<double>> currents) {
  Recording test;
  for (const auto& current : currents) {
    Sweep sweep = synthetic::one_sweep(current, std::vector<double>(current.size(), -65.0), 0.1).sweeps[0];
    sweep.number = test.sweeps.size();
    test.sweeps.push_back(std::move(sweep));
  }
  return test;
}

std::vector<std::size_t> numbers(const Recording& recording) {
  std::vector<std::size_t> all;
  for (const Sweep& sweep : recording.sweeps) all.push_back(sweep.number);
  return all;
}

// Noise of a monitor, a holding current and a gain leave the correlation near 1; another seed has none.
TEST(RepetitionsOfFirst, AreTheSweepsWhoseCurrentIsTheFirstOnes) {
  const auto first = noise(1);
  auto monitored = first, held = first;
  synthetic::add(monitored, synthetic::white_noise(first.size(), 10.0, 3));
  for (double& current : held) current = 1.1 * current + 30.0;
  std::vector<std::string> warnings;
  EXPECT_THAT(numbers(repetitions_of_first(sweeps_of({first, noise(2), monitored, held}), warnings)),
              ElementsAre(0, 2, 3));
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("test sweeps 1 carry another current than the first")));
}

// x + y with uncorrelated y of SD s has a correlation of 1 / sqrt(1 + s^2) with x of SD 1: 0.95 at s = 0.329.
TEST(RepetitionsOfFirst, CorrelateByMoreThanNinetyFivePercent) {
  const auto first = noise(1);
  auto closer = first, further = first;
  synthetic::add(closer, synthetic::white_noise(first.size(), 50.0 * 0.30, 4));
  synthetic::add(further, synthetic::white_noise(first.size(), 50.0 * 0.36, 4));
  std::vector<std::string> warnings;
  EXPECT_THAT(numbers(repetitions_of_first(sweeps_of({first, closer, further}), warnings)),
              ElementsAre(0, 1));
}

TEST(RepetitionsOfFirst, BeginAtTheFirstWholeSweep) {
  auto cut_short = noise(1);
  cut_short.resize(700);
  Recording test = sweeps_of({cut_short, noise(2), noise(2), noise(1)});
  test.sweeps[0].cut = true;
  std::vector<std::string> warnings;
  EXPECT_THAT(numbers(repetitions_of_first(test, warnings)), ElementsAre(1, 2));
  EXPECT_THAT(warnings,
              ElementsAre(HasSubstr("test sweeps 0 are not whole"), HasSubstr("test sweeps 3 carry")));
}

TEST(RepetitionsOfFirst, AreOfOneLengthAndOneRate) {
  auto shorter = noise(1);
  shorter.pop_back();
  std::vector<std::string> warnings;
  EXPECT_THROW(repetitions_of_first(sweeps_of({noise(1), shorter}), warnings), DataError);
  Recording slower = sweeps_of({noise(1), noise(1)});
  slower.sweeps[1].dt_ms = 0.2;
  EXPECT_THROW(repetitions_of_first(slower, warnings), DataError);
  EXPECT_THAT(warnings, IsEmpty());
}

// Two folds in blocks of 10 ms: fold 0 has [0, 10) and [20, 30), fold 1 has [10, 20) and [30, 40).
TEST(HeldOut, KeepsOfEachFoldTheSpikesInItsOwnBlocks) {
  const std::vector<SpikeTrains> of_folds{{{1.0, 9.0, 11.0, 25.0, 39.0}}, {{2.0, 10.0, 19.5, 21.0, 31.0}}};
  EXPECT_THAT(held_out(of_folds, 0.0, 10.0), ElementsAre(ElementsAre(1.0, 9.0, 10.0, 19.5, 25.0, 31.0)));
}

// A sweep that begins 15 ms into the recording: its [0, 5) ends the block of fold 1, [5, 15) is fold 0's.
TEST(HeldOut, CountsBlocksFromTheBeginningOfTheRecording) {
  const std::vector<SpikeTrains> of_folds{{{1.0, 6.0, 14.0, 16.0}}, {{2.0, 7.0, 13.0, 17.0}}};
  EXPECT_THAT(held_out(of_folds, 15.0, 10.0), ElementsAre(ElementsAre(2.0, 6.0, 14.0, 17.0)));
}

TEST(HeldOut, JoinsTrialByTrial) {
  const std::vector<SpikeTrains> of_folds{{{1.0}, {}, {12.0}}, {{13.0}, {14.0}, {2.0}}};
  EXPECT_THAT(held_out(of_folds, 0.0, 10.0),
              ElementsAre(ElementsAre(1.0, 13.0), ElementsAre(14.0), IsEmpty()));
}

TrainingPrediction predicted(std::string model, double bound, std::size_t spikes) {
  TrainingPrediction prediction;
  prediction.model = std::move(model);
  prediction.md_star_bound = bound;
  prediction.model_spikes = spikes;
  prediction.data_spikes = 100;
  return prediction;
}

ModelFit fitted(Model model, FitStatus status) {
  ModelFit fit;
  fit.model = std::move(model);
  fit.status = status;
  return fit;
}

TEST(BestOnTraining, HasTheHighestBoundAmongIdentifiedModelsThatFire) {
  const std::vector<ModelFit> fits{fitted(Eif(), FitStatus::ok), fitted(Lif(), FitStatus::ok),
                                   fitted(Qif(), FitStatus::not_identified)};
  const std::string eif = fit_name(fits[0]), lif = fit_name(fits[1]), qif = fit_name(fits[2]);
  EXPECT_EQ(
      best_on_training({predicted(eif, 0.6, 100), predicted(lif, 0.5, 100), predicted(qif, 0.9, 100)}, fits),
      eif);
  EXPECT_EQ(best_on_training({predicted(qif, 0.9, 100)}, fits), "");
}

// A rate of 1.6 times the cell's is a fault of the simulation, of which the score alone knows nothing.
TEST(BestOnTraining, IsSimulableOnlyAtAboutTheCellsRate) {
  const std::vector<ModelFit> fits{fitted(Eif(), FitStatus::ok), fitted(Lif(), FitStatus::ok)};
  const std::vector<TrainingPrediction> predictions{predicted(fit_name(fits[0]), 0.6, 160),
                                                    predicted(fit_name(fits[1]), 0.5, 100)};
  EXPECT_EQ(best_on_training(predictions, fits), fit_name(fits[0]));
  EXPECT_EQ(best_on_training(predictions, fits, true), fit_name(fits[1]));
}

}  // namespace
}  // namespace libfit
