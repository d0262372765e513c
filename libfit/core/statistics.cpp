#include "libfit/core/statistics.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <cstddef>

#include "libfit/core/error.hpp"

namespace libfit {

std::optional<double> mean(std::span<const double> values) {
  if (values.empty()) return std::nullopt;
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

std::optional<double> variance(std::span<const double> values) {
  if (values.size() < 2) return std::nullopt;
  const double centre = *mean(values);
  double squares = 0.0;
  double rest = 0.0;
  for (const double value : values) {
    squares += (value - centre) * (value - centre);
    rest += value - centre;
  }
  const auto count = static_cast<double>(values.size());
  return (squares - rest * rest / count) / (count - 1.0);
}

std::optional<double> quantile(std::span<const double> values, double probability) {
  require(probability >= 0.0 && probability <= 1.0, "quantile: probability must lie in [0, 1]");
  if (values.empty()) return std::nullopt;
  std::vector<double> sorted(values.begin(), values.end());
  const double place = probability * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::ptrdiff_t>(place);
  std::nth_element(sorted.begin(), sorted.begin() + below, sorted.end());
  const double low = sorted[static_cast<std::size_t>(below)];
  const double part = place - static_cast<double>(below);
  if (part == 0.0) return low;
  const double high = *std::min_element(sorted.begin() + below + 1, sorted.end());
  return low + part * (high - low);
}

std::optional<double> median(std::span<const double> values) { return quantile(values, 0.5); }

double student_quantile(double degrees) {
  return boost::math::quantile(boost::math::students_t(degrees), 0.975);
}

std::optional<Interval> interval_of_mean(std::span<const double> values) {
  if (values.size() < 3) return std::nullopt;
  const auto count = static_cast<double>(values.size());
  const double half = student_quantile(count - 1.0) * std::sqrt(*variance(values) / count);
  return Interval{*mean(values) - half, *mean(values) + half};
}

std::optional<StraightLine> fit_line(std::span<const double> x, std::span<const double> y) {
  require(x.size() == y.size(), "fit_line: x and y differ in length");
  if (x.size() < 3) return std::nullopt;
  const double x0 = *mean(x), y0 = *mean(y);
  double xx = 0.0, xy = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - x0) * (x[i] - x0);
    xy += (x[i] - x0) * (y[i] - y0);
  }
  if (!(xx > 0.0)) return std::nullopt;
  StraightLine line{xy / xx, y0 - xy / xx * x0, {}};
  double rest = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double off = y[i] - line.intercept - line.slope * x[i];
    rest += off * off;
  }
  const double degrees = static_cast<double>(x.size()) - 2.0;
  const double half = student_quantile(degrees) * std::sqrt(rest / degrees / xx);
  line.slope_ci95 = {line.slope - half, line.slope + half};
  return line;
}

std::optional<Interval> percentile_interval(std::span<const double> draws, double coverage) {
  std::vector<double> finite;
  for (const double draw : draws) {
    if (std::isfinite(draw)) finite.push_back(draw);
  }
  if (finite.size() < 20) return std::nullopt;
  return Interval{*quantile(finite, 0.5 - coverage / 2.0), *quantile(finite, 0.5 + coverage / 2.0)};
}

Interval widened_for_blocks(const Interval& interval, double estimate, std::size_t blocks) {
  if (blocks < 3) return interval;
  const auto n = static_cast<double>(blocks);
  // Quantile of Student's t over the normal one, by its series in 1/(n-1) [Abramowitz & Stegun 26.7.5].
  constexpr double z2 = 1.959964 * 1.959964;
  const double v = n - 1.0;
  const double student = 1.0 + (z2 + 1.0) / (4.0 * v) + ((5.0 * z2 + 16.0) * z2 + 3.0) / (96.0 * v * v);
  const double factor = std::sqrt(n / v) * student;
  return {estimate - factor * (estimate - interval.low), estimate + factor * (interval.high - estimate)};
}

}  // namespace libfit
