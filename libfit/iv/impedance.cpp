#include "libfit/iv/impedance.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <unsupported/Eigen/FFT>

#include "libfit/core/error.hpp"
#include "libfit/iv/blocks.hpp"

namespace libfit {
namespace {

using Spectrum = std::vector<std::complex<double>>;

// Band [first, last) of the transform of values - mean, Hann window.
Spectrum band_of(const double* values, std::size_t length, std::size_t first, std::size_t last,
                 Eigen::FFT<double>& fft) {
  double centre = 0.0;
  for (std::size_t k = 0; k < length; ++k) centre += values[k] / static_cast<double>(length);
  std::vector<double> windowed(length);
  for (std::size_t k = 0; k < length; ++k) {
    const double phase =
        2.0 * std::numbers::pi * (static_cast<double>(k) + 0.5) / static_cast<double>(length);
    windowed[k] = (values[k] - centre) * 0.5 * (1.0 - std::cos(phase));
  }
  Spectrum transform;
  fft.fwd(transform, windowed);
  return {transform.begin() + static_cast<std::ptrdiff_t>(first),
          transform.begin() + static_cast<std::ptrdiff_t>(last)};
}

struct Segment {
  Spectrum cross;             // V conj(I)
  std::vector<double> power;  // |I|^2
};

// C over the band: the susceptances weighted by f^2, which is least squares of Im(Y) on 2 pi f.
double band_capacitance(const std::vector<Segment>& segments, const std::vector<double>& weights,
                        const std::vector<double>& frequency_Hz, std::vector<double>* at_each) {
  double top = 0.0, bottom = 0.0;
  for (std::size_t f = 0; f < frequency_Hz.size(); ++f) {
    std::complex<double> cross = 0.0;
    double power = 0.0;
    for (std::size_t s = 0; s < segments.size(); ++s) {
      cross += weights[s] * segments[s].cross[f];
      power += weights[s] * segments[s].power[f];
    }
    const double omega = 2.0 * std::numbers::pi * frequency_Hz[f] / 1000.0;  // 1/ms
    const double susceptance = (power / cross).imag();                       // nS
    if (at_each != nullptr) at_each->push_back(susceptance / omega);
    top += susceptance * omega;
    bottom += omega * omega;
  }
  return top / bottom;
}

}  // namespace

void ImpedanceOptions::validate() const {
  check_options({{"segment_ms", segment_ms, segment_ms > 0.0, "> 0"},
                 {"lowest_Hz", lowest_Hz, lowest_Hz > 0.0, "> 0"},
                 {"highest_Hz", highest_Hz, highest_Hz > lowest_Hz, "> lowest_Hz"}});
}

std::optional<ImpedanceCapacitance> estimate_impedance_capacitance(
    const Recording& recording, const std::vector<std::vector<Stretch>>& stretches,
    const ImpedanceOptions& options) {
  options.validate();
  require(stretches.size() == recording.sweeps.size(),
          "estimate_impedance_capacitance: one list of stretches a sweep");
  if (recording.sweeps.empty()) return std::nullopt;
  const double dt_ms = recording.sweeps.front().dt_ms;
  const auto length = static_cast<std::size_t>(options.segment_ms / dt_ms);
  const double resolution_Hz = 1000.0 / (static_cast<double>(length) * dt_ms);
  const auto first = static_cast<std::size_t>(std::ceil(options.lowest_Hz / resolution_Hz));
  const auto last = static_cast<std::size_t>(std::min(options.highest_Hz, 200.0 / dt_ms) / resolution_Hz) + 1;
  if (length < 16 || last <= first || last > length / 2) return std::nullopt;

  ImpedanceCapacitance result;
  for (std::size_t f = first; f < last; ++f)
    result.frequency_Hz.push_back(static_cast<double>(f) * resolution_Hz);
  Eigen::FFT<double> fft;
  std::vector<Segment> segments;
  for (std::size_t s = 0; s < stretches.size(); ++s) {
    for (const Stretch& stretch : stretches[s]) {
      for (std::size_t k = stretch.begin; k + length <= stretch.end; k += length / 2) {
        const Spectrum voltage = band_of(recording.sweeps[s].voltage_mV.data() + k, length, first, last, fft);
        const Spectrum current = band_of(recording.sweeps[s].current_pA.data() + k, length, first, last, fft);
        Segment segment;
        for (std::size_t f = 0; f < voltage.size(); ++f) {
          segment.cross.push_back(voltage[f] * std::conj(current[f]));
          segment.power.push_back(std::norm(current[f]));
        }
        segments.push_back(std::move(segment));
      }
    }
  }
  result.segments = segments.size();
  if (segments.size() < 8) return std::nullopt;
  result.capacitance_pF = band_capacitance(segments, std::vector<double>(segments.size(), 1.0),
                                           result.frequency_Hz, &result.capacitance_at_pF);
  if (!(result.capacitance_pF > 0.0)) return std::nullopt;
  std::vector<double> draws;
  for (std::size_t draw = 0; draw < options.bootstrap_draws; ++draw) {
    draws.push_back(band_capacitance(segments, draw_block_weights(segments.size(), options.seed, draw),
                                     result.frequency_Hz, nullptr));
  }
  result.ci95_pF = percentile_interval(draws);
  return result;
}

}  // namespace libfit
