#include "libfit/iv/iv_table.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace libfit {
namespace {

// Four doubles as one value: a vector register where there is one that wide, two of half the width elsewhere.
// Every lane is computed alone and nothing is contracted, so both give the same bits.
using Four = double __attribute__((vector_size(32)));
using FourLong = std::int64_t __attribute__((vector_size(32)));
using FourInt = std::int32_t __attribute__((vector_size(16)));

constexpr std::size_t kChunk = 512;  // samples at a time, with what is known of them in the first-level cache

struct Chunk {
  const double* voltage_mV;
  const double* current_pA;
  std::size_t count;                                 // pairs, at most kChunk
  alignas(32) std::array<double, kChunk> inside;     // V in bins from the centre of its bin
  alignas(32) std::array<std::int32_t, kChunk> bin;  // from the origin
};

template <typename Vector>
__attribute__((always_inline)) inline void load(Vector& vector, const double* from) {
  std::memcpy(&vector, from, sizeof vector);
}

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
};

// First half: where each pair belongs. Kept apart from the sums, because a processor that waits for the
// address of a cell cannot look far enough ahead to do the next samples meanwhile. Returns the range in bins.
__attribute__((always_inline)) inline Range place(Chunk& chunk, double half_per_bin, double origin_bins) {
  const double* v = chunk.voltage_mV;
  Four low = Range{}.low - Four{};
  Four high = -low;
  std::size_t k = 0;
  for (; k + 4 <= chunk.count; k += 4) {
    Four here, next;
    load(here, v + k);
    load(next, v + k + 1);
    const Four place = (here + next) * half_per_bin - origin_bins;
    low = place < low ? place : low;
    high = place > high ? place : high;
    const FourInt bin = __builtin_convertvector(place, FourInt);
    const Four inside = place - (__builtin_convertvector(bin, Four) + 0.5);
    std::memcpy(&chunk.bin[k], &bin, sizeof bin);
    std::memcpy(&chunk.inside[k], &inside, sizeof inside);
  }
  Range range;
  for (std::size_t i = 0; i < 4; ++i) {
    range.low = std::min(range.low, low[i]);
    range.high = std::max(range.high, high[i]);
  }
  for (; k < chunk.count; ++k) {
    const double place = (v[k] + v[k + 1]) * half_per_bin - origin_bins;
    range.low = std::min(range.low, place);
    range.high = std::max(range.high, place);
    chunk.bin[k] = static_cast<std::int32_t>(place);
    chunk.inside[k] = place - (static_cast<double>(chunk.bin[k]) + 0.5);
  }
  return range;
}

__attribute__((always_inline)) inline void add_to(double* sums, const Four& terms) {
  Four sum;
  load(sum, sums);
  sum += terms;
  std::memcpy(sums, &sum, sizeof sum);
}

// One row of D I, V, D, I gives both vectors of a cell: itself, and its square with 1 in the first place.
__attribute__((always_inline)) inline void add_row(double* sums, const Four& row) {
  const FourLong first{-1, 0, 0, 0};
  const Four one{1.0, 1.0, 1.0, 1.0};
  add_to(sums, row);
  add_to(sums + 4, first ? one : row * row);
}

