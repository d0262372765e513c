#include "libfit/simulate/gif_trials.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/core/parallel.hpp"
#include "libfit/core/random.hpp"

namespace libfit {
namespace {

// Trials of one piece of work share their current and run side by side.
constexpr std::size_t lanes = 16;

// What all threshold states of one time constant add, weights included, as a function of V: tabulated, since
// it is one curve whatever the number of knots. Beyond the table softplus is straight or zero.
class DrivenCurve {
 public:
  static constexpr double low_mV = -200.0, high_mV = 100.0, step_mV = 0.05;
  DrivenCurve(const Gif& m, double tau_ms) : decay_(tau_ms > 0.0 ? std::exp(-m.bin_ms / tau_ms) : 0.0) {
    const auto points = static_cast<std::size_t>(std::lround((high_mV - low_mV) / step_mV)) + 1;
    value_.assign(points, 0.0);
    for (std::size_t i = 0; i < points; ++i) {
      const double V = low_mV + static_cast<double>(i) * step_mV;
      for (const auto& t : m.thresholds) {
        if (t.tau_ms == tau_ms)
          value_[i] += t.weight_per_mV * softplus(t.direction * (V - t.knot_mV), t.softness_mV);
      }
    }
  }
  double operator()(double V) const {
    const double x = (V - low_mV) / step_mV;
    const auto last = static_cast<double>(value_.size() - 2);
    const auto i = static_cast<std::size_t>(std::clamp(std::floor(x), 0.0, last));
    return value_[i] + (x - static_cast<double>(i)) * (value_[i + 1] - value_[i]);
  }
  double decay() const { return decay_; }

 private:
  double decay_;
  std::vector<double> value_;
};

// One leaky path from current to voltage, bin by bin: the drive of the hazard, or the membrane.
struct Path {
  HazardDrive drive;
  double decay;
  std::vector<double> current_decay;
};

Path make_path(const HazardDrive& drive, double bin_ms) {
  Path path{drive, std::exp(-bin_ms / drive.tau_ms), {}};
  for (const auto& c : drive.currents) path.current_decay.push_back(std::exp(-bin_ms / c.tau_ms));
  return path;
}

HazardDrive membrane_as_drive(Gif m) {
  adopt_membrane_as_drive(m);
  return m.drive;
}

// Everything that does not change from trial to trial.
struct Prepared {
  const Gif& model;
  std::vector<double> current_pA;  // one per bin
  double settled_pA = 0.0;         // before the first
  Path drive, membrane;
  int held_bins;
  std::vector<double> filter_decay;
  std::vector<DrivenCurve> curves;
  std::vector<double> history;  // log hazard that a spike of this age in bins adds
  double log_bin;
};

std::vector<double> bin_current(std::span<const double> current_pA, double dt_ms, double bin_ms) {
  const auto per_bin = static_cast<std::size_t>(std::lround(bin_ms / dt_ms));
  if (per_bin < 1 || std::abs(static_cast<double>(per_bin) * dt_ms - bin_ms) > 1e-6 * bin_ms ||
      current_pA.size() < per_bin) {
    throw DataError(fmt::format(
        "current: {} samples of {:g} ms do not fill the model's bins of {:g} ms; resample the current "
        "so that a bin is a whole number of samples",
        current_pA.size(), dt_ms, bin_ms));
  }
  std::vector<double> binned(current_pA.size() / per_bin);
  for (std::size_t k = 0; k < binned.size(); ++k) {
    double sum = 0.0;
    for (std::size_t j = 0; j < per_bin; ++j) sum += current_pA[k * per_bin + j];
    binned[k] = sum / static_cast<double>(per_bin);
    if (!std::isfinite(binned[k])) {
      throw DataError(
          fmt::format("current: around sample {} it is not finite; check the recording", k * per_bin));
    }
  }
  return binned;
}

Prepared prepare(const Gif& m, std::span<const double> current_pA, double dt_ms,
                 std::optional<double> settled_pA) {
  Prepared p{m,
             bin_current(current_pA, dt_ms, m.bin_ms),
             0.0,
             make_path(m.drive, m.bin_ms),
             make_path(membrane_as_drive(m), m.bin_ms),
             refractory_bins(m),
             {},
             {},
             {},
             std::log(m.bin_ms)};
  p.settled_pA = settled_pA ? *settled_pA : settled_current_pA(p.current_pA, m.bin_ms);
  for (const auto& f : m.filters)
    p.filter_decay.push_back(f.tau_ms > 0.0 ? std::exp(-m.bin_ms / f.tau_ms) : 0.0);
  std::vector<double> taus;
  for (const auto& t : m.thresholds) {
    if (std::find(taus.begin(), taus.end(), t.tau_ms) == taus.end()) taus.push_back(t.tau_ms);
  }
  for (const double tau : taus) p.curves.emplace_back(m, tau);
  double longest = 0.0;
  for (const auto& h : m.history) longest = std::max(longest, h.end_ms);
  p.history.assign(static_cast<std::size_t>(std::ceil(longest / m.bin_ms)) + 1, 0.0);
  for (std::size_t a = 0; a < p.history.size(); ++a) {
    const double age = static_cast<double>(a) * m.bin_ms;
    for (const auto& h : m.history) {
      if (age >= h.begin_ms && age < h.end_ms) p.history[a] += h.weight;
    }
  }
  return p;
}

// At least exp(eta), which is above the chance of a spike in a bin, by a few products: most bins need no
// more.
double chance_bound(double eta) {
  if (eta >= 0.0) return 1.0;
  const double x = -eta;
  return 1.0 / (1.0 + x * (1.0 + x * (1.0 / 2 + x * (1.0 / 6 + x * (1.0 / 24)))));
}

using Lanes = std::array<double, lanes>;

// Voltage and spike-triggered currents of one path in every lane.
class PathState {
 public:
  PathState(const Path& path, double settled_pA) : p_(path), w_(path.drive.currents.size()) {
    V_.fill(path.drive.E_mV + path.drive.resistance_GOhm * settled_pA);
    for (auto& w : w_) w.fill(0.0);
  }
  void advance(double I, const std::array<int, lanes>& held) {
    Lanes drive;
    drive.fill(I);
    for (std::size_t c = 0; c < w_.size(); ++c) {
      for (std::size_t i = 0; i < lanes; ++i) drive[i] -= w_[c][i];
      for (std::size_t i = 0; i < lanes; ++i) w_[c][i] *= p_.current_decay[c];
    }
    Lanes upstroke{};
    if (p_.drive.Delta_T_mV > 0.0) {
      for (std::size_t i = 0; i < lanes; ++i) upstroke[i] = upstroke_mV(p_.drive, V_[i]);
    }
    const double E = p_.drive.E_mV, R = p_.drive.resistance_GOhm, V_reset = p_.drive.V_reset_mV;
    for (std::size_t i = 0; i < lanes; ++i) {
      const double target = E + R * drive[i] + upstroke[i];
      V_[i] = held[i] > 0 ? V_reset : target + (V_[i] - target) * p_.decay;
    }
  }
  void spike(std::size_t lane) {
    for (std::size_t c = 0; c < w_.size(); ++c) w_[c][lane] += p_.drive.currents[c].b_pA;
  }
  const Lanes& V() const { return V_; }

