#include "libfit/formats/text/time_column.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "libfit/core/error.hpp"
#include "libfit/recording/units.hpp"

namespace libfit {
namespace {

// The digits that a column was printed with: decimals of "%.4f", significant digits of "%g". The finer of the
// two never applies, since each bounds the digits of the other kind of print.
struct Digits {
  int decimals = 0;
  int significant = 1;

  // The unit of the last digit that a time from 10^exponent to ten times that may have.
  double unit(int exponent) const {
    return std::max(std::pow(10.0, -decimals), std::pow(10.0, exponent + 1 - significant));
  }
};

// Rows to pass at a time so that about `count` of them are looked at. A lost sample moves all rows after it.
std::size_t stride_for(const std::vector<double>& time, std::size_t count) { return time.size() / count + 1; }

// From the shortest text of the numbers: zeros at the end of some are printed in others.
Digits digits_of(const std::vector<double>& time) {
  Digits digits{-300, 1};
  const std::size_t stride = stride_for(time, 20000);
  for (std::size_t i = 0; i < time.size(); i += stride) {
    std::array<char, 40> text{};
    const auto [end, problem] =
        std::to_chars(text.data(), text.data() + text.size(), time[i], std::chars_format::scientific);
    const std::string_view number(text.data(), static_cast<std::size_t>(end - text.data()));
    const std::size_t mark = number.find('e');
    if (time[i] == 0.0 || mark == std::string_view::npos) continue;
    const auto figures = static_cast<int>(std::ranges::count_if(
        number.substr(0, mark), [](char letter) { return letter >= '0' && letter <= '9'; }));
    const int exponent = std::atoi(std::string(number.substr(mark + 1)).c_str());
    digits.significant = std::max(digits.significant, figures);
    digits.decimals = std::max(digits.decimals, figures - 1 - exponent);
  }
  return digits;
}

struct Point {
  double row;
  double time;
};

// The corners of the hull of points in order of their rows: those that lie highest (side 1) or lowest (-1).
class Hull {
 public:
  explicit Hull(double side) : side_(side) {}

  void add(Point p) {
    while (corners_.size() > 1) {
      const Point& a = corners_[corners_.size() - 2];
      const Point& b = corners_.back();
      if (side_ * ((b.row - a.row) * (p.time - a.time) - (p.row - a.row) * (b.time - a.time)) < 0.0) break;
      corners_.pop_back();
    }
    corners_.push_back(p);
  }
  const std::vector<Point>& corners() const { return corners_; }

