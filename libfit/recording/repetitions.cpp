#include "libfit/recording/repetitions.hpp"

#include <cmath>

namespace libfit {
namespace {

constexpr double kLargestShare = 0.05;

// Population SD of a[k] - b[k], or of a alone.
double sd_of(std::span<const double> a, std::span<const double> b) {
  const auto value = [&](std::size_t k) { return b.empty() ? a[k] : a[k] - b[k]; };
  const auto count = static_cast<double>(a.size());
  double mean = 0.0;
  for (std::size_t k = 0; k < a.size(); ++k) mean += value(k) / count;
  double sum = 0.0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += (value(k) - mean) * (value(k) - mean);
  return std::sqrt(sum / count);
}

bool same_current(std::span<const double> first, std::span<const double> other) {
  if (first.size() != other.size() || first.empty()) return false;
  const double sd = sd_of(first, {});
  return sd > 0.0 && sd_of(first, other) <= kLargestShare * sd;
}

}  // namespace

std::vector<std::size_t> repeated_currents(std::span<const std::span<const double>> currents_pA) {
  std::vector<std::size_t> first(currents_pA.size());
  for (std::size_t i = 0; i < currents_pA.size(); ++i) {
    first[i] = i;
    for (std::size_t j = 0; j < i && first[i] == i; ++j) {
      if (first[j] == j && same_current(currents_pA[j], currents_pA[i])) first[i] = j;
    }
  }
  return first;
}

}  // namespace libfit
