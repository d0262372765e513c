#include "libfit/fit/spike_tuning.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>

#include "libfit/core/error.hpp"
#include "libfit/core/parallel.hpp"
#include "libfit/core/statistics.hpp"
#include "libfit/score/coincidence.hpp"
#include "libfit/simulate/simulate.hpp"

namespace libfit {
namespace {

constexpr std::size_t least_spikes = 20;
constexpr double never = -std::numeric_limits<double>::infinity();
constexpr double never_reached = std::numeric_limits<double>::infinity();

// Threshold and reset of a model, by reference; nullopt for one that has none of its own.
struct SpikeRules {
  double* threshold_mV = nullptr;
  const Quantity* threshold = nullptr;
  double rest_mV = 0.0;   // the threshold stays above
  double spike_mV = 0.0;  // and below
  Reset* reset = nullptr;
};

std::optional<SpikeRules> rules_of(Model& model) {
  return std::visit(
      [](auto& m) -> std::optional<SpikeRules> {
        if constexpr (requires { m.V_th_mV; }) {
          return SpikeRules{&m.V_th_mV, &quantities::V_th_mV, m.E_mV, never_reached, &m.reset};
        } else if constexpr (requires { m.V_c_mV; }) {
          return SpikeRules{&m.V_c_mV, &quantities::V_c_mV, m.V_rest_mV, m.V_spike_mV, &m.reset};
        } else if constexpr (requires { m.V_T_mV; }) {
          return SpikeRules{&m.V_T_mV, &quantities::V_T_mV, m.E_mV, m.V_spike_mV, &m.reset};
        } else {
          return std::nullopt;
        }
      },
      model);
}

// Threshold, V_reset, t_ref.
using Point = std::array<double, 3>;

Point point_of(const Model& model) {
  Model copy = model;
  const SpikeRules rules = *rules_of(copy);
  return {*rules.threshold_mV, rules.reset->V_reset_mV, rules.reset->t_ref_ms};
}

// nullopt outside of what makes sense: a threshold between rest and spike, a reset below that at which the
// model spikes, and what validate() refuses.
std::optional<Model> with(const Model& model, const Point& point) {
  Model copy = model;
  const SpikeRules rules = *rules_of(copy);
  constexpr double kLeastGap_mV = 0.5, kLongestRefractory_ms = 50.0;
  const double spikes_at_mV = std::isinf(rules.spike_mV) ? point[0] : rules.spike_mV;
  if (point[0] < rules.rest_mV + kLeastGap_mV || point[0] > rules.spike_mV - kLeastGap_mV ||
      point[1] > spikes_at_mV - kLeastGap_mV || point[2] < 0.0 || point[2] > kLongestRefractory_ms)
    return std::nullopt;
  *rules.threshold_mV = point[0];
  *rules.reset = {point[1], point[2]};
  try {
    validate(copy);  // it knows what each model cannot be
  } catch (const OptionError&) {
    return std::nullopt;
  }
  return copy;
}

struct Counts {
  double matched = 0.0, data = 0.0, model = 0.0, duration_ms = 0.0;
  Counts& operator+=(const Counts& other) {
    matched += other.matched;
    data += other.data;
    model += other.model;
    duration_ms += other.duration_ms;
    return *this;
  }
};

double gamma_of(const Counts& counts, double window_ms) {
  if (counts.data + counts.model <= 0.0 || 2.0 * counts.model / counts.duration_ms * window_ms >= 1.0)
    return never;
  return coincidence_factor_of_counts(counts.matched, counts.data, counts.model, counts.duration_ms,
                                      window_ms);
}

struct Input {
  std::vector<double> current_pA;
  double dt_ms = 0.0;
};

// The mean of every half millisecond, which is short against any membrane: a search simulates many times.
Input coarse(const Sweep& sweep) {
  constexpr double kStep_ms = 0.5;
  const auto factor = std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(kStep_ms / sweep.dt_ms)));
  Input input{{}, sweep.dt_ms * static_cast<double>(factor)};
  for (std::size_t k = 0; k < sweep.size(); k += factor) {
    const std::size_t end = std::min(k + factor, sweep.size());
    input.current_pA.push_back(*mean(std::span(sweep.current_pA).subspan(k, end - k)));
  }
  return input;
}

