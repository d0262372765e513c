// Currents to inject: steps, and noise made of Ornstein-Uhlenbeck processes by their exact update, so that
// mean, SD and correlation do not depend on the sampling interval. The named protocols are those of the two
// papers whose methods this project follows.
//
//     const NoiseOptions noise =
//         badel_2008_noise(50.0, 80.0, 80.0);  // mean, SD of the fast and the slow part, pA
//     const std::vector<double> current_pA = noise_current(noise, 60000.0, 0.1, 1);  // a minute at 10 kHz
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace libfit {

// One Ornstein-Uhlenbeck process of mean 0: autocovariance sd^2 exp(-|lag| / tau).
struct NoiseComponent {
  double sd_pA = 0.0;   // >= 0
  double tau_ms = 0.0;  // >= 0; 0: independent from sample to sample
};

struct NoiseOptions {
  double mean_pA = 0.0;
  std::vector<NoiseComponent> components;  // summed; independent of one another
  // SD multiplied by 1 + depth sin(2 pi frequency t).
  double modulation_depth = 0.0;  // 0 to 1
  double modulation_Hz = 0.2;     // > 0
  double sd_pA() const;           // of the sum, its swing left out
  void validate() const;          // throws OptionError
};

// Two processes, fast (3 ms) and slow (10 ms) [Badel et al. 2008a, J Neurophysiol 99:656].
NoiseOptions badel_2008_noise(double mean_pA, double sd_fast_pA, double sd_slow_pA);

// One process of 3 ms whose SD swings by half at 0.2 Hz [Pozzorini et al. 2015, PLoS Comput Biol
// 11:e1004275].
NoiseOptions pozzorini_2015_noise(double mean_pA, double sd_pA);

// Weak noise, independent from sample to sample, for measuring the electrode.
NoiseOptions electrode_noise(double sd_pA);

// Samples of the noise from time 0; a pure function of its arguments. Throws OptionError for options or
// times that make no sense (duration_ms below dt_ms, more than 2^32 samples).
std::vector<double> noise_current(const NoiseOptions& options, double duration_ms, double dt_ms,
                                  std::uint64_t seed, std::uint64_t stream = 0);

struct CurrentStep {
  double begin_ms = 0.0;
  double end_ms = 0.0;  // > begin_ms
  double amplitude_pA = 0.0;
};

// 0 outside the steps, their sum where they overlap. A sample belongs to a step when it begins within it.
std::vector<double> step_current(std::span<const CurrentStep> steps, double duration_ms, double dt_ms);

}  // namespace libfit
