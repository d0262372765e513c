// What a file states of a sweep beyond its samples: how they were stored, what the sweep was recorded for,
// and how the amplifier was set. Formats that state nothing of the kind leave it out.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace libfit {

enum class SampleType { int16, int32, float32, float64 };

// How samples were stored: sample = stored * scale + offset, in the samples' unit and in double precision, so
// that the stored numbers can be had back from the samples exactly.
struct Encoding {
  SampleType type = SampleType::float64;
  double scale = 1.0;
  double offset = 0.0;
};

struct SweepNote {
  std::size_t number = 1;  // within the file, counted from 1
  std::string name;        // of the response in the file
  std::string stimulus;    // name of the stimulus ("Noise 1"); empty: not stated
  std::string role;        // "electrode", "training" or "test"; empty: not stated
  double dt_ms = 0.0;
  std::size_t points = 0;  // samples that the file holds of it, read or not
  double start_ms = 0.0;   // time of the first sample that was read, within the sweep
  std::optional<double> stimulus_amplitude_pA;
  std::optional<double> bridge_balance_MOhm;  // taken out of the voltage by the amplifier; 0: nothing
  std::optional<double> capacitance_compensation_pF;
  std::optional<double> bias_current_pA;  // holding current of the amplifier
};

}  // namespace libfit
