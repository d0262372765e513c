#include "libfit/iv/capacitance_moments.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

#include "libfit/core/error.hpp"
#include "libfit/core/parallel.hpp"

namespace libfit {
namespace {

constexpr std::size_t kLags = 3;
constexpr std::size_t kSize = CapacitanceMoments::kVariables + 1;
using Matrix = Eigen::Matrix<double, kSize, kSize>;

// Sums of V and I from sample `first` on, so that window means cost two look-ups. Block by block: sums over a
// whole recording would be as large as itself, and less exact.
struct Sums {
  std::size_t first = 0;
  std::vector<double> voltage, current;
};

Sums running_sums(const Sweep& sweep, double current_reference_pA, std::size_t first, std::size_t last) {
  const std::size_t size = last - first;
  Sums sums{first, std::vector<double>(size + 1, 0.0), std::vector<double>(size + 1, 0.0)};
  for (std::size_t k = 0; k < size; ++k) {
    sums.voltage[k + 1] = sums.voltage[k] + sweep.voltage_mV[first + k];
    sums.current[k + 1] = sums.current[k] + (sweep.current_pA[first + k] - current_reference_pA);
  }
  return sums;
}

// Mean over the window by the trapezoid rule: the ends count half.
double window_mean(const std::vector<double>& sum, double first, double last, std::size_t k, std::size_t m) {
  return (sum[k + m + 1] - sum[k] - 0.5 * (first + last)) / static_cast<double>(m);
}

void gather_pairs(const Sweep& sweep, const Sums& sums, const Stretch& range, std::size_t m,
                  const CapacitanceMoments& grid, CapacitanceMoments::Cell* row) {
  const double per_window = 1.0 / (static_cast<double>(m) * sweep.dt_ms);
  const auto& v = sweep.voltage_mV;
  const auto& current = sweep.current_pA;
  for (std::size_t k = range.begin; k < range.end; ++k) {
    const std::size_t at = k - sums.first;
    const double voltage = window_mean(sums.voltage, v[k], v[k + m], at, m);
    // The mean comes from running sums: rounding may carry it past the highest sample.
    const auto bin = std::min(static_cast<std::size_t>((voltage - grid.first_edge_mV) / grid.bin_width_mV),
                              grid.bin_count - 1);
    std::array<double, kSize> x;
    x[0] = 1.0;
    x[1] = (sums.current[at + m] - sums.current[at]) /
           static_cast<double>(m);  // held: the last sample acts later
    x[2] = voltage - grid.centre_mV(bin);
    for (std::size_t j = 0; j < kLags; ++j) x[3 + j] = (current[k + m - j] - current[k - j]) * per_window;
    x[6] = (v[k + m] - v[k]) * per_window;
    double* cell = row[bin].data();
    for (std::size_t i = 0, product = 0; i < kSize; ++i) {
      for (std::size_t j = 0; j <= i; ++j) cell[product++] += x[i] * x[j];
    }
  }
}

Matrix unpack(const CapacitanceMoments::Cell& cell) {
  Matrix matrix;
  for (Eigen::Index i = 0, at = 0; i < matrix.rows(); ++i) {
    for (Eigen::Index j = 0; j <= i; ++j) matrix(i, j) = matrix(j, i) = cell[static_cast<std::size_t>(at++)];
  }
  return matrix;
}

// Moves the voltage of a bin from its own centre to a common origin.
void shift_voltage(Matrix& m, double by_mV) {
  Matrix transform = Matrix::Identity();
  transform(2, 0) = by_mV;
  m = transform * m * transform.transpose();
}

}  // namespace

CapacitanceMoments gather_capacitance_moments(const Recording& recording,
                                              const std::vector<std::vector<Stretch>>& stretches,
                                              std::span<const Block> blocks, double window_ms,
                                              double bin_width_mV, unsigned threads) {
  require(stretches.size() == recording.sweeps.size(),
          "gather_capacitance_moments: one list of stretches a sweep");
  require(window_ms > 0.0 && bin_width_mV > 0.0,
          "gather_capacitance_moments: window and bin width must be > 0");
  CapacitanceMoments grid;
  grid.bin_width_mV = bin_width_mV;
  grid.block_count = blocks.size();
  grid.window_ms = window_ms;
  double low = std::numeric_limits<double>::infinity(), high = -low, total = 0.0, count = 0.0;
  for (std::size_t s = 0; s < stretches.size(); ++s) {
    const Sweep& sweep = recording.sweeps[s];
    for (const Stretch& stretch : stretches[s]) {
      for (std::size_t k = stretch.begin; k < stretch.end; ++k) {
        low = std::min(low, sweep.voltage_mV[k]);
        high = std::max(high, sweep.voltage_mV[k]);
        total += sweep.current_pA[k];
      }
      count += static_cast<double>(stretch.end - stretch.begin);
    }
  }
  if (!(high >= low) || (high - low) / bin_width_mV > 20000.0) return grid;
  grid.current_reference_pA = total / count;
  grid.first_edge_mV = std::floor(low / bin_width_mV) * bin_width_mV;
  grid.bin_count = static_cast<std::size_t>((high - grid.first_edge_mV) / bin_width_mV) + 1;
  grid.cells.assign(grid.bin_count * blocks.size(), CapacitanceMoments::Cell{});
  parallel_for(blocks.size(), threads, [&](std::size_t b) {
    const Block& block = blocks[b];
    const Sweep& sweep = recording.sweeps[block.sweep];
    const auto m = std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(window_ms / sweep.dt_ms)));
    const Sums sums = running_sums(sweep, grid.current_reference_pA, block.begin,
                                   std::min(sweep.size(), block.end + m + 1));
    for (const Stretch& stretch : stretches[block.sweep]) {
      // A window belongs to the block in which it starts; it may end in the next one but not outside its
      // stretch.
      const std::size_t begin = std::max(block.begin, stretch.begin + kLags - 1);
      const std::size_t end = std::min(block.end, stretch.end > m ? stretch.end - m : 0);
      if (begin < end)
        gather_pairs(sweep, sums, {begin, end}, m, grid, grid.cells.data() + b * grid.bin_count);
    }
  });
  return grid;
}

