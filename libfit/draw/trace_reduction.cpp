#include "libfit/draw/trace_reduction.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

// The samples of one pixel column: places of the first, least, greatest and last.
struct PixelColumn {
  std::size_t first, least, greatest, last;
};

void emit(const PixelColumn& column, std::span<const double> x, std::span<const double> y,
          ReducedTrace& out) {
  std::array<std::size_t, 4> places{column.first, column.least, column.greatest, column.last};
  std::ranges::sort(places);
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (i > 0 && places[i] == places[i - 1]) continue;
    out.x.push_back(x[places[i]]);
    out.y.push_back(y[places[i]]);
  }
}

void interrupt(double at, ReducedTrace& out) {
  if (out.y.empty() || std::isnan(out.y.back())) return;
  out.x.push_back(at);
  out.y.push_back(std::numeric_limits<double>::quiet_NaN());
}

}  // namespace

ReducedTrace reduce_to_pixels(std::span<const double> x, std::span<const double> y, double from, double to,
                              std::size_t pixels) {
  require(x.size() == y.size(), "reduce_to_pixels: x and y must have equal lengths");
  require(pixels > 0, "reduce_to_pixels: pixels must be > 0");
  ReducedTrace out;
  auto begin = static_cast<std::size_t>(std::ranges::lower_bound(x, from) - x.begin());
  auto end = static_cast<std::size_t>(std::ranges::upper_bound(x, to) - x.begin());
  if (begin > 0) --begin;
  if (end < x.size()) ++end;
  const double per_unit = to > from ? static_cast<double>(pixels) / (to - from) : 0.0;
  bool open = false;
  double open_pixel = 0.0;
  PixelColumn column{};
  for (std::size_t i = begin; i < end; ++i) {
    if (!std::isfinite(y[i])) {
      if (open) emit(column, x, y, out);
      open = false;
      interrupt(x[i], out);
      continue;
    }
    // Clamped, so that the neighbours outside make columns of their own: -1 and `pixels`.
    const double pixel = std::clamp(std::floor((x[i] - from) * per_unit), -1.0, static_cast<double>(pixels));
    if (open && pixel != open_pixel) {
      emit(column, x, y, out);
      open = false;
    }
    if (!open) {
      column = {i, i, i, i};
      open_pixel = pixel;
      open = true;
    }
    if (y[i] < y[column.least]) column.least = i;
    if (y[i] > y[column.greatest]) column.greatest = i;
    column.last = i;
  }
  if (open) emit(column, x, y, out);
  return out;
}

}  // namespace libfit
