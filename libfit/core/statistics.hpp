// Small statistics that several rooms need: stable moments, quantiles, intervals. The mean of nothing is
// absent, not zero.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace libfit {

struct Interval {
  double low = 0.0;
  double high = 0.0;
};

// A number with what is known of its uncertainty.
struct Estimate {
  double value = 0.0;
  std::optional<Interval> ci95;  // absent where no interval was computed
};

// Mean; nullopt for an empty span.
std::optional<double> mean(std::span<const double> values);
// Unbiased variance in two passes; nullopt below two values.
std::optional<double> variance(std::span<const double> values);
// Quantile with linear interpolation between order statistics (type 7); nullopt for an empty span. NaN is not
// allowed.
std::optional<double> quantile(std::span<const double> values, double probability);
std::optional<double> median(std::span<const double> values);
// 97.5 % quantile of Student's t, half the width of a 95 % interval in standard errors.
double student_quantile(double degrees);
// 95 % interval of the mean of independent normal values (Student's t); nullopt below three.
std::optional<Interval> interval_of_mean(std::span<const double> values);
// A straight line by least squares; the interval (95 %, Student's t) takes the points for independent.
struct StraightLine {
  double slope = 0.0;
  double intercept = 0.0;
  Interval slope_ci95;
};
// nullopt below three points, or where x does not vary. Throws ContractError for unequal lengths.
std::optional<StraightLine> fit_line(std::span<const double> x, std::span<const double> y);
// Central interval of `coverage` from draws (percentiles); nullopt below 20 finite draws.
std::optional<Interval> percentile_interval(std::span<const double> draws, double coverage = 0.95);

// A percentile interval from `blocks` resampled blocks, stretched about the estimate: resampling n blocks
// shows sqrt((n-1)/n) of their scatter, and a percentile takes that scatter for known, which is what the
// quantile of Student's t corrects [Efron & Tibshirani 1993, ch. 12; Hesterberg 2015, Am Stat 69:371].
Interval widened_for_blocks(const Interval& interval, double estimate, std::size_t blocks);

}  // namespace libfit
