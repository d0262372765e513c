// Cells whose parameters are known, recorded by simulated rigs and analysed as `dyniv fit` would: what the
// recovery tests assert on one seed and the studies of tests/study count over many.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/generator.hpp"
#include "libfit/characterize/cell_fit.hpp"
#include "libfit/signal/membrane.hpp"

namespace dyniv_science {

struct Condition {
  std::string name;
  dyniv_data::CellTruth truth;
  libfit::NoiseOptions noise;        // of the training sweep
  dyniv_data::RigOptions rig;        // its duration is the training sweep's
  double electrode_sweep_ms = 0.0;   // 0: no sweep of its own for the electrode
  double electrode_sweep_pA = 50.0;  // SD of its noise
  bool compensate = false;
  std::string family;                   // whose parameters are compared: "eif", "lif", "qif"; empty: C only
  std::vector<std::string> parameters;  // C_pF first; R_e_MOhm stands for the electrode's resistance
};

// A fast-spiking EIF (tau 15 ms), one with the mean values of layer-5 pyramidal cells [Harrison et al. 2015],
// a LIF and a QIF of like size; noise of 3 and 10 ms; voltage noise of 0.1 mV; 60 s at 20 kHz, no electrode.
Condition eif_condition();
Condition layer5_condition();
Condition lif_condition();
Condition qif_condition();
Condition wang_buzsaki_condition();
Condition pyramidal_condition();

// The same rig with changes. An electrode of 30 MOhm and 0.1 ms comes with a sweep of 10 s, and compensation.
Condition with_electrode(Condition condition);
Condition with_lag(Condition condition, double samples);
Condition at_rate(Condition condition, double kHz);
// Compensation asked for without a sweep of its own: the kernel is looked for in the training trace.
Condition with_kernel_from_training(Condition condition);

// Every condition of the recovery table.
std::vector<Condition> all_conditions();

struct Analysis {
  libfit::Membrane membrane;
  libfit::CellFit cell;
};
Analysis analyse(const Condition& condition, std::uint64_t seed, std::size_t bootstrap_draws,
                 unsigned threads);

double true_value(const Condition& condition, const std::string& parameter);
// Absent where the analysis gives none, for example when the fit of the family is not ok.
std::optional<double> estimate_of(const Condition& condition, const Analysis& analysis,
                                  const std::string& parameter);
std::optional<libfit::Interval> interval_of(const Condition& condition, const Analysis& analysis,
                                            const std::string& parameter);

}  // namespace dyniv_science
