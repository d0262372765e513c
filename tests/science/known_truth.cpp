#include "tests/science/known_truth.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "libfit/model/parameters.hpp"

namespace dyniv_science {
namespace {

using dyniv_data::CellTruth;
using libfit::Model;

Condition rig_of(std::string name, CellTruth truth, libfit::NoiseOptions noise, std::string family,
                 std::vector<std::string> parameters) {
  Condition condition;
  condition.name = std::move(name);
  condition.truth = std::move(truth);
  condition.noise = std::move(noise);
  condition.rig.dt_ms = 0.05;
  condition.rig.duration_ms = 60000.0;
  condition.rig.voltage_noise_mV = 0.1;
  condition.family = std::move(family);
  condition.parameters = std::move(parameters);
  return condition;
}

const libfit::ModelFit* fit_of(const Condition& condition, const Analysis& analysis) {
  for (const libfit::ModelFit& fit : analysis.cell.models) {
    if (libfit::model_name(fit.model) == condition.family && fit.status == libfit::FitStatus::ok) return &fit;
  }
  return nullptr;
}

const libfit::ParameterEstimate* parameter_of(const Condition& condition, const Analysis& analysis,
                                              const std::string& name) {
  const libfit::ModelFit* fit = fit_of(condition, analysis);
  if (fit == nullptr) return nullptr;
  const auto found = std::find_if(fit->parameters.begin(), fit->parameters.end(),
                                  [&](const auto& parameter) { return parameter.name() == name; });
  return found == fit->parameters.end() ? nullptr : &*found;
}

// A LIF cell has no upstroke, so nothing in its voltage says when it fired. As cells do, the recording gets a
// spike at each: from threshold up to +20 mV and down again within the refractory period, when V is held.
void paint_spikes(const libfit::Lif& lif, const libfit::SpikeTrain& spikes_ms, libfit::Sweep& sweep) {
  constexpr double rise_ms = 0.3, peak_mV = 20.0;
  for (const double spike_ms : spikes_ms) {
    for (auto k = static_cast<std::size_t>(std::ceil(spike_ms / sweep.dt_ms)); k < sweep.size(); ++k) {
      const double since_ms = static_cast<double>(k) * sweep.dt_ms - spike_ms;
      if (since_ms > 0.75 * lif.reset.t_ref_ms) break;
      const double up = (peak_mV - lif.V_th_mV) * since_ms / rise_ms;
      const double down = (peak_mV - lif.reset.V_reset_mV) * (1.0 - since_ms / (0.75 * lif.reset.t_ref_ms));
      sweep.voltage_mV[k] += std::min(lif.V_th_mV - lif.reset.V_reset_mV + up, down);
    }
  }
}

libfit::Recording record_training(const Condition& condition, const dyniv_data::RigOptions& rig) {
  dyniv_data::GeneratedRecording made = dyniv_data::generate_training(condition.truth, condition.noise, rig);
  if (const auto* model = std::get_if<Model>(&condition.truth)) {
    if (const auto* lif = std::get_if<libfit::Lif>(model))
      paint_spikes(*lif, made.spike_times_ms[0], made.recording.sweeps[0]);
  }
  return std::move(made.recording);
}

}  // namespace

Condition eif_condition() {
  const libfit::Eif eif{100.0, 6.67, -65.0, -50.0, 1.5, 20.0, {-58.0, 4.0}};
  return rig_of("EIF", Model(eif), libfit::badel_2008_noise(150.0, 100.0, 100.0), "eif",
                {"C_pF", "g_nS", "E_mV", "V_T_mV", "Delta_T_mV"});
}

Condition layer5_condition() {
  const libfit::Eif eif{284.0, 15.2, -68.5, -52.7, 1.16, 20.0, {-58.0, 4.0}};
  return rig_of("EIF, layer 5", Model(eif), libfit::badel_2008_noise(280.0, 250.0, 250.0), "eif",
                {"C_pF", "g_nS", "E_mV", "V_T_mV", "Delta_T_mV"});
}

Condition lif_condition() {
  const libfit::Lif lif{100.0, 6.67, -65.0, -50.0, {-58.0, 4.0}};
  return rig_of("LIF", Model(lif), libfit::badel_2008_noise(120.0, 100.0, 100.0), "lif",
                {"C_pF", "g_nS", "E_mV"});
}

Condition qif_condition() {
  const libfit::Qif qif{100.0, 0.6, -65.0, -50.0, 20.0, {-58.0, 4.0}};
  return rig_of("QIF", Model(qif), libfit::badel_2008_noise(60.0, 70.0, 70.0), "qif",
                {"C_pF", "a_nS_per_mV", "V_rest_mV", "V_c_mV"});
}

Condition wang_buzsaki_condition() {
  return rig_of("Wang-Buzsaki", dyniv_data::WangBuzsaki{100.0}, libfit::badel_2008_noise(20.0, 80.0, 80.0),
                "", {"C_pF"});
}

Condition pyramidal_condition() {
  return rig_of("Pyramidal, M current", dyniv_data::CorticalPyramidal{},
                libfit::badel_2008_noise(300.0, 250.0, 250.0), "", {"C_pF"});
}

Condition with_electrode(Condition condition) {
  condition.name += ", electrode";
  condition.rig.electrode_MOhm = 30.0;
  condition.rig.electrode_tau_ms = 0.1;
  condition.electrode_sweep_ms = 10000.0;
  condition.compensate = true;
  condition.parameters.push_back("R_e_MOhm");
  return condition;
}

Condition with_lag(Condition condition, double samples) {
  condition.name += ", lag";
  condition.rig.lag_samples = samples;
  return condition;
}

Condition at_rate(Condition condition, double kHz) {
  condition.name += kHz == 10.0 ? ", 10 kHz" : ", other rate";
  condition.rig.dt_ms = 1.0 / kHz;
  return condition;
}

Condition with_kernel_from_training(Condition condition) {
  condition.name += ", kernel from training";
  condition.compensate = true;
  return condition;
}

std::vector<Condition> all_conditions() {
  std::vector<Condition> all;
  for (const Condition& cell : {eif_condition(), layer5_condition()}) {
    all.push_back(cell);
    all.push_back(with_kernel_from_training(cell));
    all.push_back(with_lag(cell, 0.5));
    all.push_back(at_rate(cell, 10.0));
    all.push_back(with_electrode(cell));
    all.push_back(with_lag(with_electrode(cell), 0.5));
    all.push_back(at_rate(with_electrode(cell), 10.0));
  }
  for (const Condition& cell :
       {lif_condition(), qif_condition(), wang_buzsaki_condition(), pyramidal_condition()}) {
    all.push_back(cell);
    all.push_back(with_kernel_from_training(cell));
    all.push_back(with_electrode(cell));
  }
  return all;
}

Analysis analyse(const Condition& condition, std::uint64_t seed, std::size_t bootstrap_draws,
                 unsigned threads) {
  dyniv_data::RigOptions rig = condition.rig;
  rig.seed = seed;
  const libfit::Recording training = record_training(condition, rig);
  std::optional<libfit::Recording> electrode;
  if (condition.electrode_sweep_ms > 0.0) {
    rig.duration_ms = condition.electrode_sweep_ms;
    electrode = dyniv_data::electrode_recording(condition.truth, condition.electrode_sweep_pA, rig);
  }
  libfit::MembraneOptions membrane;
  membrane.compensate = condition.compensate;
  membrane.threads = threads;
  libfit::CellFitOptions fit;
  fit.bootstrap_draws = bootstrap_draws;
  fit.curve_models_only = true;
  fit.threads = threads;
  Analysis analysis;
  analysis.membrane = libfit::prepare_membrane(electrode, training, membrane);
  analysis.cell = libfit::measure_curve(analysis.membrane, fit);
  libfit::fit_cell(analysis.membrane, analysis.cell, fit);
  return analysis;
}

double true_value(const Condition& condition, const std::string& parameter) {
  if (parameter == "R_e_MOhm") return condition.rig.electrode_MOhm;
  if (const auto* cell = std::get_if<dyniv_data::WangBuzsaki>(&condition.truth)) return cell->C_pF;
  if (const auto* cell = std::get_if<dyniv_data::CorticalPyramidal>(&condition.truth)) return cell->C_pF;
  for (const libfit::ParameterValue& known : libfit::scalar_parameters(std::get<Model>(condition.truth))) {
    if (known.name() == parameter) return known.value;
  }
  throw std::invalid_argument("the truth has no parameter " + parameter);
}

std::optional<double> estimate_of(const Condition& condition, const Analysis& analysis,
                                  const std::string& parameter) {
  if (parameter == "C_pF") return analysis.cell.capacitance.result.value_pF;
  if (parameter == "R_e_MOhm") {
    if (!analysis.membrane.electrode) return std::nullopt;
    return analysis.membrane.electrode->resistance_MOhm;
  }
  const auto* found = parameter_of(condition, analysis, parameter);
  if (found == nullptr) return std::nullopt;
  return found->value;
}

std::optional<libfit::Interval> interval_of(const Condition& condition, const Analysis& analysis,
                                            const std::string& parameter) {
  if (parameter == "C_pF") return analysis.cell.capacitance.result.ci95_pF;
  if (parameter == "R_e_MOhm") {
    if (!analysis.membrane.electrode) return std::nullopt;
    return analysis.membrane.electrode->resistance_ci95_MOhm;
  }
  const auto* found = parameter_of(condition, analysis, parameter);
  if (found == nullptr) return std::nullopt;
  return found->ci95;
}

}  // namespace dyniv_science
