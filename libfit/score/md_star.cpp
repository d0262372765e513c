#include "libfit/score/md_star.hpp"

#include <cmath>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

void require_window(double window_ms) {
  check_options({{"window_ms", window_ms, window_ms > 0.0 && std::isfinite(window_ms), "> 0"}});
}

double mean_product(const SpikeTrains& first, const SpikeTrains& second, double window_ms) {
  std::uint64_t sum = 0;
  for (const SpikeTrain& a : first) {
    for (const SpikeTrain& b : second) sum += kistler_product(a, b, window_ms);
  }
  return static_cast<double>(sum) / static_cast<double>(first.size()) / static_cast<double>(second.size());
}

}  // namespace

std::uint64_t kistler_product(std::span<const double> first_ms, std::span<const double> second_ms,
                              double window_ms) {
  std::uint64_t sum = 0;
  for_each_neighbour_count(first_ms, second_ms, window_ms,
                           [&sum](std::size_t, std::size_t count) { sum += count; });
  return sum;
}

std::optional<double> unbiased_norm(const SpikeTrains& trains, double window_ms) {
  if (trains.size() < 2) return std::nullopt;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < trains.size(); ++i) {
    for (std::size_t j = i + 1; j < trains.size(); ++j)
      sum += kistler_product(trains[i], trains[j], window_ms);
  }
  const auto count = static_cast<double>(trains.size());
  return 2.0 * static_cast<double>(sum) / (count * (count - 1.0));
}

ScoreValue md_star(const SpikeTrains& data, const SpikeTrains& model, double window_ms) {
  require_window(window_ms);
  require(!data.empty() && !model.empty(), "md_star: both sets need a train");
  const auto data_norm = unbiased_norm(data, window_ms);
  if (!data_norm) {
    return {std::nullopt, std::nullopt,
            "one repetition of the data: Md* needs two to separate signal from noise"};
  }
  const double model_norm = model.size() == 1
                                ? static_cast<double>(kistler_product(model[0], model[0], window_ms))
                                : *unbiased_norm(model, window_ms);
  const double norms = *data_norm + model_norm;
  if (norms <= 0.0) {
    return {std::nullopt, std::nullopt, "no two trains of the data or of the model share a spike"};
  }
  return {2.0 * mean_product(data, model, window_ms) / norms, std::nullopt, {}};
}

ScoreValue reliability_md(const SpikeTrains& data, double window_ms) {
  require_window(window_ms);
  const auto shared = unbiased_norm(data, window_ms);
  if (!shared) return {std::nullopt, std::nullopt, "one repetition shows nothing of the reliability"};
  std::uint64_t own = 0;
  for (const SpikeTrain& train : data) own += kistler_product(train, train, window_ms);
  if (own == 0) return {std::nullopt, std::nullopt, "the data hold no spike"};
  return {*shared / (static_cast<double>(own) / static_cast<double>(data.size())), std::nullopt, {}};
}

}  // namespace libfit