 private:
  double side_;
  std::vector<Point> corners_;
};

struct Range {
  double low;
  double high;
};

// The slopes of the lines above all of `floor` and below all of `ceiling`; nullopt when there is none.
std::optional<Range> slopes_between(const std::vector<Point>& floor, const std::vector<Point>& ceiling,
                                    Range search) {
  // What is missing to a line of that slope: convex in the slope, and a line fits where it is not above 0.
  const auto gap = [&](double slope) {
    double highest = -HUGE_VAL;
    double lowest = HUGE_VAL;
    for (const Point& p : floor) highest = std::max(highest, p.time - slope * p.row);
    for (const Point& p : ceiling) lowest = std::min(lowest, p.time - slope * p.row);
    return highest - lowest;
  };
  Range inner = search;
  for (int i = 0; i < 100; ++i) {
    const double a = inner.low + (inner.high - inner.low) / 3.0;
    const double b = inner.high - (inner.high - inner.low) / 3.0;
    (gap(a) < gap(b) ? inner.high : inner.low) = gap(a) < gap(b) ? b : a;
  }
  const double best = 0.5 * (inner.low + inner.high);
  if (gap(best) > 0.0) return std::nullopt;
  const auto edge = [&](double outside) {
    double inside = best;
    for (int i = 0; i < 100; ++i) {
      const double middle = 0.5 * (inside + outside);
      (gap(middle) <= 0.0 ? inside : outside) = middle;
    }
    return inside;
  };
  return Range{edge(search.low), edge(search.high)};
}

// The steps that the printed digits allow; nullopt when none does.
std::optional<Range> steps_within_rounding(const std::vector<double>& time, double mean_step) {
  const Digits digits = digits_of(time);
  Hull floor(1.0);
  Hull ceiling(-1.0);
  double widest = 0.0;
  double half_unit = 0.0;
  Range decade{1.0, 0.0};  // of the size of times for which half_unit holds
  const std::size_t stride = stride_for(time, 100000);
  for (std::size_t i = 0; i < time.size(); i += stride) {
    const auto row = static_cast<double>(i);
    const double size = std::abs(time[i]);
    if (!(size >= decade.low && size < decade.high)) {
      const int exponent = size > 0.0 ? static_cast<int>(std::floor(std::log10(size))) : -digits.decimals;
      decade = {size > 0.0 ? std::pow(10.0, exponent) : 0.0, std::pow(10.0, exponent + 1)};
      half_unit = 0.5 * digits.unit(exponent);
    }
    const double half = half_unit * (1.0 + 1e-6) + 1e-15 * size;
    const double off = time[i] - time.front() - mean_step * row;
    floor.add({row, off - half});
    ceiling.add({row, off + half});
    widest = std::max(widest, half);
  }
  const double reach = 4.0 * widest / static_cast<double>(time.size() - 1);
  const auto slopes = slopes_between(floor.corners(), ceiling.corners(), {-reach, reach});
  if (!slopes) return std::nullopt;
  return Range{mean_step + slopes->low, mean_step + slopes->high};
}

double with_digits(double value, int digits) {
  return std::strtod(fmt::format("{:.{}e}", value, digits - 1).c_str(), nullptr);
}

// The number of fewest digits in the range, as step or as rate.
double roundest_step(Range steps) {
  const double middle = 0.5 * (steps.low + steps.high);
  const auto holds = [&](double step) { return step >= steps.low && step <= steps.high; };
  for (int digits = 1; digits <= 6; ++digits) {
    const double step = with_digits(middle, digits);
    if (holds(step)) return step;
    const double rate = with_digits(1.0 / middle, digits);
    if (holds(1.0 / rate)) return 1.0 / rate;
  }
  return tidy_step(middle);
}

}  // namespace

double time_step_ms(const std::vector<double>& time, double unit_ms, const std::string& path, bool check) {
  if (time.size() < 2)
    throw InputError(fmt::format("{}: one line of numbers gives no time step; pass --dt", path));
  const auto count = static_cast<double>(time.size() - 1);
  const double step = (time.back() - time.front()) / count;
  if (!check) return tidy_step(step * unit_ms);
  if (!std::isfinite(step) || step <= 0.0) {
    throw InputError(
        fmt::format("{}: the time column does not increase; pass the sampling step with --dt", path));
  }
  std::size_t worst = 1;
  std::size_t departures = 0;
  double departure = -1.0;
  double off = 0.0;  // of the line from the first to the last time
  for (std::size_t i = 1; i < time.size(); ++i) {
    const double here = std::abs(time[i] - time[i - 1] - step);
    off = std::max(off, std::abs(time[i] - time.front() - step * static_cast<double>(i)));
    if (!(here <= 0.25 * step)) ++departures;
    if (!(here <= departure)) {
      departure = here;
      worst = i;
    }
  }
  if (off <= 1e-6 * step) return tidy_step(step * unit_ms);
  // A lost sample is a departure of one step; the mean step hides it by at most half. Digits that are coarser
  // than that depart all the time, so that a few departures are no rounding.
  const bool coarse = departures >= std::min<std::size_t>(20, 4 + time.size() / 4);
  const bool regular = departures == 0;
  if (regular || (coarse && std::isfinite(off))) {
    if (const auto steps = steps_within_rounding(time, step))
      return roundest_step({steps->low * unit_ms, steps->high * unit_ms});
    if (regular) return tidy_step(step * unit_ms);
  }
  throw InputError(fmt::format(
      "{}: the time column is not uniform: it goes from {:.9g} to {:.9g} at row {} where the mean "
      "step is {:.6g}; cut the file there, or pass --dt if the samples are regular",
      path, time[worst - 1], time[worst], worst + 1, step));
}

}  // namespace libfit
