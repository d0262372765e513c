// Cells as `dyniv run` leaves them, with models of known jitter.
#pragma once

#include <string>
#include <utility>

#include "libfit/core/random.hpp"
#include "libfit/score/cell_comparison.hpp"

namespace libfit::compared_cells {

constexpr double kDuration_ms = 10000.0;

inline SpikeTrains jittered(double sd_ms, std::size_t count, std::uint64_t seed) {
  SpikeTrains trains(count);
  for (std::size_t i = 0; i < count; ++i) {
    RandomStream random(seed, i);
    for (double t = 50.0; t < kDuration_ms - 50.0; t += 90.0)
      trains[i].push_back(t + sd_ms * random.normal());
  }
  return trains;
}

inline StoredModel model(const std::string& name, SpikeTrains trains) {
  StoredModel m;
  m.name = name;
  m.status = "ok";
  m.trains = std::move(trains);
  m.rate_Hz = 11.0;
  m.parameters = {{"g_nS", Estimate{5.0, Interval{4.0, 6.0}}}};
  return m;
}

inline StoredCell cell(const std::string& name, std::uint64_t seed) {
  StoredCell c;
  c.name = name;
  c.folder = "results/" + name;
  c.window_ms = 4.0;
  c.duration_ms = kDuration_ms;
  c.rate_Hz = 11.0;
  c.best_model = "eif";
  c.trains = jittered(1.0, 5, seed);
  c.models = {model("passive", {}), model("eif", jittered(1.5, 20, seed + 100)),
              model("qif", jittered(4.0, 20, seed + 200))};
  return c;
}

inline Comparison of_three() {
  CompareOptions options;
  options.score.draws = 200;
  return compare_cells({cell("a", 1), cell("b", 2), cell("c", 3)}, options);
}

}  // namespace libfit::compared_cells
