// Results of a cell as an analysis leaves them, small and made up of a known EIF, to see what becomes of them
// in figures.
#pragma once

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "libfit/characterize/characterize.hpp"
#include "libfit/core/random.hpp"
#include "libfit/simulate/simulate.hpp"

namespace synthetic {

constexpr double kDt_ms = 0.1;

inline libfit::Eif eif() { return {150.0, 10.0, -68.0, -50.0, 1.4, 0.0, {-60.0, 3.0}}; }
inline libfit::Qif qif() { return {150.0, 0.78, -68.5, -45.9, 0.0, {-60.0, 3.0}}; }

inline std::vector<double> noise_current(double duration_ms, std::uint64_t seed) {
  libfit::RandomStream random(seed);
  std::vector<double> current(static_cast<std::size_t>(duration_ms / kDt_ms));
  double I = 0.0;
  for (double& value : current) {
    I += kDt_ms / 10.0 * (130.0 - I) + 220.0 * std::sqrt(2.0 * kDt_ms / 10.0) * random.normal();
    value = I;
  }
  return current;
}

inline libfit::Sweep sweep_of(std::vector<double> current_pA, std::vector<double> voltage_mV) {
  libfit::Sweep sweep;
  sweep.current_pA = std::move(current_pA);
  sweep.voltage_mV = std::move(voltage_mV);
  sweep.dt_ms = kDt_ms;
  return sweep;
}

// 2 s; the electrode of 50 MOhm adds to the voltage of `raw`.
inline void add_membrane(libfit::Recording& raw, libfit::Membrane& membrane) {
  const std::vector<double> current = noise_current(2000.0, 11);
  libfit::Prediction cell = libfit::simulate(eif(), current, kDt_ms);
  raw.sweeps.push_back(sweep_of(current, cell.voltage_mV));
  for (std::size_t k = 0; k < current.size(); ++k) raw.sweeps[0].voltage_mV[k] += 0.05 * current[k];
  membrane.recording.sweeps.push_back(sweep_of(current, cell.voltage_mV));
  membrane.spikes_ms = {cell.spike_times_ms};
  libfit::ElectrodeKernel kernel;
  kernel.dt_ms = kDt_ms;
  kernel.resistance_MOhm = 50.0;
  kernel.resistance_ci95_MOhm = libfit::Interval{48.0, 52.0};
  kernel.kernel_capacitance_pF = 150.0;
  kernel.membrane_tau_ms = 15.0;
  for (int k = 0; k < 20; ++k) kernel.kernel_GOhm_per_ms.push_back(0.2 * std::exp(-k * kDt_ms / 0.25));
  for (double lag = 0.0; lag < 30.0; lag += 0.5) {
    kernel.lag_ms.push_back(lag);
    kernel.response_GOhm_per_ms.push_back(std::exp(-lag / 15.0) / 150.0);
    kernel.response_se_GOhm_per_ms.push_back(8e-4);
  }
  membrane.electrode = kernel;
}

inline libfit::Capacitance capacitance() {
  libfit::Capacitance c;
  c.value_pF = 150.4;
  c.ci95_pF = libfit::Interval{146.9, 153.8};
  c.variance_pF = libfit::Estimate{151.2, std::nullopt};
  c.kernel_pF = libfit::Estimate{158.0, std::nullopt};
  for (double trial = 80.0; trial <= 300.0; trial += 2.0) {
    c.curve_C_pF.push_back(trial);
    c.curve_variance.push_back(0.05 + 220.0 * 220.0 * std::pow(1.0 / trial - 1.0 / 151.2, 2));
  }
  for (double V = -77.5; V <= -50.0; V += 3.0)
    c.against_voltage.push_back({V, 150.0 + (V > -58.0 ? 4.0 * (V + 58.0) : 0.0), 2.0, 0.0, V < -58.0});
  return c;
}

// F of a model in bins of 1 mV.
inline libfit::DynamicIv curve_of(const libfit::Model& model, double last_mV) {
  libfit::RandomStream random(5);
  libfit::DynamicIv iv;
  for (double V = -80.0; V <= last_mV; V += 1.0) {
    libfit::IvBin bin;
    bin.V_mV = V;
    bin.se_mV_per_ms = 0.03 + 0.1 * std::exp((V + 50.0) / 4.0);
    bin.F_mV_per_ms = libfit::drift_mV_per_ms(model, V) + bin.se_mV_per_ms * random.normal();
    bin.supported = V > -79.0;
    iv.bins.push_back(bin);
  }
  return iv;
}

inline libfit::ModelFit fit_of(libfit::Model model) {
  libfit::ModelFit fit;
  fit.model = std::move(model);
  fit.status = libfit::FitStatus::ok;
  fit.curve.emplace();
  fit.curve->upper_fit_V_mV = -46.0;
  fit.curve->limit_mV_per_ms = 3.0;
  return fit;
}

inline libfit::RefractoryEif refractory_eif() {
  libfit::RefractoryEif model;
  model.C_pF = 150.0;
  model.g_nS = 10.0;
  model.E_mV = -68.0;
  model.V_T_mV = -50.0;
  model.Delta_T_mV = 1.4;
  model.V_spike_mV = 0.0;
  model.reset = {-60.0, 3.0};
  model.V_T1_mV = 6.0;
  model.tau_T_ms = 15.0;
  return model;
}

inline libfit::PostSpike post_spike() {
  libfit::PostSpike result;
  const std::vector<double> edges{5.0, 10.0, 30.0, INFINITY};
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    libfit::SliceFit slice;
    slice.begin_ms = edges[i];
    slice.end_ms = edges[i + 1];
    slice.mean_ms = 1.4 * edges[i];
    slice.g_nS = libfit::Estimate{10.0 + 5.0 / edges[i], libfit::Interval{9.0, 12.0}};
    slice.E_mV = libfit::Estimate{-68.0, std::nullopt};
    result.slices.push_back(slice);  // none reaches the threshold
    result.curves.push_back({slice.begin_ms, slice.end_ms, slice.mean_ms, 100, curve_of(eif(), -52.0)});
  }
  return result;
}

