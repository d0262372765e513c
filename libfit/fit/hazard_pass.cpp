#include "libfit/fit/hazard_pass.hpp"

#include <algorithm>
#include <cmath>
#include <deque>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

using Eigen::Index;

Index membrane_size(const Gif& m) { return 4 + 2 * static_cast<Index>(m.drive.currents.size()); }

// V, the spike-triggered currents and their sensitivities, bin by bin. Exact for a held current, but for the
// decay of the spike-triggered currents within a bin.
class DrivePath {
 public:
  DrivePath(const Gif& m, double settled_pA, bool with_sensitivities)
      : m_(m),
        R_(m.drive.resistance_GOhm),
        tau_(m.drive.tau_ms),
        decay_(std::exp(-m.bin_ms / m.drive.tau_ms)),
        V_(m.drive.E_mV + R_ * settled_pA),
        with_(with_sensitivities),
        held_bins_(refractory_bins(m)),
        trace_(m.drive.currents.size(), 0.0),
        trace_slope_(m.drive.currents.size(), 0.0),
        sensitivity_(Eigen::VectorXd::Zero(membrane_size(m))) {
    for (const auto& c : m.drive.currents) {
      current_decay_.push_back(std::exp(-m.bin_ms / c.tau_ms));
      current_decay_slope_.push_back(current_decay_.back() * m.bin_ms / c.tau_ms);
    }
    sensitivity_[1] = R_ * settled_pA;
    sensitivity_[2] = 1.0;
  }

  // Over one bin; `spike`: one begins in it. Whether a spike could begin in it: can_fire().
  void advance(double I, bool spike) {
    const std::size_t n = trace_.size();
    can_fire_ = held_ == 0;
    double w = 0.0;
    for (std::size_t i = 0; i < n; ++i) w += m_.drive.currents[i].b_pA * trace_[i];
    if (held_ > 0) {
      V_ = m_.drive.V_reset_mV;
      if (with_) {
        sensitivity_.setZero();
        sensitivity_[3] = 1.0;
      }
      --held_;
    } else {
      const double target = m_.drive.E_mV + R_ * (I - w) + upstroke_mV(m_.drive, V_);
      const double gain = 1.0 - decay_;
      if (with_) {
        sensitivity_ *= decay_ + gain * upstroke_slope(m_.drive, V_);
        sensitivity_[0] += (V_ - target) * decay_ * m_.bin_ms / tau_;
        sensitivity_[1] += gain * R_ * (I - w);
        sensitivity_[2] += gain;
        for (std::size_t i = 0; i < n; ++i) {
          const auto at = static_cast<Index>(i);
          sensitivity_[4 + at] -= gain * R_ * trace_[i];
          sensitivity_[4 + static_cast<Index>(n) + at] -=
              gain * R_ * m_.drive.currents[i].b_pA * trace_slope_[i];
        }
      }
      V_ = target + (V_ - target) * decay_;
    }
    for (std::size_t i = 0; i < n; ++i) {
      trace_slope_[i] = current_decay_[i] * trace_slope_[i] + current_decay_slope_[i] * trace_[i];
      trace_[i] = current_decay_[i] * trace_[i] + (spike ? 1.0 : 0.0);
    }
    if (spike) held_ = held_bins_;
  }

  double V() const { return V_; }
  const Eigen::VectorXd& sensitivity() const { return sensitivity_; }
  bool can_fire() const { return can_fire_; }

 private:
  const Gif& m_;
  double R_, tau_, decay_, V_;
  bool with_;
  int held_bins_, held_ = 0;
  bool can_fire_ = true;
  std::vector<double> current_decay_, current_decay_slope_, trace_, trace_slope_;
  Eigen::VectorXd sensitivity_;
};

// States of one time constant share the low-pass of their summed sensitivity to V.
struct StateGroup {
  double tau_ms = 0.0, decay = 0.0;
  std::vector<std::size_t> states;
};

std::vector<StateGroup> groups_of(const Gif& m) {
  std::vector<StateGroup> groups;
  for (std::size_t j = 0; j < m.thresholds.size(); ++j) {
    const double tau = m.thresholds[j].tau_ms;
    auto at = std::find_if(groups.begin(), groups.end(), [tau](const auto& g) { return g.tau_ms == tau; });
    if (at == groups.end()) {
      groups.push_back({tau, tau > 0.0 ? std::exp(-m.bin_ms / tau) : 0.0, {}});
      at = groups.end() - 1;
    }
    at->states.push_back(j);
  }
  return groups;
}

