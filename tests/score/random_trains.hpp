// Random spike trains for the tests of the scores.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "libfit/core/random.hpp"
#include "libfit/core/spike_train.hpp"

namespace libfit {

inline SpikeTrain poisson_train(double rate_per_ms, double duration_ms, RandomStream& random) {
  SpikeTrain train;
  for (double t = -std::log(random.uniform()) / rate_per_ms; t < duration_ms;
       t -= std::log(random.uniform()) / rate_per_ms) {
    train.push_back(t);
  }
  return train;
}

inline SpikeTrains poisson_trains(std::size_t count, double rate_per_ms, double duration_ms,
                                  std::uint64_t seed) {
  RandomStream random(seed);
  SpikeTrains trains;
  for (std::size_t i = 0; i < count; ++i) trains.push_back(poisson_train(rate_per_ms, duration_ms, random));
  return trains;
}

// Each spike of `parent` kept with a probability and moved by a normal jitter; what leaves the record is
// lost.
inline SpikeTrain jittered_copy(const SpikeTrain& parent, double keep, double jitter_ms, double duration_ms,
                                RandomStream& random) {
  SpikeTrain train;
  for (const double t : parent) {
    const double moved = t + jitter_ms * random.normal();
    if (random.uniform() < keep && moved >= 0.0 && moved <= duration_ms) train.push_back(moved);
  }
  std::sort(train.begin(), train.end());
  return train;
}

}  // namespace libfit
