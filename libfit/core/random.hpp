// Random numbers by counter (Philox 4x64-10; Salmon et al. 2011, SC11): number k of stream s under a seed is
// a pure function of (seed, s, k), so results are the same on any number of threads and in any order of work.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace libfit {

class RandomStream {
 public:
  using result_type = std::uint64_t;

  explicit RandomStream(std::uint64_t seed, std::uint64_t stream = 0);

  // Next 64 random bits.
  std::uint64_t operator()();
  static constexpr std::uint64_t min() { return 0; }
  static constexpr std::uint64_t max() { return ~std::uint64_t{0}; }

  // Uniform on (0, 1), 52 bits, never exactly 0 or 1.
  double uniform();
  // Standard normal (Box-Muller: two numbers for every two uniforms, the second kept).
  double normal();
  // Uniform integer on [0, count); 0 < count < 2^40. The bias is below count / 2^52.
  std::size_t index(std::size_t count);

 private:
  std::array<std::uint64_t, 2> key_;
  std::uint64_t counter_ = 0;
  std::array<std::uint64_t, 4> block_{};
  unsigned used_ = 4;
  double spare_normal_ = 0.0;
  bool has_spare_ = false;
};

}  // namespace libfit