// softplus and its slope are needed once for every distinct (knot, softness, direction).
struct Knot {
  double knot = 0.0, softness = 1.0, direction = 1.0;
  double value = 0.0, slope = 0.0;  // slope in V, direction included
  bool operator==(const Knot& o) const {
    return knot == o.knot && softness == o.softness && direction == o.direction;
  }
};

// Fills rows bin by bin along one sweep.
class RowWriter {
 public:
  RowWriter(const Gif& m, Sensitivities sensitivities)
      : m_(m),
        membrane_(sensitivities != Sensitivities::none),
        states_(sensitivities == Sensitivities::membrane_and_states),
        groups_(groups_of(m)),
        columns_(1 + static_cast<Index>(m.filters.size() + m.thresholds.size() + m.history.size())) {
    for (const auto& t : m.thresholds) {
      const Knot knot{t.knot_mV, t.softness_mV, t.direction, 0.0, 0.0};
      auto at = std::find(knots_.begin(), knots_.end(), knot);
      knot_of_.push_back(static_cast<std::size_t>(at - knots_.begin()));
      if (at == knots_.end()) knots_.push_back(knot);
    }
    for (const auto& f : m.filters)
      filter_decay_.push_back(f.tau_ms > 0.0 ? std::exp(-m.bin_ms / f.tau_ms) : 0.0);
    filter_.resize(m.filters.size());
    state_.resize(m.thresholds.size());
    state_tau_slope_.resize(m.thresholds.size());
    state_knot_slope_.resize(m.thresholds.size());
    const Index shape = membrane_size(m);
    if (membrane_) columns_ += shape;
    if (states_) columns_ += 2 * static_cast<Index>(m.thresholds.size());
    filter_slope_ = Eigen::MatrixXd::Zero(shape, static_cast<Index>(m.filters.size()));
    group_slope_ = Eigen::MatrixXd::Zero(shape, static_cast<Index>(groups_.size()));
    longest_ = 0;
    for (const auto& h : m.history)
      longest_ = std::max(longest_, static_cast<int>(std::ceil(h.end_ms / m.bin_ms)));
    step_of_age_.assign(static_cast<std::size_t>(longest_) + 1, -1);
    for (std::size_t a = 0; a < step_of_age_.size(); ++a) {
      const double age = static_cast<double>(a) * m.bin_ms;
      for (std::size_t h = 0; h < m.history.size(); ++h) {
        if (age >= m.history[h].begin_ms && age < m.history[h].end_ms) step_of_age_[a] = static_cast<int>(h);
      }
    }
  }

  Index columns() const { return columns_; }

  void begin(double V, const Eigen::VectorXd& dV) {
    first_ = true;
    spikes_.clear();
    filter_slope_.setZero();
    group_slope_.setZero();
    std::fill(state_tau_slope_.begin(), state_tau_slope_.end(), 0.0);
    std::fill(state_knot_slope_.begin(), state_knot_slope_.end(), 0.0);
    advance(V, dV);
    first_ = false;
  }

