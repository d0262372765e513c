#include "libfit/score/coincidence.hpp"

#include <fmt/format.h>

#include "libfit/core/error.hpp"
#include "libfit/score/spike_trains.hpp"

namespace libfit {
namespace {

std::string too_fast(std::size_t spikes, double duration_ms, double window_ms) {
  const auto count = static_cast<double>(spikes);
  return fmt::format(
      "the coincidence factor is not defined: {} spikes in {} ms give 2 nu Delta = {:.3g} at a window of {} "
      "ms, and it must stay below 1; take a window below {:.3g} ms",
      spikes, duration_ms, 2.0 * count / duration_ms * window_ms, window_ms, 0.5 * duration_ms / count);
}

// Running mean over pairs that knows why it may be absent.
class PairMean {
 public:
  PairMean(double duration_ms, double window_ms) : duration_ms_(duration_ms), window_ms_(window_ms) {}

  void add(const SpikeTrain& data, const SpikeTrain& model) {
    if (data.empty() && model.empty()) return;
    if (!window_resolves_rate(model.size(), duration_ms_, window_ms_)) {
      if (reason_.empty()) reason_ = too_fast(model.size(), duration_ms_, window_ms_);
      return;
    }
    sum_ += *coincidence_factor(data, model, duration_ms_, window_ms_);
    ++count_;
  }
  ScoreValue result(const std::string& reason_without_pairs) const {
    if (!reason_.empty()) return {std::nullopt, std::nullopt, reason_};
    if (count_ == 0) return {std::nullopt, std::nullopt, reason_without_pairs};
    return {sum_ / static_cast<double>(count_), std::nullopt, {}};
  }

 private:
  double duration_ms_;
  double window_ms_;
  double sum_ = 0.0;
  std::size_t count_ = 0;
  std::string reason_;
};

}  // namespace

std::size_t count_coincidences(std::span<const double> data_ms, std::span<const double> model_ms,
                               double window_ms) {
  std::size_t count = 0;
  for_each_coincidence(data_ms, model_ms, window_ms, [&count](std::size_t, std::size_t) { ++count; });
  return count;
}

bool window_resolves_rate(std::size_t model_spikes, double duration_ms, double window_ms) {
  return 2.0 * static_cast<double>(model_spikes) / duration_ms * window_ms < 1.0;
}

double coincidence_factor_of_counts(double coincidences, double data_spikes, double model_spikes,
                                    double duration_ms, double window_ms) {
  const double chance = 2.0 * model_spikes / duration_ms * window_ms;
  return (coincidences - chance * data_spikes) / (0.5 * (data_spikes + model_spikes)) / (1.0 - chance);
}

std::optional<double> coincidence_factor(const SpikeTrain& data, const SpikeTrain& model, double duration_ms,
                                         double window_ms) {
  check_options({{"duration_ms", duration_ms, duration_ms > 0.0 && std::isfinite(duration_ms), "> 0"},
                 {"window_ms", window_ms, window_ms > 0.0 && std::isfinite(window_ms), "> 0"}});
  require_spike_trains({data}, duration_ms);
  require_spike_trains({model}, duration_ms);
  if (data.empty() && model.empty()) return std::nullopt;
  if (!window_resolves_rate(model.size(), duration_ms, window_ms)) {
    throw DataError(too_fast(model.size(), duration_ms, window_ms));
  }
  return coincidence_factor_of_counts(static_cast<double>(count_coincidences(data, model, window_ms)),
                                      static_cast<double>(data.size()), static_cast<double>(model.size()),
                                      duration_ms, window_ms);
}

ScoreValue mean_coincidence_factor(const SpikeTrains& data, const SpikeTrains& model, double duration_ms,
                                   double window_ms) {
  PairMean mean(duration_ms, window_ms);
  for (const SpikeTrain& recorded : data) {
    for (const SpikeTrain& predicted : model) mean.add(recorded, predicted);
  }
  return mean.result("neither the data nor the model holds a spike");
}

ScoreValue reliability_gamma(const SpikeTrains& data, double duration_ms, double window_ms) {
  if (data.size() < 2) return {std::nullopt, std::nullopt, "one repetition shows nothing of the reliability"};
  PairMean mean(duration_ms, window_ms);
  for (std::size_t i = 0; i < data.size(); ++i) {
    for (std::size_t j = 0; j < data.size(); ++j) {
      if (i != j) mean.add(data[i], data[j]);
    }
  }
  return mean.result("the data hold no spike");
}

ScoreValue relative_coincidence_factor(const ScoreValue& gamma, const ScoreValue& reliability) {
  if (!gamma.value) return {std::nullopt, std::nullopt, gamma.reason};
  if (!reliability.value) return {std::nullopt, std::nullopt, reliability.reason};
  if (*reliability.value < kLeastReliabilityForRatio) {
    return {std::nullopt, std::nullopt,
            fmt::format("the intrinsic reliability of {:.3f} is below {}: the ratio would show its noise",
                        *reliability.value, kLeastReliabilityForRatio)};
  }
  return {*gamma.value / *reliability.value, std::nullopt, {}};
}

}  // namespace libfit