std::optional<WeakFormFit> fit_weak_form(const CapacitanceMoments& moments, std::size_t first,
                                         std::size_t last, bool demean_bins,
                                         std::span<const double> weights) {
  require(first <= last && last <= moments.bin_count, "fit_weak_form: bins out of range");
  require(weights.empty() || weights.size() == moments.block_count, "fit_weak_form: one weight a block");
  Matrix sum = Matrix::Zero();
  double count = 0.0;
  const double origin = first < last ? moments.centre_mV(first) : 0.0;
  for (std::size_t bin = first; bin < last; ++bin) {
    CapacitanceMoments::Cell cell{};
    for (std::size_t b = 0; b < moments.block_count; ++b) {
      const double weight = weights.empty() ? 1.0 : weights[b];
      if (weight == 0.0) continue;
      const auto& part = moments.cells[b * moments.bin_count + bin];
      for (std::size_t i = 0; i < cell.size(); ++i) cell[i] += weight * part[i];
    }
    if (cell[0] < 1.0) continue;
    Matrix m = unpack(cell);
    count += cell[0];
    if (demean_bins) {
      const Eigen::Matrix<double, kSize, 1> mean = m.col(0) / m(0, 0);
      m -= m(0, 0) * mean * mean.transpose();
    } else {
      shift_voltage(m, moments.centre_mV(bin) - origin);
    }
    sum += m;
  }
  if (count < 50.0) return std::nullopt;
  const Eigen::Matrix<double, kSize, 1> mean =
      demean_bins ? Eigen::Matrix<double, kSize, 1>::Zero().eval() : (sum.col(0) / sum(0, 0)).eval();
  if (!demean_bins) sum -= sum(0, 0) * mean * mean.transpose();
  constexpr Eigen::Index kRegressors = kSize - 2;
  Eigen::Matrix<double, kRegressors, 1> scale;
  for (Eigen::Index i = 0; i < kRegressors; ++i) scale[i] = std::sqrt(std::max(sum(i + 1, i + 1), 1e-300));
  Eigen::Matrix<double, kRegressors, kRegressors> normal = sum.block<kRegressors, kRegressors>(1, 1);
  normal = scale.cwiseInverse().asDiagonal() * normal * scale.cwiseInverse().asDiagonal();
  const Eigen::LDLT<Eigen::Matrix<double, kRegressors, kRegressors>> solver(normal);
  if (solver.info() != Eigen::Success || !(solver.vectorD().minCoeff() > 1e-9)) return std::nullopt;
  const Eigen::Matrix<double, kRegressors, 1> slope = scale.cwiseInverse().cwiseProduct(
      solver.solve(scale.cwiseInverse().cwiseProduct(sum.block<kRegressors, 1>(1, kSize - 1))));
  const double residual_GOhm = slope[2] + slope[3] + slope[4];
  const double inverse = slope[0] + slope[1] * residual_GOhm;
  if (!(inverse > 0.0)) return std::nullopt;
  WeakFormFit fit;
  fit.capacitance_pF = 1.0 / inverse;
  fit.slope_on_voltage_per_ms = slope[1];
  fit.residual_resistance_MOhm = 1000.0 * residual_GOhm;
  fit.count = count;
  if (!demean_bins && slope[1] != 0.0) {
    const double at_origin =
        mean[kSize - 1] - slope[1] * mean[2] - slope[0] * (mean[1] + moments.current_reference_pA);
    fit.leak_reversal_mV = origin - at_origin / slope[1];
  }
  return fit;
}

}  // namespace libfit
