#include "libfit/score/model_comparison.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "libfit/core/error.hpp"
#include "libfit/score/coincidence.hpp"
#include "libfit/score/md_star.hpp"
#include "libfit/score/score_intervals.hpp"
#include "libfit/score/spike_trains.hpp"

namespace libfit {
namespace {

// A score and what its differences need; no draws where the score is absent.
struct Drawn {
  ScoreValue score;
  std::optional<ScoreDraws> draws;
};

template <typename Draw>
Drawn drawn(ScoreValue score, const std::string& why_not, Draw&& draw) {
  Drawn result{std::move(score), std::nullopt};
  if (!result.score.value) return result;
  result.draws = draw();
  result.score.ci95 = interval_of(*result.draws);
  result.score.reason = why_not;
  return result;
}

ScoreValue difference_of(const Drawn& first, const Drawn& second) {
  if (!first.draws || !second.draws)
    return {std::nullopt, std::nullopt, first.draws ? second.score.reason : first.score.reason};
  const ScoreDraws draws = difference(*first.draws, *second.draws);
  return {*first.score.value - *second.score.value, interval_of(draws), first.score.reason};
}

std::size_t most_trains(const std::vector<SpikeTrains>& models) {
  std::size_t most = 1;
  for (const SpikeTrains& trains : models) most = std::max(most, trains.size());
  return most;
}

}  // namespace

ModelComparison compare_models(const SpikeTrains& data, const std::vector<SpikeTrains>& models,
                               double duration_ms, const ScoreOptions& options) {
  options.validate();
  check_options(
      {{"duration_ms", duration_ms, duration_ms > 0.0 && std::isfinite(duration_ms), "> 0 and finite"}});
  require(!data.empty(), "compare_models: the data need a train");
  require_spike_trains(data, duration_ms);
  // One division for all models: differences need the same blocks.
  const TimeBlocks blocks = score_blocks(duration_ms, options.block_ms, data.size() * most_trains(models));
  const double window_ms = options.window_ms;
  const std::string why_not = why_no_interval(duration_ms, blocks, window_ms, options.draws);
  const BootstrapOptions bootstrap{why_not.empty() ? options.draws : 0, options.seed, options.threads};
  ModelComparison result;
  result.reliability_gamma = reliability_gamma(data, duration_ms, window_ms);
  result.reliability_md = reliability_md(data, window_ms);
  std::vector<Drawn> md, gamma;
  for (const SpikeTrains& model : models) {
    require(!model.empty(), "compare_models: every model needs a train");
    require_spike_trains(model, duration_ms);
    md.push_back(drawn(md_star(data, model, window_ms), why_not,
                       [&] { return draw_md_star(data, model, window_ms, blocks, bootstrap); }));
    gamma.push_back(drawn(mean_coincidence_factor(data, model, duration_ms, window_ms), why_not,
                          [&] { return draw_gamma(data, model, window_ms, blocks, bootstrap); }));
    result.models.push_back({md.back().score, gamma.back().score});
  }
  for (std::size_t i = 0; i < models.size(); ++i) {
    for (std::size_t j = i + 1; j < models.size(); ++j)
      result.differences.push_back({i, j, difference_of(md[i], md[j]), difference_of(gamma[i], gamma[j])});
  }
  return result;
}

}  // namespace libfit
