#include "libfit/score/distances.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "libfit/core/error.hpp"
#include "libfit/core/spike_train.hpp"

namespace libfit {
namespace {

void require_train(std::span<const double> train) {
  require(std::is_sorted(train.begin(), train.end()) &&
              std::all_of(train.begin(), train.end(), [](double t) { return std::isfinite(t); }),
          "spike times must be finite and ascending");
}

// The train with its auxiliary spikes, every time once.
std::vector<double> bounded(std::span<const double> train, double duration_ms) {
  require_train(train);
  require(train.empty() || (train.front() >= 0.0 && train.back() <= duration_ms),
          "spike times must lie within [0, duration]");
  std::vector<double> times{0.0};
  times.insert(times.end(), train.begin(), train.end());
  times.push_back(duration_ms);
  times.erase(std::unique(times.begin(), times.end()), times.end());
  return times;
}

// Calls piece(begin, end, k1, k2) for every stretch between neighbouring spikes of either train, with the
// intervals [a[k1], a[k1+1]] and [b[k2], b[k2+1]] that it lies in.
template <typename Piece>
void for_each_piece(const std::vector<double>& a, const std::vector<double>& b, Piece&& piece) {
  std::size_t k1 = 0;
  std::size_t k2 = 0;
  double begin = 0.0;
  while (k1 + 1 < a.size() && k2 + 1 < b.size()) {
    const double end = std::min(a[k1 + 1], b[k2 + 1]);
    piece(begin, end, k1, k2);
    if (a[k1 + 1] == end) ++k1;
    if (b[k2 + 1] == end) ++k2;
    begin = end;
  }
}

double nearest_ms(double time_ms, const SpikeTrain& train) {
  const auto after = std::lower_bound(train.begin(), train.end(), time_ms);
  if (after == train.begin()) return *after - time_ms;
  if (after == train.end()) return time_ms - train.back();
  return std::min(*after - time_ms, time_ms - *(after - 1));
}

std::vector<double> nearest_of_all(const SpikeTrain& train, const std::vector<double>& other) {
  std::vector<double> distances;
  distances.reserve(train.size());
  for (const double time_ms : train) distances.push_back(nearest_ms(time_ms, other));
  return distances;
}

// One train's interval with the distances of its two spikes to the other train.
struct LocalInterval {
  double begin_ms;
  double end_ms;
  double begin_distance_ms;
  double end_distance_ms;
  double length_ms() const { return end_ms - begin_ms; }
  // Distances weighted by closeness to their spike: S_n(t), linear in t.
  double difference_ms(double time_ms) const {
    return (begin_distance_ms * (end_ms - time_ms) + end_distance_ms * (time_ms - begin_ms)) / length_ms();
  }
};

double dissimilarity(const LocalInterval& a, const LocalInterval& b, double time_ms) {
  const double mean_ms = 0.5 * (a.length_ms() + b.length_ms());
  return (a.difference_ms(time_ms) * b.length_ms() + b.difference_ms(time_ms) * a.length_ms()) /
         (2.0 * mean_ms * mean_ms);
}

void check_duration(double duration_ms) {
  check_options({{"duration_ms", duration_ms, duration_ms > 0.0 && std::isfinite(duration_ms), "> 0"}});
}

}  // namespace

double victor_purpura_distance(std::span<const double> first_ms, std::span<const double> second_ms,
                               double q_per_ms) {
  check_options({{"q_per_ms", q_per_ms, q_per_ms >= 0.0 && std::isfinite(q_per_ms), ">= 0 and finite"}});
  require_train(first_ms);
  require_train(second_ms);
  std::vector<double> cost(second_ms.size() + 1);
  for (std::size_t j = 0; j < cost.size(); ++j) cost[j] = static_cast<double>(j);
  for (const double time_ms : first_ms) {
    double diagonal = cost[0];
    cost[0] += 1.0;
    for (std::size_t j = 0; j < second_ms.size(); ++j) {
      const double moved = diagonal + q_per_ms * std::abs(time_ms - second_ms[j]);
      diagonal = cost[j + 1];
      cost[j + 1] = std::min({moved, diagonal + 1.0, cost[j] + 1.0});
    }
  }
  return cost.back();
}

double van_rossum_distance(std::span<const double> first_ms, std::span<const double> second_ms,
                           double tau_ms) {
  check_options({{"tau_ms", tau_ms, tau_ms > 0.0 && std::isfinite(tau_ms), "> 0 and finite"}});
  require_train(first_ms);
  require_train(second_ms);
  double difference = 0.0;  // f - g just after the last spike
  double squared = 0.0;     // in units of tau
  double before_ms = 0.0;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < first_ms.size() || j < second_ms.size()) {
    const bool of_first = j == second_ms.size() || (i < first_ms.size() && first_ms[i] <= second_ms[j]);
    const double time_ms = of_first ? first_ms[i++] : second_ms[j++];
    const double gap = (time_ms - before_ms) / tau_ms;
    squared -= 0.5 * difference * difference * std::expm1(-2.0 * gap);
    difference = difference * std::exp(-gap) + (of_first ? 1.0 : -1.0);
    before_ms = time_ms;
  }
  return std::sqrt(squared + 0.5 * difference * difference);
}

double isi_distance(std::span<const double> first_ms, std::span<const double> second_ms, double duration_ms) {
  check_duration(duration_ms);
  const auto a = bounded(first_ms, duration_ms);
  const auto b = bounded(second_ms, duration_ms);
  double sum = 0.0;
  for_each_piece(a, b, [&](double begin, double end, std::size_t k1, std::size_t k2) {
    const double x1 = a[k1 + 1] - a[k1];
    const double x2 = b[k2 + 1] - b[k2];
    sum += (end - begin) * std::abs(x1 - x2) / std::max(x1, x2);
  });
  return sum / duration_ms;
}

double spike_distance(std::span<const double> first_ms, std::span<const double> second_ms,
                      double duration_ms) {
  check_duration(duration_ms);
  const auto a = bounded(first_ms, duration_ms);
  const auto b = bounded(second_ms, duration_ms);
  const auto a_nearest = nearest_of_all(a, b);
  const auto b_nearest = nearest_of_all(b, a);
  double sum = 0.0;
  for_each_piece(a, b, [&](double begin, double end, std::size_t k1, std::size_t k2) {
    const LocalInterval one{a[k1], a[k1 + 1], a_nearest[k1], a_nearest[k1 + 1]};
    const LocalInterval two{b[k2], b[k2 + 1], b_nearest[k2], b_nearest[k2 + 1]};
    // Linear in between: the trapezoid is exact.
    sum += 0.5 * (end - begin) * (dissimilarity(one, two, begin) + dissimilarity(one, two, end));
  });
  return sum / duration_ms;
}

}  // namespace libfit