 private:
  const Path& p_;
  Lanes V_{};
  std::vector<Lanes> w_;
};

// State of up to `lanes` trials at once; inner loops run over trials.
class TrialGroup {
 public:
  TrialGroup(const Prepared& p, std::size_t first, std::size_t count, std::uint64_t seed)
      : p_(p),
        count_(count),
        drive_(p.drive, p.settled_pA),
        membrane_(p.membrane, p.settled_pA),
        filter_(p.filter_decay.size()),
        driven_(p.curves.size()),
        past_(p.history.size() * lanes, 0.0),
        spikes_(count) {
    for (std::size_t i = 0; i < count; ++i) random_.emplace_back(seed, first + i);
    const double V0 = drive_.V().front();
    for (auto& f : filter_) f.fill(V0 - p.model.reference_mV);
    for (std::size_t c = 0; c < driven_.size(); ++c) driven_[c].fill(p.curves[c](V0));
    held_.fill(0);
  }

  void run(std::vector<double>& voltage_sum, std::vector<double>* first_lane) {
    for (std::size_t k = 0; k < p_.current_pA.size(); ++k) {
      advance(p_.current_pA[k]);
      for (std::size_t i = 0; i < count_; ++i) voltage_sum[k] += membrane_.V()[i];
      if (first_lane != nullptr) first_lane->push_back(membrane_.V().front());
      draw(k);
    }
  }

  SpikeTrains take() { return std::move(spikes_); }

 private:
  void advance(double I) {
    const Gif& m = p_.model;
    drive_.advance(I, held_);
    membrane_.advance(I, held_);
    const Lanes& V = drive_.V();
    eta_.fill(m.log_rate_per_ms + p_.log_bin);
    for (std::size_t f = 0; f < filter_.size(); ++f) {
      const double keep = p_.filter_decay[f], weight = m.filters[f].weight_per_mV;
      for (std::size_t i = 0; i < lanes; ++i) {
        filter_[f][i] = keep * filter_[f][i] + (1.0 - keep) * (V[i] - m.reference_mV);
        eta_[i] += weight * filter_[f][i];
      }
    }
    for (std::size_t c = 0; c < driven_.size(); ++c) {
      const DrivenCurve& curve = p_.curves[c];
      const double keep = curve.decay();
      for (std::size_t i = 0; i < lanes; ++i) {
        driven_[c][i] = keep * driven_[c][i] + (1.0 - keep) * curve(V[i]);
        eta_[i] += driven_[c][i];
      }
    }
  }