  // Filters and states over one bin that ends at V.
  void advance(double V, const Eigen::VectorXd& dV) {
    for (Knot& k : knots_) {
      const double x = k.direction * (V - k.knot);
      k.value = softplus(x, k.softness);
      k.slope = k.direction * softplus_slope(x, k.softness);
    }
    for (std::size_t i = 0; i < filter_.size(); ++i) {
      const double keep = first_ ? 0.0 : filter_decay_[i];
      filter_[i] = keep * filter_[i] + (1.0 - keep) * (V - m_.reference_mV);
      if (membrane_) {
        auto column = filter_slope_.col(static_cast<Index>(i));
        column = keep * column + (1.0 - keep) * dV;
      }
    }
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      const double keep = first_ ? 0.0 : groups_[g].decay;
      double slope = 0.0;
      for (const std::size_t j : groups_[g].states) {
        const Knot& k = knots_[knot_of_[j]];
        if (states_) {
          // Where a state starts, at rest, its time constant does not matter.
          const double tau = m_.thresholds[j].tau_ms;
          // d decay / d log tau = decay * bin / tau
          const double decay_slope = first_ || tau <= 0.0 ? 0.0 : keep * m_.bin_ms / tau;
          state_tau_slope_[j] = keep * state_tau_slope_[j] + decay_slope * (state_[j] - k.value);
          state_knot_slope_[j] = keep * state_knot_slope_[j] - (1.0 - keep) * k.slope;
        }
        state_[j] = keep * state_[j] + (1.0 - keep) * k.value;
        slope += m_.thresholds[j].weight_per_mV * k.slope;
      }
      if (membrane_) {
        auto column = group_slope_.col(static_cast<Index>(g));
        column = keep * column + ((1.0 - keep) * slope) * dV;
      }
    }
  }

  template <class Row>
  void write(Row&& row, int bin) const {
    Index at = 0;
    row[at++] = 1.0;
    for (const double f : filter_) row[at++] = f;
    for (const double s : state_) row[at++] = s;
    row.segment(at, static_cast<Index>(m_.history.size())).setZero();
    for (const int spike : spikes_) {
      const int step = step_of_age_[static_cast<std::size_t>(bin - spike)];
      if (step >= 0) row[at + step] += 1.0;
    }
    at += static_cast<Index>(m_.history.size());
    if (!membrane_) return;
    Eigen::VectorXd slope = group_slope_.rowwise().sum();
    for (std::size_t i = 0; i < filter_.size(); ++i)
      slope += m_.filters[i].weight_per_mV * filter_slope_.col(static_cast<Index>(i));
    row.segment(at, slope.size()) = slope;
    at += slope.size();
    if (!states_) return;
    for (std::size_t j = 0; j < state_.size(); ++j) {
      row[at++] = m_.thresholds[j].weight_per_mV * state_tau_slope_[j];
      row[at++] = m_.thresholds[j].weight_per_mV * state_knot_slope_[j];
    }
  }

  void note_spike(int bin) { spikes_.push_back(bin); }
  void forget(int bin) {
    while (!spikes_.empty() && bin - spikes_.front() > longest_) spikes_.pop_front();
  }

 private:
  const Gif& m_;
  bool membrane_, states_, first_ = true;
  std::vector<StateGroup> groups_;
  std::vector<Knot> knots_;
  std::vector<std::size_t> knot_of_;
  std::vector<double> filter_decay_, filter_, state_, state_tau_slope_, state_knot_slope_;
  Eigen::MatrixXd filter_slope_, group_slope_;
  std::vector<int> step_of_age_;
  std::deque<int> spikes_;
  int longest_ = 0;
  Index columns_;
};

// Rows are collected column-major, block by block.
class BlockCollector {
 public:
  BlockCollector(HazardDesign& design, Index columns) : design_(design), columns_(columns) {}
  auto next_row(bool spike) {
    const Index within = design_.rows % HazardDesign::block_rows;
    if (within == 0) {
      design_.blocks.emplace_back(HazardDesign::block_rows, columns_);
      design_.spikes.emplace_back(Eigen::VectorXd::Zero(HazardDesign::block_rows));
    }
    design_.spikes.back()[within] = spike ? 1.0 : 0.0;
    design_.spike_count += spike ? 1 : 0;
    ++design_.rows;
    return design_.blocks.back().row(within);
  }
  void finish() {
    const Index last = design_.rows % HazardDesign::block_rows;
    if (design_.blocks.empty() || last == 0) return;
    design_.blocks.back().conservativeResize(last, Eigen::NoChange);
    design_.spikes.back().conservativeResize(last);
  }

 private:
  HazardDesign& design_;
  Index columns_;
};

}  // namespace

Eigen::VectorXd weights_of(const Gif& m) {
  Eigen::VectorXd w(1 + static_cast<Index>(m.filters.size() + m.thresholds.size() + m.history.size()));
  Index at = 0;
  w[at++] = m.log_rate_per_ms;
  for (const auto& f : m.filters) w[at++] = f.weight_per_mV;
  for (const auto& t : m.thresholds) w[at++] = t.weight_per_mV;
  for (const auto& h : m.history) w[at++] = h.weight;
  return w;
}

