// How long to record: the current model is driven by the planned noise and fitted again, several times, and
// the scatter of each parameter is taken to the wanted precision by 1/sqrt(time). The simulated cell has what
// a real one has beyond its model: a current that is not injected, and noise on the voltage. What a real cell
// has besides (electrode, drift, adaptation) is not in the estimate, so it is the least that is needed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libfit/model/model.hpp"
#include "libfit/stimulus/stimulus.hpp"

namespace libfit {

struct RecordingLengthOptions {
  double duration_ms = 30000.0;       // > 0; of each simulated recording
  double dt_ms = 0.1;                 // > 0
  double precision = 0.05;            // > 0; relative SD wanted of capacitance, conductance, slope factor ...
  double precision_mV = 0.5;          // > 0; SD wanted of voltages (rest, threshold)
  double hidden_current_share = 0.2;  // >= 0; SD of the current that is not injected, over that of the noise
  double voltage_noise_mV = 0.1;      // >= 0; SD, independent from sample to sample
  std::size_t replicates = 8;         // 3 to 1000
  std::uint64_t seed = 1;
  unsigned threads = 0;
  void validate() const;  // throws OptionError
};

struct ParameterLength {
  std::string name;
  double truth = 0.0;
  double bias = 0.0;      // mean of the fits minus the truth
  double sd = 0.0;        // between recordings of duration_ms
  double needed_s = 0.0;  // for the wanted precision
};

struct RecordingLength {
  std::vector<ParameterLength> parameters;  // of the fit to the curve; not spike, reset and refractory period
  std::optional<double> needed_s;           // the longest of them; absent: fewer than three fits succeeded
  std::size_t fitted = 0;                   // of the replicates
};

// For the models that are fitted to a curve: passive, lif, qif, eif. Throws DataError for others, OptionError
// for options out of range.
RecordingLength estimate_recording_length(const Model& model, const NoiseOptions& noise,
                                          const RecordingLengthOptions& options = {});

}  // namespace libfit
