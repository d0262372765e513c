// What matters to the dictionary of voltage-history states, by cross-validation within training: each choice
// of its fit changed by itself. Prints a row for the table of docs/validation/gif-choices.md. No test sweep
// is read. Usage: gif_choices_study CELL ELECTRODE_FILE TRAINING_FILE [threads = 2 [variant contains]]
#include <fmt/format.h>

#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "libfit/characterize/cell_fit.hpp"
#include "libfit/characterize/prediction.hpp"
#include "libfit/formats/assemble.hpp"
#include "libfit/signal/membrane.hpp"

namespace {

using namespace libfit;

struct Variant {
  std::string name;
  std::function<void(MembraneOptions&, CellFitOptions&)> change;
};

void scale(HazardRidge& ridge, double factor) {
  ridge.voltage *= factor;
  ridge.filter *= factor;
  ridge.threshold *= factor;
  ridge.history *= factor;
}

std::vector<Variant> variants() {
  const auto t_ref = [](double ms) {
    return [ms](MembraneOptions&, CellFitOptions& o) { o.gif.t_ref_ms = ms; };
  };
  return {{"as it is", [](MembraneOptions&, CellFitOptions&) {}},
          {"spikes at the crossing, not at onset",
           [](MembraneOptions&, CellFitOptions& o) { o.gif.at_onset = false; }},
          {"refractory time 2 ms", t_ref(2.0)},
          {"refractory time 4 ms", t_ref(4.0)},
          {"refractory time 8 ms", t_ref(8.0)},
          {"electrode left in", [](MembraneOptions& m, CellFitOptions&) { m.compensate = false; }},
          {"bins of 0.5 ms", [](MembraneOptions&, CellFitOptions& o) { o.gif.bin_ms = 0.5; }},
          {"softness 1.5 mV", [](MembraneOptions&, CellFitOptions& o) { o.gif.softness_mV = 1.5; }},
          {"softness 6 mV", [](MembraneOptions&, CellFitOptions& o) { o.gif.softness_mV = 6.0; }},
          {"folds in one piece (20 s) each",
           [](MembraneOptions&, CellFitOptions& o) { o.gif.block_ms = 20000.0; }},
          {"ridges a tenth", [](MembraneOptions&, CellFitOptions& o) { scale(o.gif.ridge, 0.1); }},
          {"ridges ten times", [](MembraneOptions&, CellFitOptions& o) { scale(o.gif.ridge, 10.0); }}};
}

std::string result_of(const Variant& variant, const Recording& electrode, const Recording& training,
                      unsigned threads) {
  MembraneOptions membrane;
  CellFitOptions cell;
  membrane.threads = cell.threads = threads;
  cell.bootstrap_draws = 0;
  cell.gif.kinds = {GifKind::history_gif};
  variant.change(membrane, cell);
  const Membrane prepared =
      prepare_membrane(membrane.compensate ? std::optional(electrode) : std::nullopt, training, membrane);
  CellFit fit = measure_curve(prepared, cell);
  fit_cell(prepared, fit, cell);
  if (!fit.gifs || fit.gifs->fits.front().status == FitStatus::failed) return "failed";
  const GifFit& gif = fit.gifs->fits.front();
  for (const TrainingPrediction& prediction : predict_training(prepared, fit, cell, 4.0)) {
    if (prediction.model != "history_gif" || !prediction.md_star_bound) continue;
    return fmt::format("{:.3f} ({:.2f}, {:.2f})", *prediction.md_star_bound,
                       gif.cv_bits_per_spike.value_or(0.0), gif.training_rate_ratio.value_or(0.0));
  }
  return "none";
}

}  // namespace

int main(int count, char** words) {
  if (count < 4) {
    fmt::print(stderr,
               "usage: gif_choices_study CELL ELECTRODE_FILE TRAINING_FILE [threads [variant contains]]\n");
    return 2;
  }
  const unsigned threads = count > 4 ? static_cast<unsigned>(std::atoi(words[4])) : 2;
  const Recording electrode = read_recording({words[2]}), training = read_recording({words[3]});
  const std::string wanted = count > 5 ? words[5] : "";
  for (const Variant& variant : variants()) {
    if (variant.name.find(wanted) == std::string::npos) continue;
    fmt::print("| {} | {} | {} |\n", words[1], variant.name,
               result_of(variant, electrode, training, threads));
    std::fflush(stdout);
  }
  return 0;
}