// The training recording as the search sees it: counts of a model's spikes by fold.
class Objective {
 public:
  Objective(const Membrane& membrane, const SpikeTuningOptions& options)
      : membrane_(membrane),
        window_ms_(options.window_ms),
        folds_(options.folds > 1 ? static_cast<std::size_t>(options.folds) : 1),
        block_ms_(options.block_ms),
        empty_(folds_) {
    double before_ms = 0.0;
    constexpr double kStep_ms = 1.0;
    for (std::size_t s = 0; s < membrane.recording.sweeps.size(); ++s) {
      const double duration_ms = membrane.recording.sweeps[s].duration_ms();
      for (double t = 0.0; t < duration_ms; t += kStep_ms)
        empty_[fold(before_ms + t)].duration_ms += std::min(kStep_ms, duration_ms - t);
      inputs_.push_back(coarse(membrane.recording.sweeps[s]));
      for (const double t : membrane.spikes_ms[s]) empty_[fold(before_ms + t)].data += 1.0;
      before_ms += duration_ms;
    }
  }

  std::size_t folds() const { return folds_; }

  // nullopt for a model that cannot be simulated: its spikes do not end.
  std::optional<std::vector<Counts>> counts_of(const Model& model) const {
    std::vector<Counts> counts = empty_;
    SimulateOptions quick;
    quick.quick = true;
    double before_ms = 0.0;
    for (std::size_t s = 0; s < membrane_.recording.sweeps.size(); ++s) {
      const Sweep& sweep = membrane_.recording.sweeps[s];
      SpikeTrain train;
      try {
        train = simulate(model, inputs_[s].current_pA, inputs_[s].dt_ms, quick).spike_times_ms;
      } catch (const DataError&) {
        return std::nullopt;
      }
      const auto& cell = membrane_.spikes_ms[s];
      for (const double t : train) counts[fold(before_ms + t)].model += 1.0;
      for_each_coincidence(cell, train, window_ms_, [&](std::size_t i, std::size_t) {
        counts[fold(before_ms + cell[i])].matched += 1.0;
      });
      before_ms += sweep.duration_ms();
    }
    return counts;
  }

  // Over all folds but one; without `left_out` over all.
  double gamma(const std::vector<Counts>& counts, std::optional<std::size_t> left_out = std::nullopt) const {
    Counts sum;
    for (std::size_t k = 0; k < counts.size(); ++k)
      if (k != left_out) sum += counts[k];
    return gamma_of(sum, window_ms_);
  }

 private:
  std::size_t fold(double time_ms) const { return static_cast<std::size_t>(time_ms / block_ms_) % folds_; }

  const Membrane& membrane_;
  double window_ms_;
  std::size_t folds_;
  double block_ms_;
  std::vector<Input> inputs_;
  std::vector<Counts> empty_;  // durations and spikes of the cell
};

struct Candidate {
  Point point{};
  std::vector<Counts> counts;
};

class Search {
 public:
  Search(const Model& model, const Objective& objective) : model_(model), objective_(objective) {
    try_point(point_of(model));
  }

  void run() {
    if (candidates_.empty()) return;
    scan_threshold();
    Point step{1.0, 2.0, 1.0};
    constexpr double kFinest_mV = 0.2;
    while (step[0] > kFinest_mV) {
      bool moved = false;
      for (std::size_t axis = 0; axis < step.size(); ++axis) {
        for (const double direction : {1.0, -1.0}) {
          Point next = candidates_[best_].point;
          next[axis] += direction * step[axis];
          moved = try_point(next) || moved;
        }
      }
      if (moved) continue;
      for (double& s : step) s *= 0.5;
    }
  }

  const std::vector<Candidate>& candidates() const { return candidates_; }
  const Candidate& best() const { return candidates_[best_]; }

