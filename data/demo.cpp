#include "data/demo.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "data/abf2_writer.hpp"
#include "data/generator.hpp"

namespace dyniv_data {
namespace {

using Json = nlohmann::ordered_json;

const Abf2Channel voltage_channel{"Vm", "mV", 250.0};
const Abf2Channel current_channel{"Im", "pA", 5000.0};
constexpr double electrode_sd_pA = 150.0;
constexpr double noise_mean_pA = 300.0;
constexpr double noise_sd_pA = 400.0;

RigOptions demo_rig(std::uint64_t seed, double duration_ms) {
  RigOptions rig;
  rig.duration_ms = duration_ms;
  rig.electrode_MOhm = 25.0;
  rig.electrode_tau_ms = 0.1;
  rig.monitor_noise_pA = 0.5;
  rig.voltage_noise_mV = 0.1;
  rig.intrinsic_noise_pA = 60.0;
  rig.intrinsic_tau_ms = 3.0;
  rig.seed = seed;
  return rig;
}

Json rig_truth(const RigOptions& rig) {
  return {{"rate_Hz", 1000.0 / rig.dt_ms},
          {"electrode_MOhm", rig.electrode_MOhm},
          {"electrode_tau_ms", rig.electrode_tau_ms},
          {"lag_samples", rig.lag_samples},
          {"monitor_noise_pA", rig.monitor_noise_pA},
          {"voltage_noise_mV", rig.voltage_noise_mV},
          {"intrinsic_noise_pA", rig.intrinsic_noise_pA},
          {"intrinsic_tau_ms", rig.intrinsic_tau_ms},
          {"seed", rig.seed}};
}

Json cell_truth(const CorticalPyramidal& cell) {
  return {{"kind", "Pospischil et al. 2008, regular-spiking pyramidal cell"},
          {"C_pF", cell.C_pF},
          {"g_leak_nS", 0.1 * cell.C_pF},
          {"E_leak_mV", -70.0},
          {"g_Na_nS", 50.0 * cell.C_pF},
          {"g_K_nS", 5.0 * cell.C_pF},
          {"g_M_nS", cell.g_M_mS_per_cm2 * cell.C_pF},
          {"tau_M_max_ms", 1000.0}};
}

Json spikes_truth(const GeneratedRecording& generated) {
  Json sweeps = Json::array();
  for (const std::vector<double>& train : generated.spike_times_ms) {
    Json times = Json::array();
    for (const double t : train) times.push_back(std::round(t * 1000.0) / 1000.0);
    sweeps.push_back(std::move(times));
  }
  return sweeps;
}

DemoFile abf(std::string name, const GeneratedRecording& generated) {
  return {std::move(name), abf2_bytes(generated.recording.sweeps, voltage_channel, current_channel)};
}

}  // namespace

std::vector<DemoFile> make_demo(const DemoOptions& options) {
  const CorticalPyramidal cell;
  const libfit::NoiseOptions noise = libfit::pozzorini_2015_noise(noise_mean_pA, noise_sd_pA);
  const GeneratedRecording electrode =
      generate_electrode(cell, electrode_sd_pA, demo_rig(options.seed, options.electrode_ms));
  const GeneratedRecording training =
      generate_training(cell, noise, demo_rig(options.seed, options.training_ms));
  const GeneratedRecording test = generate_test(cell, noise, static_cast<std::size_t>(options.repetitions),
                                                demo_rig(options.seed, options.test_ms));
  Json truth = {{"schema", "dyniv.truth"},
                {"version", 1},
                {"cell", cell_truth(cell)},
                {"rig", rig_truth(demo_rig(options.seed, options.training_ms))},
                {"noise",
                 {{"mean_pA", noise_mean_pA},
                  {"sd_pA", noise_sd_pA},
                  {"tau_ms", 3.0},
                  {"modulation_depth", 0.5},
                  {"modulation_Hz", 0.2},
                  {"electrode_sd_pA", electrode_sd_pA}}},
                {"spike_times_ms", {{"training", spikes_truth(training)}, {"test", spikes_truth(test)}}}};
  return {abf("electrode.abf", electrode),
          abf("training.abf", training),
          abf("test.abf", test),
          {"truth.json", truth.dump(1) + "\n"}};
}

}  // namespace dyniv_data