  void draw(std::size_t k) {
    const std::size_t size = p_.history.size();
    double* past = &past_[(k % size) * lanes];  // what earlier spikes add in this bin
    const double cap = highest_log_hazard_per_ms + p_.log_bin;
    for (std::size_t i = 0; i < count_; ++i) {
      const double eta = std::min(eta_[i] + past[i], cap);
      past[i] = 0.0;
      if (held_[i] > 0) {
        --held_[i];
        continue;
      }
      const double u = random_[i].uniform();
      if (u >= chance_bound(eta) || u >= -std::expm1(-std::exp(eta))) continue;
      const double within = random_[i].uniform();
      spikes_[i].push_back((static_cast<double>(k) + within) * p_.model.bin_ms + p_.model.spike_lead_ms);
      held_[i] = p_.held_bins;
      drive_.spike(i);
      membrane_.spike(i);
      for (std::size_t a = 1; a < size; ++a) past_[((k + a) % size) * lanes + i] += p_.history[a];
    }
  }

  const Prepared& p_;
  std::size_t count_;
  PathState drive_, membrane_;
  Lanes eta_{};
  std::array<int, lanes> held_{};
  std::vector<Lanes> filter_, driven_;
  std::vector<double> past_;  // a ring of bins, `lanes` numbers each
  std::vector<RandomStream> random_;
  SpikeTrains spikes_;
};

}  // namespace

void GifTrialOptions::validate() const {
  check_options(
      {{"trials", static_cast<double>(trials), trials >= 1 && trials <= 1'000'000, "between 1 and 1000000"}});
  if (settled_pA) check_options({{"settled_pA", *settled_pA, std::isfinite(*settled_pA), "finite"}});
}

std::vector<double> voltage_at_samples(std::span<const double> ends_mV, double bin_ms, std::size_t samples,
                                       double dt_ms) {
  require(!ends_mV.empty(), "voltage_at_samples: no bin");
  std::vector<double> voltage(samples);
  for (std::size_t k = 0; k < samples; ++k) {
    const double x = static_cast<double>(k) * dt_ms / bin_ms - 1.0;  // bin 0 ends at bin_ms
    const double at = std::clamp(x, 0.0, static_cast<double>(ends_mV.size() - 1));
    const auto i = std::min(static_cast<std::size_t>(at), ends_mV.size() - 1);
    const std::size_t next = std::min(i + 1, ends_mV.size() - 1);
    voltage[k] = ends_mV[i] + (at - static_cast<double>(i)) * (ends_mV[next] - ends_mV[i]);
  }
  return voltage;
}

GifTrials simulate_gif_trials(const Gif& model, std::span<const double> current_pA, double dt_ms,
                              const GifTrialOptions& options) {
  options.validate();
  validate(model);
  require(!current_pA.empty() && dt_ms > 0.0, "simulate_gif_trials: the current is empty");
  const Prepared prepared = prepare(model, current_pA, dt_ms, options.settled_pA);
  const std::size_t groups = (options.trials + lanes - 1) / lanes;
  std::vector<std::vector<double>> sums(groups);
  GifTrials result;
  result.bin_ms = model.bin_ms;
  result.spikes_ms.resize(options.trials);
  parallel_for(groups, options.threads, [&](std::size_t g) {
    const std::size_t first = g * lanes;
    const std::size_t count = std::min(lanes, options.trials - first);
    sums[g].assign(prepared.current_pA.size(), 0.0);
    TrialGroup group(prepared, options.first_trial + first, count, options.seed);
    group.run(sums[g], g == 0 ? &result.first_voltage_mV : nullptr);
    auto trains = group.take();
    const double end_ms = static_cast<double>(current_pA.size()) * dt_ms;
    for (std::size_t i = 0; i < count; ++i) {
      std::erase_if(trains[i], [end_ms](double t) { return t >= end_ms; });
      result.spikes_ms[first + i] = std::move(trains[i]);
    }
  });
  result.mean_voltage_mV.assign(prepared.current_pA.size(), 0.0);
  for (const auto& sum : sums) {
    for (std::size_t k = 0; k < sum.size(); ++k)
      result.mean_voltage_mV[k] += sum[k] / static_cast<double>(options.trials);
  }
  return result;
}

}  // namespace libfit
