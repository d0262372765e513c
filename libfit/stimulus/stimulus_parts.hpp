// Currents as a sum of parts: each adds to the samples within its window of time and leaves the others alone.
// Sample k is held from k*dt to (k+1)*dt. Whatever carries a charge (pulse, synaptic event) delivers all of
// it at any sampling interval: samples of those parts are means over the sample, not values at its beginning.
// Noise is an Ornstein-Uhlenbeck process by its exact update (stimulus.hpp); synaptic input is a Poisson
// process through exponential filters, with the moments of Campbell's theorem [Neuronal Dynamics ch. 8.2].
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "libfit/stimulus/stimulus.hpp"

namespace libfit {

// A sample belongs to a window when it begins within it.
struct StimulusWindow {
  double begin_ms = 0.0;                                    // >= 0
  double end_ms = std::numeric_limits<double>::infinity();  // > begin_ms; infinity: to the end of the current
};

struct StepPart {
  StimulusWindow window;
  double amplitude_pA = 0.0;
};

// A charge (1 pA ms = 1 fC) within the samples that `width_ms` covers, one at least; again every `period_ms`.
struct PulsePart {
  double at_ms = 0.0;      // >= 0
  double charge_fC = 0.0;  // negative: outward
  double width_ms = 0.0;   // >= 0; rounded to samples; 0: one sample
  double count = 1.0;      // whole, 1 to 1e6
  double period_ms = 0.0;  // >= 0; > 0 where count > 1
};

// A straight line from one current to another; a sample has the value of its middle.
struct RampPart {
  StimulusWindow window;
  double from_pA = 0.0;
  double to_pA = 0.0;
};

struct SinePart {
  StimulusWindow window;
  double amplitude_pA = 0.0;
  double frequency_Hz = 0.0;  // > 0, below half the sampling rate
  double phase_deg = 0.0;     // at begin_ms
};

// A sine whose frequency goes from one value to the other over the window, in equal steps of time or in
// equal ratios: the impedance of a membrane in one sweep.
struct ChirpPart {
  StimulusWindow window;
  double amplitude_pA = 0.0;
  double from_Hz = 0.0;  // > 0
  double to_Hz = 0.0;    // > 0; both below half the sampling rate
  bool logarithmic = false;
};

struct NoisePart {
  StimulusWindow window;
  NoiseOptions noise;
  std::optional<std::uint64_t> seed{};  // of this part alone: frozen, the same in every stream and place
};

// Events at random times, each a charge that flows as a difference of two exponentials (tau_rise_ms = 0:
// one). Mean rate*charge; without a rise, variance rate*charge^2/(2 tau).
struct PoissonPart {
  StimulusWindow window;
  double rate_Hz = 0.0;                 // >= 0, at most 1e6
  double charge_fC = 0.0;               // of one event; negative: inhibitory
  double tau_ms = 0.0;                  // > 0; decay
  double tau_rise_ms = 0.0;             // >= 0, < tau_ms
  std::optional<std::uint64_t> seed{};  // as above
};

using StimulusPart = std::variant<StepPart, PulsePart, RampPart, SinePart, ChirpPart, NoisePart, PoissonPart>;

struct StimulusOptions {
  double duration_ms = 1000.0;  // at least one sample, at most 2^32
  double dt_ms = 0.1;           // > 0
  std::uint64_t seed = 1;
  std::uint64_t stream = 0;  // below 2^48; another one gives other noise of the same kind
};

// Throws OptionError naming the field that makes no sense.
void validate(const StimulusPart& part);

// Sum of the parts; a pure function of its arguments. The noise of part i does not depend on the other parts.
// Throws OptionError for a part or times that make no sense: a frequency at or above half the sampling rate,
// a part that lies behind the end, more than 256 parts.
std::vector<double> stimulus_current(std::span<const StimulusPart> parts, const StimulusOptions& options);

}  // namespace libfit