inline libfit::ThresholdOfModel threshold_of(const char* name) {
  libfit::ThresholdOfModel model;
  model.model = name;
  model.depolarised = {10.0, {1.0, 10.0, 100.0}, {0.5, 2.0, 4.0}, {}, {}};
  model.hyperpolarised = {-10.0, {1.0, 10.0, 100.0}, {-0.4, -1.5, -3.0}, {}, {}};
  model.simulated.emplace();
  for (int i = 0; i < 80; ++i) {
    model.simulated->past_mV.push_back(-65.0 + 0.1 * i);
    model.simulated->onset_mV.push_back(-48.0 + 0.04 * i);
  }
  return model;
}

inline libfit::CellFit cell_fit() {
  libfit::CellFit cell;
  cell.capacitance.result = capacitance();
  cell.iv = curve_of(eif(), -40.0);
  cell.models = {fit_of(eif()), fit_of(qif()), fit_of(refractory_eif())};
  cell.post_spike = post_spike();
  cell.thresholds = libfit::ThresholdStudy{threshold_of("gif").simulated,
                                           {threshold_of("history_gif"), threshold_of("gif")}};
  return cell;
}

inline libfit::ModelTest test_of(const char* name, const libfit::Prediction& prediction, double md_star) {
  libfit::ModelTest model;
  model.model = name;
  model.prediction = prediction;
  model.trains.assign(12, prediction.spike_times_ms);
  model.spikes.md_star = {md_star, libfit::Interval{md_star - 0.05, md_star + 0.05}, ""};
  model.spikes.gamma = {md_star - 0.1, std::nullopt, ""};
  model.spikes.reliability_gamma.value = 0.8;
  model.spikes.model_rate_Hz = 6.0;
  model.spikes.duration_ms = 12000.0;
  return model;
}

// 12 s, three repetitions of one spike train.
inline libfit::TestResult test_result() {
  libfit::TestResult test;
  test.dt_ms = kDt_ms;
  test.duration_ms = 12000.0;
  test.current_pA = noise_current(test.duration_ms, 12);
  const libfit::Prediction cell = libfit::simulate(eif(), test.current_pA, kDt_ms);
  test.repetitions.sweeps.push_back(sweep_of(test.current_pA, cell.voltage_mV));
  test.spikes_ms.assign(3, cell.spike_times_ms);
  test.models = {test_of("qif", libfit::simulate(qif(), test.current_pA, kDt_ms), 0.6),
                 test_of("eif", cell, 0.8)};
  return test;
}

inline std::pair<libfit::CellRecordings, libfit::Characterization> characterization() {
  libfit::CellRecordings recordings;
  libfit::Characterization result;
  add_membrane(recordings.training, result.membrane);
  result.cell = cell_fit();
  result.test = test_result();
  result.best_simulable = "lif";
  result.steps.emplace();
  result.steps->amplitude_pA = {0.0, 100.0, 200.0};
  for (const char* name : {"cell", "lif", "eif", "refractory_eif"}) {
    const libfit::StepRatesOf rates{name, {0.0, 4.0, 9.0}, {std::nan(""), 5.0, 12.0}, {0.0, 4.0, 8.0}, {}, {},
                                    {}};
    if (std::string(name) == "cell")
      result.steps->cell = rates;
    else
      result.steps->models.push_back(rates);
  }
  return {std::move(recordings), std::move(result)};
}

}  // namespace synthetic
