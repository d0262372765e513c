#include "libfit/characterize/characterize.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "libfit/core/error.hpp"
#include "libfit/model/catalogue.hpp"

namespace libfit {
namespace {

class Stopwatch {
 public:
  explicit Stopwatch(double& seconds) : seconds_(seconds), begin_(std::chrono::steady_clock::now()) {}
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;
  ~Stopwatch() {
    seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  double& seconds_;
  std::chrono::steady_clock::time_point begin_;
};

void collect(std::vector<std::string>& all, const std::vector<std::string>& more) {
  for (const std::string& warning : more) {
    if (std::find(all.begin(), all.end(), warning) == all.end()) all.push_back(warning);
  }
}

CharacterizeOptions with_common_settings(CharacterizeOptions options) {
  options.membrane.threads = options.cell.threads = options.score.threads = options.threads;
  options.membrane.electrode.seed = options.cell.seed = options.score.seed = options.seed;
  options.cell.tuning_window_ms = options.score.window_ms;
  if (options.progress) {
    options.cell.bootstrap_progress = [progress = options.progress](double share) {
      progress("bootstrap", share);
    };
    options.cell.gif_progress = [progress = options.progress](double share) {
      progress("GIF family", share);
    };
  }
  return options;
}

// A model that fires far too often or too rarely on the very current it was fitted to is reported.
void warn_of_rates(const std::vector<TrainingPrediction>& predictions, std::vector<std::string>& warnings) {
  for (const TrainingPrediction& prediction : predictions) {
    if (!fires(prediction.model) || prediction.data_spikes < 20) continue;
    const double ratio = prediction.rate_ratio();
    if (!is_like_rate(ratio)) {
      warnings.push_back(
          fmt::format("{}: fires {:.2f} times as often as the cell on the training current ({} against {} "
                      "spikes): what a spike leaves behind "
                      "(adaptation, refractoriness) or a threshold that moves is not in this model "
                      "[training.rate_of_models]",
                      prediction.model, ratio, prediction.model_spikes, prediction.data_spikes));
    }
  }
}

// The same on the test current, which no fit has seen: one sentence for all.
void warn_of_test_rates(TestResult& test) {
  constexpr std::size_t kLeastSpikes = 20;
  std::string names;
  double cell_Hz = 0.0;
  for (const ModelTest& model : test.models) {
    const SpikeScore& score = model.spikes;
    cell_Hz = score.data_rate_Hz;
    std::size_t spikes = 0;
    for (const auto& train : test.spikes_ms) spikes += train.size();
    if (!fires(model.model) || spikes < kLeastSpikes) continue;
    const double ratio = score.model_rate_Hz / cell_Hz;
    if (is_like_rate(ratio)) continue;
    names += fmt::format("{}{} ({:.3g} Hz)", names.empty() ? "" : ", ", model.model, score.model_rate_Hz);
  }
  if (!names.empty())
    test.warnings.push_back(fmt::format(
        "on the test current the cell fires at {:.3g} Hz; these models are more than a third below or a half "
        "above it: {} [test.rate_of_models]",
        cell_Hz, names));
}

}  // namespace

void CharacterizeOptions::validate() const {
  membrane.validate();
  cell.validate();
  score.validate();
}

Characterization characterize(const CellRecordings& recordings, const CharacterizeOptions& given) {
  given.validate();
  const CharacterizeOptions options = with_common_settings(given);
  const auto report = [&](const char* stage, double share) {
    if (options.progress) options.progress(stage, share);
  };
  if (recordings.steps) find_steps(*recordings.steps);  // refused before the work, not after
  Characterization result;
  {
    const Stopwatch watch(result.timing_s["electrode"]);
    report("electrode", 0.0);
    result.membrane = prepare_membrane(recordings.electrode, recordings.training, options.membrane);
  }
  {
    const Stopwatch watch(result.timing_s["curve"]);
    report("capacitance and dynamic I-V", 0.0);
    result.cell = measure_curve(result.membrane, options.cell);
  }
  {
    const Stopwatch watch(result.timing_s["fit"]);
    report("fits", 0.0);
    fit_cell(result.membrane, result.cell, options.cell);
  }
  collect(result.warnings, result.membrane.warnings);
  collect(result.warnings, result.cell.warnings);
  {
    const Stopwatch watch(result.timing_s["training prediction"]);
    report("prediction of training", 0.0);
    result.training = predict_training(result.membrane, result.cell, options.cell, options.score.window_ms);
    result.best_model = best_on_training(result.training, result.cell.models);
    result.best_simulable = best_on_training(result.training, result.cell.models, true);
    warn_of_rates(result.training, result.warnings);
  }
  if (recordings.test) {
    const Stopwatch watch(result.timing_s["test"]);
    report("scores on test", 0.0);
    result.test = score_test(*recordings.test, result.membrane, result.cell.models, options.score);
    warn_of_test_rates(*result.test);
    collect(result.warnings, result.test->warnings);
  }
  if (recordings.steps) {
    const Stopwatch watch(result.timing_s["steps"]);
    report("steps", 0.0);
    result.steps = compare_on_steps(*recordings.steps, result.membrane, result.cell.models, options.seed,
                                    options.threads);
    collect(result.warnings, result.steps->warnings);
  }
  report("done", 1.0);
  return result;
}

}  // namespace libfit
