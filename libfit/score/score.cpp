#include "libfit/score/score.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/score/coincidence.hpp"
#include "libfit/score/md_star.hpp"
#include "libfit/score/score_intervals.hpp"
#include "libfit/score/spike_trains.hpp"

namespace libfit {
namespace {

std::vector<std::size_t> spikes_of_each(const SpikeTrains& trains) {
  std::vector<std::size_t> counts;
  for (const SpikeTrain& train : trains) counts.push_back(train.size());
  return counts;
}

double mean_rate_Hz(const SpikeTrains& trains, double duration_ms) {
  return 1000.0 * static_cast<double>(count_spikes(trains)) / static_cast<double>(trains.size()) /
         duration_ms;
}

void warn_of_units(const SpikeTrains& trains, const char* whose, SpikeScore& score) {
  constexpr std::size_t kEnough = 10;
  constexpr double kSecondsInMs = 1000.0;
  if (count_spikes(trains) < kEnough) return;
  double last_ms = 0.0;
  for (const SpikeTrain& train : trains) {
    if (!train.empty()) last_ms = std::max(last_ms, train.back());
  }
  if (last_ms <= 2.0 * score.duration_ms / kSecondsInMs) {
    score.warnings.push_back(
        fmt::format("the last spike of the {} is at {} ms of {} ms: are its times in seconds?", whose,
                    last_ms, score.duration_ms));
  }
}

void warn_of_thin_data(const SpikeTrains& data, const SpikeTrains& model, SpikeScore& score) {
  constexpr std::size_t kThin = 20;
  if (data.size() == 1) {
    score.warnings.emplace_back(
        "one repetition of the data: no score can be set against what the cell itself repeats, and the "
        "explained-variance ratio is the raw explained variance");
  }
  if (count_spikes(data) < kThin) {
    score.warnings.push_back(fmt::format(
        "the data hold {} spikes: every score is uncertain beyond its interval", count_spikes(data)));
  }
  if (count_spikes(model) == 0) score.warnings.emplace_back("the model never fires");
}

template <typename IntervalOf>
void add_interval(ScoreValue& score, const std::string& why_not, IntervalOf&& interval_of) {
  if (!score.value) return;
  score.reason = why_not;
  if (!why_not.empty()) return;
  score.ci95 = interval_of();
  if (!score.ci95) score.reason = "no interval: the score is undefined in most bootstrap draws";
}

}  // namespace

void ScoreOptions::validate() const {
  check_options({{"window_ms", window_ms, window_ms > 0.0 && std::isfinite(window_ms), "> 0 and finite"},
                 {"block_ms", block_ms, block_ms > 0.0 && std::isfinite(block_ms), "> 0 and finite"},
                 {"draws", static_cast<double>(draws), draws == 0 || (draws >= 100 && draws <= 1000000),
                  "0 or in [100, 1000000]"}});
  for (const double sigma_ms : sigmas_ms) {
    check_options({{"sigma_ms", sigma_ms, sigma_ms > 0.0 && std::isfinite(sigma_ms), "> 0 and finite"}});
  }
}

SpikeScore score_spike_trains(const SpikeTrains& data, const SpikeTrains& model, double duration_ms,
                              const ScoreOptions& options) {
  options.validate();
  check_options(
      {{"duration_ms", duration_ms, duration_ms > 0.0 && std::isfinite(duration_ms), "> 0 and finite"}});
  for (const double sigma_ms : options.sigmas_ms) {
    check_options({{"sigma_ms", sigma_ms, sigma_is_resolved(sigma_ms, duration_ms), kSigmaRule}});
  }
  require(!data.empty() && !model.empty(), "score_spike_trains: both sets need a train");
  require_spike_trains(data, duration_ms);
  require_spike_trains(model, duration_ms);
  const TimeBlocks blocks = score_blocks(duration_ms, options.block_ms, data.size() * model.size());
  const double window_ms = options.window_ms;
  SpikeScore score;
  score.data_spikes = spikes_of_each(data);
  score.model_spikes = spikes_of_each(model);
  score.data_rate_Hz = mean_rate_Hz(data, duration_ms);
  score.model_rate_Hz = mean_rate_Hz(model, duration_ms);
  score.window_ms = window_ms;
  score.duration_ms = duration_ms;
  score.block_ms = blocks.length_ms;
  score.blocks = blocks.count;
  const std::string why_not = why_no_interval(duration_ms, blocks, window_ms, options.draws);
  const BootstrapOptions bootstrap{why_not.empty() ? options.draws : 0, options.seed, options.threads};

  score.gamma = mean_coincidence_factor(data, model, duration_ms, window_ms);
  add_interval(score.gamma, why_not,
               [&] { return gamma_interval(data, model, window_ms, blocks, bootstrap); });
  score.reliability_gamma = reliability_gamma(data, duration_ms, window_ms);
  score.gamma_A = relative_coincidence_factor(score.gamma, score.reliability_gamma);
  score.md_star = md_star(data, model, window_ms);
  add_interval(score.md_star, why_not,
               [&] { return md_star_interval(data, model, window_ms, blocks, bootstrap); });
  score.reliability_md = reliability_md(data, window_ms);
  for (const double sigma_ms : options.sigmas_ms) {
    auto part = score_explained_variance(data, model, sigma_ms, blocks, bootstrap);
    add_interval(part.ratio, why_not, [&] { return part.ratio.ci95; });
    score.explained_variance.push_back(std::move(part));
  }
  warn_of_units(data, "data", score);
  warn_of_units(model, "model", score);
  warn_of_thin_data(data, model, score);
  return score;
}

}  // namespace libfit
