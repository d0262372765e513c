#include "libfit/characterize/prediction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "libfit/characterize/prediction_internal.hpp"
#include "libfit/core/error.hpp"
#include "libfit/core/parallel.hpp"
#include "libfit/score/coincidence.hpp"
#include "libfit/score/md_star.hpp"
#include "libfit/simulate/gif_trials.hpp"

namespace libfit {
namespace {

constexpr std::size_t training_trials = 24;
constexpr std::size_t test_trials = 200;

bool can_run(const ModelFit& fit) { return fit.status != FitStatus::failed; }

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const double mean_a = *mean(a), mean_b = *mean(b);
  double ab = 0.0, aa = 0.0, bb = 0.0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    ab += (a[k] - mean_a) * (b[k] - mean_b);
    aa += (a[k] - mean_a) * (a[k] - mean_a);
    bb += (b[k] - mean_b) * (b[k] - mean_b);
  }
  return aa > 0.0 && bb > 0.0 ? ab / std::sqrt(aa * bb) : 0.0;
}

std::vector<double> mean_current(const Recording& recording) {
  std::vector<double> sum(recording.sweeps.front().size(), 0.0);
  for (const Sweep& sweep : recording.sweeps) {
    for (std::size_t k = 0; k < sum.size(); ++k)
      sum[k] += sweep.current_pA[k] / static_cast<double>(recording.sweeps.size());
  }
  return sum;
}

std::optional<Estimate> rate_change_over(const SpikeTrains& trains) {
  constexpr std::size_t kLeastRepetitions = 4;
  std::vector<double> turn, count;
  for (const auto& train : trains) {
    turn.push_back(static_cast<double>(turn.size()));
    count.push_back(static_cast<double>(train.size()));
  }
  const auto line = fit_line(turn, count);
  if (trains.size() < kLeastRepetitions || !line || !(line->intercept > 0.0)) return std::nullopt;
  const double scale = turn.back() / line->intercept;
  return Estimate{line->slope * scale, Interval{line->slope_ci95.low * scale, line->slope_ci95.high * scale}};
}

void warn_of_drift(TestResult& test) {
  constexpr double kNoteworthy = 0.1;
  const auto& change = test.rate_change;
  if (!change || std::abs(change->value) < kNoteworthy || change->ci95->low * change->ci95->high < 0.0)
    return;
  test.warnings.push_back(
      fmt::format("the cell fires {:.0f} % {} in the last test repetition than in the first ({} and {} "
                  "spikes): it drifts, "
                  "and a model fitted before cannot know it [test.drift]",
                  100.0 * std::abs(change->value), change->value < 0.0 ? "less" : "more",
                  test.spikes_ms.back().size(), test.spikes_ms.front().size()));
}

// The cell's spikes under the model's hazard, with the recorded spikes forced.
std::optional<HazardLikelihood> likelihood_of(const Model& model, const TestResult& test) {
  const auto* gif = std::get_if<Gif>(&model);
  if (gif == nullptr) return std::nullopt;
  return hazard_likelihood(
      *gif, bin_recording(test.repetitions, spike_onsets(test.repetitions, test.spikes_ms), gif->bin_ms));
}

ModelTest score_model(const ModelFit& fit, const TestResult& test, const ScoreOptions& options) {
  ModelTest result;
  result.model = fit_name(fit);
  SimulateOptions simulation;
  simulation.seed = options.seed;
  simulation.threads = options.threads;
  result.prediction = simulate(fit.model, test.current_pA, test.dt_ms, simulation);
  PredictedTrains all = simulate_trials(fit.model, test.current_pA, test.dt_ms, test_trials, simulation);
  result.trains = std::move(all.spike_times_ms);
  result.likelihood = likelihood_of(fit.model, test);
  result.spikes = score_spike_trains(test.spikes_ms, result.trains, test.duration_ms, options);
  std::vector<VoltageRepetition> repetitions;
  for (std::size_t r = 0; r < test.repetitions.sweeps.size(); ++r) {
    repetitions.push_back({test.repetitions.sweeps[r].voltage_mV, test.spikes_ms[r]});
  }
  VoltageScoreOptions voltage;
  if (const auto t_ref_ms = value_in(fit.model, quantities::t_ref_ms))
    voltage.after_spike_ms = *t_ref_ms + 10.0;
  voltage.draws = options.draws;
  voltage.block_ms = options.block_ms;
  voltage.seed = options.seed;
  voltage.threads = options.threads;
  // The mean over trials has no spikes of its own.
  const SpikeTrain no_spikes;
  result.voltage = score_voltage(repetitions, all.voltage_mV,
                                 is_stochastic(fit.model) ? no_spikes : result.prediction.spike_times_ms,
                                 test.dt_ms, voltage);
  return result;
}

// Where sweep `s` begins in the time that folds count, which runs on through the sweeps: in whole bins of
// `bin_ms`, or exactly (0).
double time_before_ms(const Recording& recording, std::size_t s, double bin_ms) {
  double before_ms = 0.0;
  for (std::size_t i = 0; i < s; ++i) {
    const double duration_ms = recording.sweeps[i].duration_ms();
    before_ms += bin_ms > 0.0 ? std::floor(duration_ms / bin_ms) * bin_ms : duration_ms;
  }
  return before_ms;
}