 private:
  void scan_threshold() {
    constexpr double kWidest_mV = 8.0, kStep_mV = 2.0;
    const Point start = candidates_.front().point;
    for (double shift = -kWidest_mV; shift <= kWidest_mV; shift += kStep_mV) {
      if (shift == 0.0) continue;
      try_point({start[0] + shift, start[1], start[2]});
    }
  }

  // Whether the point is better than all before it.
  bool try_point(const Point& point) {
    constexpr std::size_t kMost = 80;
    const bool known = std::ranges::find(candidates_, point, &Candidate::point) != candidates_.end();
    const auto model = with(model_, point);
    if (known || !model || candidates_.size() >= kMost) return false;
    auto counts = objective_.counts_of(*model);
    if (!counts) return false;
    candidates_.push_back({point, *std::move(counts)});
    const double gamma = objective_.gamma(candidates_.back().counts);
    if (gamma <= highest_) return false;
    highest_ = gamma;
    best_ = candidates_.size() - 1;
    return true;
  }

  const Model& model_;
  const Objective& objective_;
  std::vector<Candidate> candidates_;
  std::size_t best_ = 0;
  double highest_ = never;
};

// For each fold the candidate that is best in the others.
std::vector<Model> fold_models(const Model& model, const Search& search, const Objective& objective) {
  std::vector<Model> models;
  if (objective.folds() < 2) return models;
  for (std::size_t k = 0; k < objective.folds(); ++k) {
    const auto best = std::ranges::max_element(search.candidates(), {}, [&](const Candidate& candidate) {
      return objective.gamma(candidate.counts, k);
    });
    models.push_back(with(model, best->point).value());  // every candidate is a model
  }
  return models;
}

// The untuned fit with the new numbers; their intervals are not known.
ModelFit tuned_copy(const ModelFit& fit, const Point& point) {
  ModelFit copy = fit;
  copy.variant = "tuned";
  copy.model = with(fit.model, point).value();
  const SpikeRules rules = *rules_of(copy.model);
  copy.warnings.clear();
  copy.draw_blocks = 0;
  copy.curve.reset();  // it is no longer a fit of the curve
  for (ParameterEstimate& parameter : copy.parameters) {
    std::optional<double> value;
    if (parameter.quantity == rules.threshold) value = point[0];
    if (parameter.quantity == &quantities::V_reset_mV) value = point[1];
    if (parameter.quantity == &quantities::t_ref_ms) value = point[2];
    parameter.draws.clear();
    if (value) parameter = {parameter.quantity, *value, {}, {}, {}};
  }
  return copy;
}

}  // namespace

std::vector<TunedFit> tune_to_spikes(const Membrane& membrane, const std::vector<ModelFit>& models,
                                     const SpikeTuningOptions& options) {
  if (membrane.spike_count() < least_spikes) return {};
  const Objective objective(membrane, options);
  std::vector<std::optional<TunedFit>> tuned(models.size());
  parallel_for(models.size(), options.threads, [&](std::size_t turn) {
    const std::size_t i = models.size() - 1 - turn;  // the dearest first
    const ModelFit& fit = models[i];
    Model model = fit.model;
    if (fit.status == FitStatus::failed || !rules_of(model)) return;
    Search search(fit.model, objective);
    search.run();
    if (search.candidates().empty()) return;
    const Candidate& best = search.best();
    if (!std::isfinite(objective.gamma(best.counts))) return;  // whatever was tried fires beyond all measure
    TunedFit entry{tuned_copy(fit, best.point), {}};
    entry.tuning.model = fit_name(entry.fit);
    entry.tuning.gamma_before = objective.gamma(search.candidates().front().counts);
    entry.tuning.gamma_after = objective.gamma(best.counts);
    entry.tuning.candidates = search.candidates().size();
    entry.tuning.fold_models = fold_models(fit.model, search, objective);
    tuned[i] = std::move(entry);
  });
  std::vector<TunedFit> result;
  for (auto& entry : tuned)
    if (entry) result.push_back(std::move(*entry));
  return result;
}

}  // namespace libfit
