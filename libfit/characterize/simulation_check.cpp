#include "libfit/characterize/simulation_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "libfit/core/error.hpp"
#include "libfit/core/parallel.hpp"
#include "libfit/core/statistics.hpp"
#include "libfit/model/catalogue.hpp"
#include "libfit/simulate/simulate.hpp"

namespace libfit {
namespace {

constexpr std::size_t held_trials = 8;
constexpr std::size_t tried_trials = 16;  // of the training current
constexpr double held_ms = 2000.0;        // of every constant current
constexpr double lowest_pA = -100.0, highest_pA = 300.0;
constexpr std::size_t grid_steps = 8;

// Every tenth millisecond or so, which is enough for quantiles.
std::vector<double> thinned_current(const Recording& recording) {
  constexpr double kStep_ms = 10.0;
  std::vector<double> current;
  for (const Sweep& sweep : recording.sweeps) {
    const auto step = std::max<std::size_t>(1, static_cast<std::size_t>(kStep_ms / sweep.dt_ms));
    for (std::size_t k = 0; k < sweep.size(); k += step) current.push_back(sweep.current_pA[k]);
  }
  return current;
}

// Windows in which the current was held: for how long and up to where the cell was silent in them, and from
// where on it fired.
struct HeldParts {
  double silent_ms = 0.0;
  double silent_pA = -std::numeric_limits<double>::infinity();
  double firing_pA = std::numeric_limits<double>::infinity();
};

HeldParts held_parts(const Membrane& membrane, double sd_pA) {
  constexpr double kWindow_ms = 250.0, kQuiet = 0.1;
  HeldParts held;
  for (std::size_t s = 0; s < membrane.recording.sweeps.size(); ++s) {
    const Sweep& sweep = membrane.recording.sweeps[s];
    const auto width = static_cast<std::size_t>(kWindow_ms / sweep.dt_ms);
    for (std::size_t k = 0; width > 1 && k + width <= sweep.size(); k += width) {
      const auto window = std::span(sweep.current_pA).subspan(k, width);
      if (std::sqrt(*variance(window)) > kQuiet * sd_pA) continue;
      const double begin_ms = static_cast<double>(k) * sweep.dt_ms;
      if (std::ranges::any_of(membrane.spikes_ms[s],
                              [&](double t) { return t >= begin_ms && t < begin_ms + kWindow_ms; })) {
        held.firing_pA = std::min(held.firing_pA, *mean(window));
      } else {
        held.silent_ms += kWindow_ms;
        held.silent_pA = std::max(held.silent_pA, *mean(window));
      }
    }
  }
  return held;
}

// Without current every identified model of the curve that fires stays at rest.
bool curve_rests(const std::vector<ModelFit>& models) {
  bool any = false, all = true;
  for (const ModelFit& fit : models) {
    const bool of_curve = row_of(fit.model).group == ModelGroup::curve && spike_voltage_mV(fit.model);
    if (!of_curve || fit.status != FitStatus::ok || !fit.variant.empty()) continue;
    any = true;
    all = all && rest_mV(fit.model).has_value();
  }
  return any && all;
}

std::optional<double> silent_current_pA(const Membrane& membrane, const std::vector<ModelFit>& models,
                                        double sd_pA) {
  constexpr double kEnough_ms = 3000.0;  // in less, a cell that fires at 1 Hz may be silent by chance
  const HeldParts held = held_parts(membrane, sd_pA);
  std::optional<double> silent;
  if (curve_rests(models) && held.firing_pA > 0.0) silent = 0.0;
  if (held.silent_ms >= kEnough_ms && held.silent_pA < held.firing_pA)
    silent = std::max(held.silent_pA, silent.value_or(held.silent_pA));
  return silent;
}

std::vector<double> tried_currents(std::span<const double> current, std::optional<double> silent_pA) {
  const double low = std::min(lowest_pA, *quantile(current, 0.01));
  const double high = std::max(highest_pA, *quantile(current, 0.99));
  std::vector<double> tried{0.0};
  if (silent_pA && *silent_pA != 0.0) tried.push_back(*silent_pA);
  for (std::size_t i = 0; i <= grid_steps; ++i)
    tried.push_back(low + (high - low) * static_cast<double>(i) / static_cast<double>(grid_steps));
  std::ranges::sort(tried);
  tried.erase(std::unique(tried.begin(), tried.end()), tried.end());
  return tried;
}

double held_rate_Hz(const Model& model, double current_pA, SimulateOptions options) {
  const auto* gif = std::get_if<Gif>(&model);
  const double dt_ms = gif != nullptr ? gif->bin_ms : 1.0;
  const std::vector<double> current(static_cast<std::size_t>(held_ms / dt_ms), current_pA);
  options.settled_pA = current_pA;
  try {
    const PredictedTrains answer = simulate_trials(model, current, dt_ms, held_trials, options);
    double spikes = 0.0;
    for (const auto& train : answer.spike_times_ms) spikes += static_cast<double>(train.size());
    return 1000.0 * spikes / (held_ms * static_cast<double>(answer.spike_times_ms.size()));
  } catch (const DataError&) {
    return std::numeric_limits<double>::quiet_NaN();
  }
}

// The training current, the first 10 s of it, after a second of rest; a model may stay in a state to which
// the rest brought it.
void try_after_rest(const Membrane& membrane, const Gif& model, double rest_pA, SimulateOptions options,
                    SimulationCheck& check) {
  constexpr double kRest_ms = 1000.0, kMost_ms = 10000.0;
  const Sweep& sweep = membrane.recording.sweeps.front();
  const auto rest = static_cast<std::size_t>(kRest_ms / sweep.dt_ms);
  const auto size = std::min(sweep.size(), static_cast<std::size_t>(kMost_ms / sweep.dt_ms));
  std::vector<double> current(rest, rest_pA);
  current.insert(current.end(), sweep.current_pA.begin(),
                 sweep.current_pA.begin() + static_cast<std::ptrdiff_t>(size));
  const double begin_ms = static_cast<double>(rest) * sweep.dt_ms;
  const auto cell =
      std::ranges::lower_bound(membrane.spikes_ms.front(), static_cast<double>(size) * sweep.dt_ms) -
      membrane.spikes_ms.front().begin();
  options.settled_pA = rest_pA;
  std::ptrdiff_t away = 0, most = 0;
  for (const auto& train :
       simulate_trials(model, current, sweep.dt_ms, tried_trials, options).spike_times_ms) {
    const auto count = train.end() - std::ranges::lower_bound(train, begin_ms);
    most = std::max(most, count);
    away += count > 2 * cell + 10 ? 1 : 0;
  }
  if (away > 0)
    check.faults.push_back(fmt::format(
        "after a rest it runs away in {} of {} trials of the training current, with up to {} spikes "
        "where the cell has {}",
        away, tried_trials, most, cell));
}

// Where the cell is known to be silent, a model may fire a tenth as fast as the cell in training, or at 1 Hz.
void note_firing_at_rest(const SimulationChecks& all, double cell_Hz, SimulationCheck& check) {
  const double allowed_Hz = std::max(1.0, 0.1 * cell_Hz);
  std::size_t worst = all.currents_pA.size();
  for (std::size_t i = 0; all.silent_pA && i < all.currents_pA.size(); ++i) {
    if (all.currents_pA[i] > *all.silent_pA || check.rates_Hz[i] <= allowed_Hz) continue;
    if (worst == all.currents_pA.size() || !(check.rates_Hz[i] < check.rates_Hz[worst])) worst = i;
  }
  if (worst == all.currents_pA.size() || std::isnan(check.rates_Hz[worst])) return;
  check.faults.push_back(
      fmt::format("it fires at {:.3g} Hz under a constant {:.3g} pA, where the cell is silent",
                  check.rates_Hz[worst], all.currents_pA[worst]));
}

void note_endless_firing(const SimulationChecks& all, SimulationCheck& check) {
  const auto endless = std::ranges::find_if(check.rates_Hz, [](double rate) { return std::isnan(rate); });
  if (endless == check.rates_Hz.end()) return;
  check.faults.push_back(
      fmt::format("its spikes do not end under a constant {:.3g} pA",
                  all.currents_pA[static_cast<std::size_t>(endless - check.rates_Hz.begin())]));
}

// At the strongest current: hardly a spike, less than a tenth of the model's own highest rate, while most
// others fire.
void note_silence(const SimulationChecks& all, SimulationCheck& check) {
  constexpr double kSilent_Hz = 0.5, kShareOfOwn = 0.1, kFires_Hz = 5.0;
  const double rate = check.rates_Hz.back();
  if (!(rate < std::max(kSilent_Hz, kShareOfOwn * std::ranges::max(check.rates_Hz)))) return;
  const auto firing = std::ranges::count_if(
      all.models, [&](const SimulationCheck& other) { return !(other.rates_Hz.back() < kFires_Hz); });
  const std::size_t others = all.models.size() - 1;
  if (2 * static_cast<std::size_t>(firing) <= others) return;
  check.faults.push_back(
      fmt::format("it falls silent under a constant {:.3g} pA ({:.2g} Hz), where {} of {} other models fire",
                  all.currents_pA.back(), rate, firing, others));
}

}  // namespace

SimulationChecks check_simulation(const Membrane& membrane, const std::vector<ModelFit>& models,
                                  std::uint64_t seed, unsigned threads) {
  SimulationChecks checks;
  const std::vector<double> current = thinned_current(membrane.recording);
  checks.silent_pA = silent_current_pA(membrane, models, std::sqrt(variance(current).value_or(0.0)));
  checks.currents_pA = tried_currents(current, checks.silent_pA);
  std::vector<const Model*> tried;
  for (const ModelFit& fit : models) {
    if (fit.status == FitStatus::failed || !spike_voltage_mV(fit.model)) continue;
    tried.push_back(&fit.model);
    checks.models.push_back({fit_name(fit), {}, {}});
  }
  parallel_for(tried.size(), threads, [&](std::size_t turn) {
    const std::size_t m = tried.size() - 1 - turn;  // the dearest first
    SimulateOptions options;
    options.seed = seed + 2;  // other draws than those that the models are chosen by
    options.threads = 1;
    for (const double I : checks.currents_pA) {
      checks.models[m].rates_Hz.push_back(held_rate_Hz(*tried[m], I, options));
      options.trial += held_trials;
    }
    if (const auto* gif = std::get_if<Gif>(tried[m]))
      try_after_rest(membrane, *gif, checks.silent_pA.value_or(0.0), options, checks.models[m]);
  });
  for (SimulationCheck& check : checks.models) {
    note_firing_at_rest(checks, membrane.quality.rate_Hz, check);
    note_endless_firing(checks, check);
    note_silence(checks, check);
  }
  return checks;
}

void tell_fits(const SimulationChecks& checks, std::vector<ModelFit>& models) {
  for (const SimulationCheck& check : checks.models) {
    const auto fit = std::ranges::find(models, check.model, fit_name);
    if (check.faults.empty() || fit == models.end()) continue;
    if (fit->status == FitStatus::ok) fit->status = FitStatus::not_simulable;
    for (const std::string& fault : check.faults) fit->reason += (fit->reason.empty() ? "" : "; ") + fault;
  }
}

}  // namespace libfit