// 2 <D, M> / (||D||^2 + C*_MM), summed over sweeps.
void add_bound(TrainingPrediction& prediction, const Membrane& membrane,
               const std::vector<SpikeTrains>& trains, double window_ms) {
  double cross = 0.0, norms = 0.0;
  const auto product = [window_ms](const auto& a, const auto& b) {
    return static_cast<double>(kistler_product(a, b, window_ms));
  };
  for (std::size_t s = 0; s < trains.size(); ++s) {
    const auto& cell = membrane.spikes_ms[s];
    for (const auto& train : trains[s]) cross += product(cell, train) / static_cast<double>(trains[s].size());
    norms += product(cell, cell) +
             unbiased_norm(trains[s], window_ms).value_or(product(trains[s].front(), trains[s].front()));
  }
  if (norms > 0.0) prediction.md_star_bound = 2.0 * cross / norms;
}

// Mean coincidence factor over sweeps, and over trials within each.
void add_scores(TrainingPrediction& prediction, const Membrane& membrane,
                const std::vector<SpikeTrains>& trains, double window_ms) {
  double gammas = 0.0, defined = 0.0, spikes = 0.0;
  for (std::size_t s = 0; s < trains.size(); ++s) {
    const double duration_ms = membrane.recording.sweeps[s].duration_ms();
    double sum = 0.0, count = 0.0;
    for (const auto& train : trains[s]) {
      spikes += static_cast<double>(train.size()) / static_cast<double>(trains[s].size());
      if (!window_resolves_rate(train.size(), duration_ms, window_ms)) continue;
      const auto gamma = coincidence_factor(membrane.spikes_ms[s], train, duration_ms, window_ms);
      if (!gamma) continue;
      sum += *gamma;
      count += 1.0;
    }
    if (count > 0.0) {
      gammas += sum / count;
      defined += 1.0;
    }
    prediction.data_spikes += membrane.spikes_ms[s].size();
  }
  prediction.model_spikes = static_cast<std::size_t>(std::lround(spikes));
  if (defined > 0.0) prediction.gamma = gammas / defined;
}

// The trains that `answer` gives for `whole`, or held out where there are models of folds.
template <class M, class Answer>
SpikeTrains trains_unseen(const M& whole, const std::vector<M>& fold_models, double before_ms,
                          double block_ms, Answer&& answer) {
  if (fold_models.empty()) return answer(whole);
  std::vector<SpikeTrains> of_folds;
  of_folds.reserve(fold_models.size());
  for (const M& model : fold_models) of_folds.push_back(answer(model));
  return held_out(of_folds, before_ms, block_ms);
}

// Trains of a model on every sweep of training, held out where the fit has seen spikes.
std::vector<SpikeTrains> training_trains(const ModelFit& fit, const Membrane& membrane, const CellFit& cell,
                                         const CellFitOptions& options) {
  const GifFit* gif = gif_fit_of(cell, fit.model);
  const auto tuning = std::ranges::find(cell.tunings, fit_name(fit), &SpikeTuning::model);
  const std::vector<Model> tuned = tuning != cell.tunings.end() ? tuning->fold_models : std::vector<Model>();
  std::vector<SpikeTrains> trains;
  for (std::size_t s = 0; s < membrane.recording.sweeps.size(); ++s) {
    const Sweep& sweep = membrane.recording.sweeps[s];
    const double before_ms = time_before_ms(membrane.recording, s, gif != nullptr ? gif->model.bin_ms : 0.0);
    if (gif != nullptr) {
      const GifTrialOptions draws{training_trials, s * training_trials, options.seed + 1, options.threads};
      trains.push_back(
          trains_unseen(gif->model, gif->fold_models, before_ms, options.gif.block_ms, [&](const Gif& model) {
            return simulate_gif_trials(model, sweep.current_pA, sweep.dt_ms, draws).spikes_ms;
          }));
    } else {
      trains.push_back(
          trains_unseen(fit.model, tuned, before_ms, options.gif.block_ms, [&](const Model& model) {
            return SpikeTrains{simulate(model, sweep.current_pA, sweep.dt_ms).spike_times_ms};
          }));
    }
  }
  return trains;
}

}  // namespace

