#include "libfit/core/random.hpp"

#include <Random123/philox.h>

#include <cmath>
#include <numbers>

namespace libfit {

RandomStream::RandomStream(std::uint64_t seed, std::uint64_t stream) : key_{seed, stream} {}

std::uint64_t RandomStream::operator()() {
  if (used_ == block_.size()) {
    const r123::Philox4x64::ctr_type counter = {{counter_++, 0, 0, 0}};
    const r123::Philox4x64::key_type key = {{key_[0], key_[1]}};
    const auto bits = r123::Philox4x64{}(counter, key);
    for (std::size_t i = 0; i < block_.size(); ++i) block_[i] = bits[i];
    used_ = 0;
  }
  return block_[used_++];
}

double RandomStream::uniform() { return (static_cast<double>((*this)() >> 12) + 0.5) * 0x1.0p-52; }

double RandomStream::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_normal_;
  }
  const double radius = std::sqrt(-2.0 * std::log(uniform()));
  const double angle = 2.0 * std::numbers::pi * uniform();
  spare_normal_ = radius * std::sin(angle);
  has_spare_ = true;
  return radius * std::cos(angle);
}

std::size_t RandomStream::index(std::size_t count) {
  return static_cast<std::size_t>(uniform() * static_cast<double>(count));
}

}  // namespace libfit
