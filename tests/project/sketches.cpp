// The lines that public headers show in their opening comments, compiled. A project test holds each header to
// its lines here; they are not run.
#include <iostream>

#include "libfit/libfit.hpp"

namespace dyniv::project::sketches {
using namespace libfit;

// libfit/formats/open.hpp
void show_open() {
  const SignalFile file = open_signal_file("cell07.abf");
  for (const Channel& channel : file.channels) std::cout << channel.name << channel.file_unit << "\n";
}

// libfit/formats/assemble.hpp
void show_assemble() {
  ReadOptions from_one_second;
  from_one_second.selection.from_ms = 1000.0;
  const Recording training = read_recording({"cell07_training.abf"}, from_one_second);
  std::cout << training.sweeps.size() << " sweeps at " << training.sweeps.front().dt_ms << " ms\n";
}

// libfit/signal/membrane.hpp
void show_membrane() {
  const Recording electrode = read_recording({"cell07_electrode.abf"});
  const Membrane membrane = prepare_membrane(electrode, read_recording({"cell07_training.abf"}));
  if (membrane.electrode) std::cout << membrane.electrode->resistance_MOhm << " MOhm were taken out\n";
}

// libfit/characterize/cell_fit.hpp
void show_cell_fit() {
  const Membrane membrane = prepare_membrane({}, read_recording({"cell07_training.abf"}));
  CellFit cell = measure_curve(membrane);  // capacitance and F(V)
  fit_cell(membrane, cell);                // models with their intervals
  for (const ModelFit& fit : cell.models)
    std::cout << fit_name(fit) << " " << status_name(fit.status) << "\n";
}

// libfit/characterize/characterize.hpp
void show_characterize() {
  CellRecordings recordings;
  recordings.electrode = read_recording({"cell07_electrode.abf"});
  recordings.training = read_recording({"cell07_training.abf"});
  recordings.test = read_recording({"cell07_test.abf"});
  const Characterization result = characterize(recordings);
  std::cout << "best on training: " << result.best_model << "\n";
}

// libfit/stimulus/stimulus.hpp
void show_stimulus() {
  const NoiseOptions noise =
      badel_2008_noise(50.0, 80.0, 80.0);  // mean, SD of the fast and the slow part, pA
  const std::vector<double> current_pA = noise_current(noise, 60000.0, 0.1, 1);  // a minute at 10 kHz
}

// libfit/model/model_file.hpp
void show_model_file() {
  const ModelDocument document = read_model("results/models/eif.json");
  if (const Eif* eif = std::get_if<Eif>(&document.model)) std::cout << eif->V_T_mV << " mV\n";
}

// libfit/simulate/simulate.hpp
void show_simulate() {
  const Eif model{100.0, 5.0, -65.0, -50.0, 1.5, 20.0, {-60.0, 2.0}};
  const std::vector<double> current_pA(10000, 200.0);
  const Prediction prediction = simulate(model, current_pA, 0.1);  // one second
  std::cout << prediction.spike_times_ms.size() << " spikes\n";
}

// libfit/score/score.hpp
void show_score() {
  const SpikeTrains cell{{12.1, 40.3, 77.0}, {12.4, 41.0, 80.2}};  // ms, one train a repetition
  const SpikeScore score = score_spike_trains(cell, {{12.0, 40.9, 90.0}}, 100.0);
  if (score.gamma.value) std::cout << "Gamma " << *score.gamma.value << "\n";
}

// libfit/report/results.hpp
void show_results() {
  CellRecordings recordings;
  recordings.training = read_recording({"cell07_training.abf"});
  const ResultFiles files = result_files(recordings, characterize(recordings), {});
  const std::vector<std::string> warnings = write_results("results/cell07", files, {});
}

}  // namespace dyniv::project::sketches