Recording repetitions_of_first(const Recording& test, std::vector<std::string>& warnings) {
  Recording repeated;
  std::string left_out;
  std::string cut;
  const auto whole = std::ranges::find(test.sweeps, false, &Sweep::cut);
  const Sweep& first = whole == test.sweeps.end() ? test.sweeps.front() : *whole;
  for (const Sweep& sweep : test.sweeps) {
    if (sweep.cut && &sweep != &first) {
      cut += fmt::format("{}{}", cut.empty() ? "" : ", ", sweep.number);
      continue;
    }
    if (sweep.dt_ms != first.dt_ms || sweep.size() != first.size()) {
      throw DataError(fmt::format(
          "{}: sweep {} has {} samples of {} ms, the first test sweep {} of {} ms; repetitions must be alike",
          sweep.voltage_source.file, sweep.number, sweep.size(), sweep.dt_ms, first.size(), first.dt_ms));
    }
    if (correlation(sweep.current_pA, first.current_pA) > 0.95) {
      repeated.sweeps.push_back(sweep);
    } else {
      left_out += fmt::format("{}{}", left_out.empty() ? "" : ", ", sweep.number);
    }
  }
  if (!cut.empty())
    warnings.push_back(fmt::format("test sweeps {} are not whole and were left out of the scores", cut));
  if (!left_out.empty()) {
    warnings.push_back(
        fmt::format("test sweeps {} carry another current than the first and were left out of the scores "
                    "[test.other_current]",
                    left_out));
  }
  return repeated;
}

SpikeTrains held_out(std::span<const SpikeTrains> of_folds, double before_ms, double block_ms) {
  SpikeTrains joined;
  for (std::size_t k = 0; k < of_folds.size(); ++k) {
    const BinSelection left_out{static_cast<int>(of_folds.size()), static_cast<int>(k), true, block_ms};
    joined.resize(of_folds[k].size());
    for (std::size_t t = 0; t < joined.size(); ++t) {
      std::ranges::copy_if(of_folds[k][t], std::back_inserter(joined[t]),
                           [&](double time_ms) { return left_out.contains(before_ms + time_ms); });
    }
  }
  for (SpikeTrain& train : joined) std::ranges::sort(train);
  return joined;
}

std::vector<TrainingPrediction> predict_training(const Membrane& membrane, const CellFit& cell,
                                                 const CellFitOptions& options, double window_ms) {
  std::vector<const ModelFit*> fits;
  for (const ModelFit& fit : cell.models) {
    if (can_run(fit)) fits.push_back(&fit);
  }
  CellFitOptions one_thread = options;  // models side by side, each on one
  one_thread.threads = 1;
  std::vector<TrainingPrediction> predictions(fits.size());
  parallel_for(fits.size(), options.threads, [&](std::size_t turn) {
    const std::size_t i = fits.size() - 1 - turn;  // the dearest first
    predictions[i].model = fit_name(*fits[i]);
    const auto trains = training_trains(*fits[i], membrane, cell, one_thread);
    add_bound(predictions[i], membrane, trains, window_ms);
    add_scores(predictions[i], membrane, trains, window_ms);
  });
  return predictions;
}

std::string best_on_training(const std::vector<TrainingPrediction>& predictions,
                             const std::vector<ModelFit>& models, bool simulable) {
  std::string best;
  double highest = -1.0;
  for (const TrainingPrediction& prediction : predictions) {
    if (simulable && !is_like_rate(prediction.rate_ratio())) continue;
    for (const ModelFit& fit : models) {
      const bool identified =
          fit.status == FitStatus::ok || (!simulable && fit.status == FitStatus::not_simulable);
      if (fit_name(fit) != prediction.model || !identified || !spike_voltage_mV(fit.model)) continue;
      if (prediction.md_star_bound && *prediction.md_star_bound > highest) {
        highest = *prediction.md_star_bound;
        best = prediction.model;
      }
    }
  }
  return best;
}

TestResult score_test(const Recording& test, const Membrane& membrane, const std::vector<ModelFit>& models,
                      const ScoreOptions& options) {
  options.validate();
  require(!test.sweeps.empty(), "score_test: the test recording has no sweep");
  TestResult result;
  result.warnings = test.warnings;
  const Recording repeated = repetitions_of_first(test, result.warnings);
  result.repetitions = membrane_of(repeated, membrane, options.threads);
  result.dt_ms = result.repetitions.sweeps.front().dt_ms;
  result.duration_ms = result.repetitions.sweeps.front().duration_ms();
  result.current_pA = mean_current(result.repetitions);
  FoundSpikes found = find_spikes(result.repetitions, membrane.criterion);
  result.spikes_ms = std::move(found.spikes_ms);
  result.warnings.insert(result.warnings.end(), found.warnings.begin(), found.warnings.end());
  result.rate_change = rate_change_over(result.spikes_ms);
  warn_of_drift(result);
  if (result.repetitions.sweeps.size() < 2) {
    result.warnings.push_back(
        "one test sweep only: without repetitions there is no Md*, no reliability and no ceiling "
        "[test.one_repetition]");
  }
  std::vector<const ModelFit*> fits;
  for (const ModelFit& fit : models) {
    if (can_run(fit)) fits.push_back(&fit);
  }
  ScoreOptions one_thread = options;  // models side by side, each on one
  one_thread.threads = 1;
  std::vector<ModelTest> tests(fits.size());
  parallel_for(fits.size(), options.threads,
               [&](std::size_t i) { tests[i] = score_model(*fits[i], result, one_thread); });
  result.models = std::move(tests);
  return result;
}

}  // namespace libfit