// Second half: the sums. D is the plain difference of two samples; moments() brings in the units.
__attribute__((always_inline)) inline void gather(const Chunk& chunk, double current_reference_pA,
                                                  std::int32_t first_bin, IvTable::Cell* cells) {
  const double* v = chunk.voltage_mV;
  const double* current = chunk.current_pA;
  std::size_t k = 0;
  for (; k + 4 <= chunk.count; k += 4) {
    Four here, next, drive, inside;
    load(here, v + k);
    load(next, v + k + 1);
    load(drive, current + k);
    load(inside, &chunk.inside[k]);
    drive -= current_reference_pA;
    const Four step = next - here;
    const Four product = step * drive;
    // Four terms of four samples, turned to four samples of four terms.
    const Four a = __builtin_shufflevector(product, inside, 0, 4, 2, 6);
    const Four b = __builtin_shufflevector(product, inside, 1, 5, 3, 7);
    const Four c = __builtin_shufflevector(step, drive, 0, 4, 2, 6);
    const Four d = __builtin_shufflevector(step, drive, 1, 5, 3, 7);
    add_row(cells[chunk.bin[k] - first_bin].sums[0].data(), __builtin_shufflevector(a, c, 0, 1, 4, 5));
    add_row(cells[chunk.bin[k + 1] - first_bin].sums[1].data(), __builtin_shufflevector(b, d, 0, 1, 4, 5));
    add_row(cells[chunk.bin[k + 2] - first_bin].sums[2].data(), __builtin_shufflevector(a, c, 2, 3, 6, 7));
    add_row(cells[chunk.bin[k + 3] - first_bin].sums[3].data(), __builtin_shufflevector(b, d, 2, 3, 6, 7));
  }
  for (; k < chunk.count; ++k) {
    const double step = v[k + 1] - v[k];
    const double drive = current[k] - current_reference_pA;
    add_row(cells[chunk.bin[k] - first_bin].sums[0].data(), Four{step * drive, chunk.inside[k], step, drive});
  }
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) Range place_avx2(Chunk& chunk, double half_per_bin, double origin_bins) {
  return place(chunk, half_per_bin, origin_bins);
}
__attribute__((target("avx2"))) void gather_avx2(const Chunk& chunk, double current_reference_pA,
                                                 std::int32_t first_bin, IvTable::Cell* cells) {
  gather(chunk, current_reference_pA, first_bin, cells);
}
bool has_avx2() { return __builtin_cpu_supports("avx2") != 0; }
#else
constexpr auto place_avx2 = place;
constexpr auto gather_avx2 = gather;
constexpr bool has_avx2() { return false; }
#endif

}  // namespace

void IvTable::widen(double low, double high) {
  low_ = std::min(low_, low);
  high_ = std::max(high_, high);
  constexpr std::size_t kSpare = 8;  // so that a slow rise does not move the table at every step
  constexpr auto kMost = static_cast<double>(kMaxBins);
  too_wide_ = too_wide_ || !(high_ - low_ < kMost && low_ >= kSpare && high_ < 3.0 * kMost);
  if (too_wide_) return;
  const auto first = static_cast<std::size_t>(low_);
  const auto last = static_cast<std::size_t>(high_);
  const std::size_t end = first_bin_ + cells_.size();
  if (first >= first_bin_ && last < end) return;
  const std::size_t new_first = std::min(first - kSpare, cells_.empty() ? first : first_bin_);
  std::vector<Cell> wider(std::max(last + kSpare, end) - new_first);
  std::copy(cells_.begin(), cells_.end(),
            wider.begin() + static_cast<std::ptrdiff_t>(cells_.empty() ? 0 : first_bin_ - new_first));
  cells_ = std::move(wider);
  first_bin_ = new_first;
}

void IvTable::add(const Sweep& sweep, Stretch pairs) {
  dt_ms_ = sweep.dt_ms;
  const bool wide = has_avx2();
  const double half_per_bin = 0.5 / scale_.bin_width_mV;
  Chunk chunk;
  for (std::size_t begin = pairs.begin; begin < pairs.end; begin += kChunk) {
    chunk.voltage_mV = sweep.voltage_mV.data() + begin;
    chunk.current_pA = sweep.current_pA.data() + begin;
    chunk.count = std::min(kChunk, pairs.end - begin);
    const auto place_pairs = wide ? place_avx2 : place;
    const Range range = place_pairs(chunk, half_per_bin, scale_.origin_bins);
    widen(range.low, range.high);
    if (too_wide_) continue;
    const auto add_pairs = wide ? gather_avx2 : gather;
    add_pairs(chunk, scale_.current_reference_pA, static_cast<std::int32_t>(first_bin_), cells_.data());
  }
}

std::vector<IvTable::Moments> IvTable::moments() const {
  std::vector<Moments> all(cells_.size());
  for (std::size_t bin = 0; bin < cells_.size(); ++bin) {
    std::array<double, 8> sum{};
    for (const auto& part : cells_[bin].sums) {
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += part[i];
    }
    const double width = scale_.bin_width_mV;
    all[bin] = {sum[4],
                width * sum[1],
                sum[2] / dt_ms_,
                sum[3],
                width * width * sum[5],
                sum[6] / (dt_ms_ * dt_ms_),
                sum[0] / dt_ms_,
                sum[7]};
  }
  return all;
}

}  // namespace libfit
