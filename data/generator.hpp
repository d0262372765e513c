// Recordings with known truth: a cell, an injected current, and the rig between the cell and the file. For
// tests of recovery and for the shipped demonstration. Everything is a pure function of the arguments.
// Convention: the true current is held over each sample [k dt, (k+1) dt), V is taken at k dt.
#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "data/conductance.hpp"
#include "libfit/model/model.hpp"
#include "libfit/recording/recording.hpp"
#include "libfit/stimulus/stimulus.hpp"

namespace dyniv_data {

using CellTruth = std::variant<libfit::Model, WangBuzsaki, CorticalPyramidal>;

struct RigOptions {
  double dt_ms = 0.1;               // > 0
  double duration_ms = 10000.0;     // used by the protocols below only
  double electrode_MOhm = 0.0;      // >= 0; 0: the recorded voltage is the membrane's
  double electrode_tau_ms = 0.1;    // >= 0; 0: the electrode answers at once
  double lag_samples = 0.0;         // the recorded current is the true one this much later; fractions allowed
  double monitor_noise_pA = 0.0;    // >= 0; SD, white, on the recorded current
  double voltage_noise_mV = 0.0;    // >= 0; SD, white, on the recorded voltage
  double intrinsic_noise_pA = 0.0;  // >= 0; SD of a current that only the membrane sees
  double intrinsic_tau_ms = 3.0;    // >= 0; its correlation time; 0: independent from sample to sample
  std::uint64_t seed = 1;
  std::uint64_t repetition = 0;  // noise of the rig and of the cell differs between repetitions
  void validate() const;         // throws libfit::OptionError
};

struct GeneratedSweep {
  libfit::Sweep sweep;                 // what the rig records
  std::vector<double> membrane_mV;     // what the membrane does, before electrode and noise
  std::vector<double> spike_times_ms;  // of the truth, between samples
};

GeneratedSweep generate(const CellTruth& truth, std::span<const double> current_pA, const RigOptions& rig);

libfit::Sweep generate_sweep(const CellTruth& truth, std::span<const double> current_pA,
                             const RigOptions& rig);

// A recording and, sweep by sweep, when the truth fired.
struct GeneratedRecording {
  libfit::Recording recording;
  std::vector<std::vector<double>> spike_times_ms;
};

// One sweep of weak sample-by-sample noise, rig.duration_ms long.
GeneratedRecording generate_electrode(const CellTruth& truth, double sd_pA, const RigOptions& rig);
// One sweep of the given noise.
GeneratedRecording generate_training(const CellTruth& truth, const libfit::NoiseOptions& noise,
                                     const RigOptions& rig);
// `repetitions` sweeps of one frozen noise, another than in training; intrinsic and measurement noise differ.
GeneratedRecording generate_test(const CellTruth& truth, const libfit::NoiseOptions& noise,
                                 std::size_t repetitions, const RigOptions& rig);

// The same without the truth's spikes.
libfit::Recording electrode_recording(const CellTruth& truth, double sd_pA, const RigOptions& rig);
libfit::Recording training_recording(const CellTruth& truth, const libfit::NoiseOptions& noise,
                                     const RigOptions& rig);
libfit::Recording test_recording(const CellTruth& truth, const libfit::NoiseOptions& noise,
                                 std::size_t repetitions, const RigOptions& rig);

}  // namespace dyniv_data
