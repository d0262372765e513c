// The conductance models against their equations, written a second time without tables and splitting.
#include "data/conductance.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "libfit/stimulus/stimulus.hpp"

namespace dyniv_data {
namespace {

template <std::size_t N>
using State = std::array<double, N>;

template <std::size_t N, class Slope>
std::vector<double> runge_kutta_spikes(Slope slope, State<N> x, const std::vector<double>& current, double dt,
                                       int steps) {
  const double h = dt / steps;
  const auto moved = [](const State<N>& a, const State<N>& d, double by) {
    State<N> r = a;
    for (std::size_t i = 0; i < N; ++i) r[i] += by * d[i];
    return r;
  };
  for (double t = 0.0; t < 1000.0; t += 0.01) x = moved(x, slope(moved(x, slope(x, 0.0), 0.005), 0.0), 0.01);
  std::vector<double> spikes;
  for (std::size_t k = 0; k < current.size(); ++k) {
    for (int i = 0; i < steps; ++i) {
      const State<N> k1 = slope(x, current[k]), k2 = slope(moved(x, k1, 0.5 * h), current[k]);
      const State<N> k3 = slope(moved(x, k2, 0.5 * h), current[k]), k4 = slope(moved(x, k3, h), current[k]);
      const double before = x[0];
      for (std::size_t j = 0; j < N; ++j) x[j] += h / 6.0 * (k1[j] + 2.0 * k2[j] + 2.0 * k3[j] + k4[j]);
      if (before < 0.0 && x[0] >= 0.0) {
        spikes.push_back(dt * static_cast<double>(k) + h * (i - before / (x[0] - before)));
      }
    }
  }
  return spikes;
}

void expect_close(const std::vector<double>& a, const std::vector<double>& b, std::size_t at_least) {
  ASSERT_EQ(a.size(), b.size());
  ASSERT_GE(a.size(), at_least);
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-3) << i;
}

TEST(WangBuzsakiCell, FollowsThePublishedEquations) {
  const auto slope = [](const State<3>& x, double I) {
    const double V = x[0], h = x[1], n = x[2];
    const double am = -0.1 * (V + 35) / (std::exp(-0.1 * (V + 35)) - 1), bm = 4 * std::exp(-(V + 60) / 18);
    const double ah = 0.07 * std::exp(-(V + 58) / 20), bh = 1 / (std::exp(-0.1 * (V + 28)) + 1);
    const double an = -0.01 * (V + 34) / (std::exp(-0.1 * (V + 34)) - 1),
                 bn = 0.125 * std::exp(-(V + 44) / 80);
    const double m = am / (am + bm);
    return State<3>{
        -0.1 * (V + 65) - 35 * m * m * m * h * (V - 55) - 9 * n * n * n * n * (V + 90) + I / 120.0,
        5 * (ah * (1 - h) - bh * h), 5 * (an * (1 - n) - bn * n)};
  };
  const auto current = libfit::noise_current(libfit::badel_2008_noise(60.0, 60.0, 60.0), 1000.0, 0.1, 2);
  const auto trace = respond(WangBuzsaki{120.0}, current, 0.1, 0.000625);
  expect_close(trace.spike_times_ms, runge_kutta_spikes<3>(slope, {-64.0, 0.8, 0.1}, current, 0.1, 50), 10);
}

TEST(PyramidalCell, FollowsThePublishedEquations) {
  const auto slope = [](const State<5>& x, double I) {
    const double V = x[0], m = x[1], h = x[2], n = x[3], p = x[4], v = V + 55.0;
    const double am = 0.32 * (13 - v) / (std::exp((13 - v) / 4) - 1),
                 bm = 0.28 * (v - 40) / (std::exp((v - 40) / 5) - 1);
    const double ah = 0.128 * std::exp((17 - v) / 18), bh = 4 / (1 + std::exp((40 - v) / 5));
    const double an = 0.032 * (15 - v) / (std::exp((15 - v) / 5) - 1), bn = 0.5 * std::exp((10 - v) / 40);
    const double p_inf = 1 / (1 + std::exp(-(V + 35) / 10));
    const double p_tau = 1000 / (3.3 * std::exp((V + 35) / 20) + std::exp(-(V + 35) / 20));
    const double ions =
        0.1 * (V + 70) + 50 * m * m * m * h * (V - 50) + (5 * n * n * n * n + 0.07 * p) * (V + 100);
    return State<5>{-ions + I / 200.0, am * (1 - m) - bm * m, ah * (1 - h) - bh * h, an * (1 - n) - bn * n,
                    (p_inf - p) / p_tau};
  };
  const auto current = libfit::noise_current(libfit::pozzorini_2015_noise(300.0, 400.0), 2000.0, 0.1, 2);
  const auto trace = respond(CorticalPyramidal{}, current, 0.1, 0.000625);
  expect_close(trace.spike_times_ms,
               runge_kutta_spikes<5>(slope, {-70.0, 0.0, 1.0, 0.0, 0.03}, current, 0.1, 50), 10);
}

TEST(ConductanceCells, ConvergeWithOrderTwo) {
  const auto current = libfit::noise_current(libfit::badel_2008_noise(60.0, 60.0, 60.0), 1000.0, 0.1, 2);
  const auto spikes = [&](double step) {
    return respond(WangBuzsaki{120.0}, current, 0.1, step).spike_times_ms;
  };
  const auto limit = spikes(0.0003125);
  const auto error = [&](double step) {
    const auto times = spikes(step);
    EXPECT_EQ(times.size(), limit.size());
    double largest = 0.0;
    for (std::size_t i = 0; i < limit.size(); ++i) largest = std::max(largest, std::abs(times[i] - limit[i]));
    return largest;
  };
  const double coarse = error(0.01), fine = error(0.0025);
  EXPECT_GT(std::log2(coarse / fine) / 2.0, 1.7);
  EXPECT_LT(fine, 0.02);  // a spike that barely happens; the mean over spikes is 1e-3
}

}  // namespace
}  // namespace dyniv_data