void set_weights(Gif& m, const Eigen::VectorXd& w) {
  Index at = 0;
  m.log_rate_per_ms = w[at++];
  for (auto& f : m.filters) f.weight_per_mV = w[at++];
  for (auto& t : m.thresholds) t.weight_per_mV = w[at++];
  for (auto& h : m.history) h.weight = w[at++];
  require(at == w.size(), "set_weights: wrong number of weights");
}

Eigen::VectorXd shape_of(const Gif& m, bool with_states) {
  const HazardDrive& d = m.drive;
  const auto n = static_cast<Index>(d.currents.size());
  Eigen::VectorXd shape(membrane_size(m) + (with_states ? 2 * static_cast<Index>(m.thresholds.size()) : 0));
  shape.head(4) << std::log(d.tau_ms), std::log(d.resistance_GOhm), d.E_mV, d.V_reset_mV;
  for (Index i = 0; i < n; ++i) {
    shape[4 + i] = d.currents[static_cast<std::size_t>(i)].b_pA;
    shape[4 + n + i] = std::log(d.currents[static_cast<std::size_t>(i)].tau_ms);
  }
  if (!with_states) return shape;
  Index at = 4 + 2 * n;
  for (const auto& t : m.thresholds) {
    shape[at++] = std::log(t.tau_ms);
    shape[at++] = t.knot_mV;
  }
  return shape;
}

void set_shape(Gif& m, const Eigen::VectorXd& shape, bool with_states) {
  HazardDrive& d = m.drive;
  const auto n = static_cast<Index>(d.currents.size());
  d.tau_ms = std::exp(shape[0]);
  d.resistance_GOhm = std::exp(shape[1]);
  d.E_mV = shape[2];
  d.V_reset_mV = shape[3];
  for (Index i = 0; i < n; ++i) {
    d.currents[static_cast<std::size_t>(i)].b_pA = shape[4 + i];
    d.currents[static_cast<std::size_t>(i)].tau_ms = std::exp(shape[4 + n + i]);
  }
  if (!with_states) return;
  Index at = 4 + 2 * n;
  for (auto& t : m.thresholds) {
    t.tau_ms = std::exp(shape[at++]);
    t.knot_mV = shape[at++];
  }
}

HazardDesign hazard_design(const Gif& model, const BinnedRecording& data, const BinSelection& selection,
                           Sensitivities sensitivities) {
  HazardDesign design;
  RowWriter writer(model, sensitivities);
  BlockCollector collector(design, writer.columns());
  double time_ms = 0.0;
  for (const BinnedSweep& sweep : data.sweeps) {
    if (sweep.spike.empty()) continue;
    DrivePath drive(model, settled_current_pA(sweep.current_pA, model.bin_ms),
                    sensitivities != Sensitivities::none);
    writer.begin(drive.V(), drive.sensitivity());
    for (std::size_t k = 0; k < sweep.spike.size(); ++k, time_ms += model.bin_ms) {
      const bool spike = sweep.spike[k] != 0;
      drive.advance(sweep.current_pA[k], spike);
      writer.advance(drive.V(), drive.sensitivity());
      const auto bin = static_cast<int>(k);
      writer.forget(bin);
      if (drive.can_fire() && selection.contains(time_ms)) writer.write(collector.next_row(spike), bin);
      if (spike) writer.note_spike(bin);
    }
  }
  collector.finish();
  return design;
}

VoltagePass voltage_pass(const Gif& model, const BinnedSweep& sweep, bool with_sensitivities) {
  VoltagePass pass;
  const std::size_t bins = sweep.spike.size();
  pass.voltage_mV.resize(bins);
  if (with_sensitivities) pass.sensitivity.resize(static_cast<Index>(bins), membrane_size(model));
  if (bins == 0) return pass;
  DrivePath drive(model, settled_current_pA(sweep.current_pA, model.bin_ms), with_sensitivities);
  for (std::size_t k = 0; k < bins; ++k) {
    drive.advance(sweep.current_pA[k], sweep.spike[k] != 0);
    pass.voltage_mV[k] = drive.V();
    if (with_sensitivities) pass.sensitivity.row(static_cast<Index>(k)) = drive.sensitivity();
  }
  return pass;
}

}  // namespace libfit
