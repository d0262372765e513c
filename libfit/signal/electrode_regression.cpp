#include "libfit/signal/electrode_regression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/tools/minima.hpp>
#include <cmath>
#include <span>
#include <utility>

#include "libfit/core/error.hpp"
#include "libfit/core/parallel.hpp"
#include "libfit/signal/quiet_stretches.hpp"

namespace libfit {
namespace {

LagKnots make_knots(double dt_ms, const ElectrodeOptions& options) {
  LagKnots knots;
  const auto fine = static_cast<std::ptrdiff_t>(std::lround(options.fine_end_ms / dt_ms));
  const auto end = static_cast<std::ptrdiff_t>(std::lround(options.response_end_ms / dt_ms));
  for (std::ptrdiff_t lag = -1; lag <= fine; ++lag) knots.lag.push_back(lag);
  while (knots.lag.back() < end) {
    knots.lag.push_back(std::min(end, knots.lag.back() + std::max<std::ptrdiff_t>(1, knots.lag.back() / 10)));
  }
  return knots;
}

struct Block {
  std::size_t sweep, begin, end;  // samples [begin, end)
  double tail_mV = 0.0;           // the membrane's tail that is taken off, just before the samples it filters
};

std::vector<bool> mask_of(std::size_t size, const std::vector<Stretch>& stretches) {
  std::vector<bool> keep(size, false);
  for (const Stretch& stretch : stretches) {
    std::fill(keep.begin() + static_cast<std::ptrdiff_t>(stretch.begin),
              keep.begin() + static_cast<std::ptrdiff_t>(stretch.end), true);
  }
  return keep;
}

// Answer of a membrane's tail to the current, sample by sample.
struct TailFilter {
  double decay = 0.0, gain_mV_per_pA = 0.0;  // a sample
  double current_mean_pA = 0.0;
  double next(double before_mV, double current_pA) const {
    return decay * before_mV + gain_mV_per_pA * (current_pA - current_mean_pA);
  }
  // As if the current had always been what it is now.
  double settled_mV(double current_pA) const {
    return gain_mV_per_pA * (current_pA - current_mean_pA) / (1.0 - decay);
  }
};

// A sweep as the regression sees it: which samples count, and what is taken off before anything is summed
// (the intercept takes up the rest of the means).
struct Source {
  const Sweep* sweep = nullptr;
  std::vector<bool> keep;
  double voltage_mean = 0.0, current_mean = 0.0;
  Eigen::VectorXd predictor;  // filter against coloured noise; empty: none
  TailFilter tail;            // what of the voltage is not to be explained by knots

  std::size_t predictor_size() const { return static_cast<std::size_t>(predictor.size()); }
};

// One block of a sweep, its current summed once and twice, so that a hat between knots is a difference of a
// few entries, with the past that its lags reach back to. Only this is ever computed at a time, so
// that an hour costs no more memory than a minute.
struct Trace {
  const Source* source = nullptr;
  std::size_t first = 0;  // sample of the sweep at place 0
  std::vector<double> voltage_mV;
  std::vector<double> sum_pA;         // [n] = sum of the first n samples of the current
  std::vector<double> double_sum_pA;  // [n] = sum of the first n entries of sum_pA
};

// Samples [first, last), filtered by the predictor; its own length in front of them is zero.
std::vector<double> whitened(std::span<const double> values, const Eigen::VectorXd& predictor) {
  if (predictor.size() == 0) return {values.begin(), values.end()};
  std::vector<double> filtered(values.size(), 0.0);
  for (auto k = static_cast<std::size_t>(predictor.size()); k < values.size(); ++k) {
    double innovation = values[k];
    for (Eigen::Index i = 0; i < predictor.size(); ++i)
      innovation -= predictor[i] * values[k - 1 - static_cast<std::size_t>(i)];
    filtered[k] = innovation;
  }
  return filtered;
}

// Where the voltage of a block is needed first: the filter reaches back by its own length.
std::size_t first_filtered(const Source& source, std::size_t begin) {
  return begin - std::min(begin, source.predictor_size());
}

// Samples [begin, end) and `past` samples before them, where there are so many. `tail_mV`: the tail's answer
// just before first_filtered().
Trace make_trace(const Source& source, std::size_t begin, std::size_t end, std::size_t past, double tail_mV) {
  past += source.predictor_size();
  Trace trace;
  trace.source = &source;
  trace.first = begin - std::min(begin, past);
  const std::size_t size = end - trace.first;
  const auto samples = std::span(source.sweep->voltage_mV).subspan(trace.first, size);
  std::vector<double> voltage(samples.begin(), samples.end());
  for (std::size_t k = first_filtered(source, begin); k < end; ++k) {
    tail_mV = source.tail.next(tail_mV, source.sweep->current_pA[k]);
    voltage[k - trace.first] -= tail_mV;
  }
  trace.voltage_mV = whitened(voltage, source.predictor);
  const auto current =
      whitened(std::span(source.sweep->current_pA).subspan(trace.first, size), source.predictor);
  trace.sum_pA.assign(size + 1, 0.0);
  trace.double_sum_pA.assign(size + 2, 0.0);
  for (std::size_t k = 0; k < size; ++k)
    trace.sum_pA[k + 1] = trace.sum_pA[k] + (current[k] - source.current_mean);
  for (std::size_t k = 0; k <= size; ++k)
    trace.double_sum_pA[k + 1] = trace.double_sum_pA[k] + trace.sum_pA[k];
  return trace;
}

// Current before sample k weighted by the hat of knot b: it rises from the knot before (0) to the knot (1)
// and falls to the knot after (0).
double current_under_hat(const Trace& trace, const LagKnots& knots, std::size_t b, std::size_t k) {
  const std::ptrdiff_t lag = knots.lag[b];
  const std::ptrdiff_t before = b > 0 ? knots.lag[b - 1] : lag - 1;
  const std::ptrdiff_t after = b + 1 < knots.size() ? knots.lag[b + 1] : lag + 1;
  const auto at = [&](std::ptrdiff_t ago) {
    return static_cast<std::size_t>(static_cast<std::ptrdiff_t>(k - trace.first) - ago);
  };
  const double here = trace.sum_pA[at(lag)];
  const auto rise = static_cast<double>(lag - before);
  const auto fall = static_cast<double>(after - lag);
  const double rising = trace.double_sum_pA[at(before - 1)] - trace.double_sum_pA[at(lag - 1)] - rise * here;
  const double falling =
      (fall - 1.0) * here - (trace.double_sum_pA[at(lag)] - trace.double_sum_pA[at(after - 1)]);
  return rising / rise + falling / fall;
}

// Rows are gathered a few hundred at a time, so that the products run in the matrix library at full speed.
Gram accumulate(const Source& source, const Block& block, const LagKnots& knots, double dt_ms,
                std::size_t& used) {
  const auto columns = static_cast<Eigen::Index>(knots.size() + 2);
  Gram gram = Gram::Zero(columns, columns);
  constexpr Eigen::Index kRows = 256;
  Eigen::MatrixXd rows(columns, kRows);
  Eigen::Index filled = 0;
  const auto flush = [&] {
    if (filled > 0) gram.selfadjointView<Eigen::Lower>().rankUpdate(rows.leftCols(filled));
    filled = 0;
  };
  const auto longest = static_cast<std::size_t>(knots.lag.back());
  const std::size_t size = source.sweep->size();
  const Trace trace = make_trace(source, block.begin, std::min(size, block.end + 1), longest, block.tail_mV);
  for (std::size_t k = std::max(block.begin, longest); k < block.end && k + 1 < size; ++k) {
    if (!source.keep[k]) continue;
    auto row = rows.col(filled);
    for (std::size_t b = 0; b < knots.size(); ++b) {
      row[static_cast<Eigen::Index>(b)] = current_under_hat(trace, knots, b, k) * dt_ms;
    }
    row[columns - 2] = 1.0;
    row[columns - 1] = trace.voltage_mV[k - trace.first] - source.voltage_mean;
    ++used;
    if (++filled == kRows) flush();
  }
  flush();
  return gram.selfadjointView<Eigen::Lower>();
}

std::vector<Source> make_sources(const Recording& recording, const SpikeTrains& spikes_ms,
                                 const ElectrodeOptions& options) {
  const double dt_ms = recording.sweeps.front().dt_ms;
  const QuietStretches quiet = quiet_stretches(recording, whole_sweeps(recording), spikes_ms,
                                               {options.mask_before_ms, options.mask_after_ms});
  std::vector<Source> sources;
  for (std::size_t s = 0; s < recording.sweeps.size(); ++s) {
    const Sweep& sweep = recording.sweeps[s];
    if (sweep.dt_ms != dt_ms) {
      throw DataError(fmt::format(
          "{}: sweep {}: samples are {} ms apart, in the first sweep {} ms; give sweeps of one rate",
          sweep.voltage_source.file, sweep.number, sweep.dt_ms, dt_ms));
    }
    sources.push_back({&sweep,
                       mask_of(sweep.size(), quiet.stretches[s]),
                       mean(sweep.voltage_mV).value_or(0.0),
                       mean(sweep.current_pA).value_or(0.0),
                       {},
                       {}});
  }
  return sources;
}

std::vector<Block> make_pieces(const std::vector<Source>& sources, double dt_ms,
                               const ElectrodeOptions& options) {
  std::vector<Block> pieces;
  const auto block = std::max<std::size_t>(1, static_cast<std::size_t>(options.block_ms / dt_ms));
  for (std::size_t s = 0; s < sources.size(); ++s) {
    const Source& source = sources[s];
    const std::vector<double>& current_pA = source.sweep->current_pA;
    double tail_mV = current_pA.empty() ? 0.0 : source.tail.settled_mV(current_pA.front());
    std::size_t filtered = 0;
    for (std::size_t begin = 0; begin < current_pA.size(); begin += block) {
      for (; filtered < first_filtered(source, begin); ++filtered)
        tail_mV = source.tail.next(tail_mV, current_pA[filtered]);
      pieces.push_back({s, begin, std::min(current_pA.size(), begin + block), tail_mV});
    }
  }
  return pieces;
}

Accumulated accumulate_all(const std::vector<Source>& sources, double dt_ms,
                           const ElectrodeOptions& options) {
  Accumulated all;
  all.dt_ms = dt_ms;
  all.knots = make_knots(dt_ms, options);
  const std::vector<Block> pieces = make_pieces(sources, dt_ms, options);
  std::vector<Gram> grams(pieces.size());
  std::vector<std::size_t> used(pieces.size(), 0);
  parallel_for(pieces.size(), options.threads, [&](std::size_t i) {
    grams[i] = accumulate(sources[pieces[i].sweep], pieces[i], all.knots, dt_ms, used[i]);
  });
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (used[i] == 0) continue;
    all.used += used[i];
    all.blocks.push_back(std::move(grams[i]));
  }
  return all;
}

// Sums of products of the residuals at each lag over one block, and how many products: what the response
// leaves of the voltage, where no sample is masked.
struct Covariance {
  Eigen::VectorXd sum, count;
};

Covariance residual_covariance(const Source& source, const Block& block, const LagKnots& knots,
                               const Eigen::VectorXd& response, double dt_ms, int order) {
  const auto longest = static_cast<std::size_t>(knots.lag.back());
  const auto reach = static_cast<std::size_t>(order);
  const std::size_t size = source.sweep->size();
  const std::size_t first = block.begin - std::min(block.begin, reach);
  const Trace trace = make_trace(source, first, std::min(size, block.end + 1), longest, 0.0);
  std::vector<double> left(block.end - first, std::nan(""));
  for (std::size_t k = std::max(first, longest); k < block.end && k + 1 < size; ++k) {
    if (!source.keep[k]) continue;
    double predicted = source.voltage_mean;
    for (std::size_t b = 0; b < knots.size(); ++b)
      predicted += response[static_cast<Eigen::Index>(b)] * current_under_hat(trace, knots, b, k) * dt_ms;
    left[k - first] = trace.voltage_mV[k - trace.first] - predicted;
  }
  Covariance covariance{Eigen::VectorXd::Zero(order + 1), Eigen::VectorXd::Zero(order + 1)};
  for (std::size_t lag = 0; lag <= reach; ++lag) {
    const auto i = static_cast<Eigen::Index>(lag);
    for (std::size_t k = std::max(block.begin - first, lag); k < left.size(); ++k) {
      const double product = left[k] * left[k - lag];
      if (std::isnan(product)) continue;
      covariance.sum[i] += product;
      covariance.count[i] += 1.0;
    }
  }
  return covariance;
}

// Autoregression of the residuals (Yule-Walker). Slow membrane and synaptic noise would otherwise swamp the
// fast electrode: filtering voltage and current alike leaves the response and makes the noise white.
Eigen::VectorXd noise_predictor(const std::vector<Source>& sources, const Accumulated& first,
                                const Eigen::VectorXd& response, const ElectrodeOptions& options) {
  const int order = options.whitening_order;
  const std::vector<Block> pieces = make_pieces(sources, first.dt_ms, options);
  std::vector<Covariance> parts(pieces.size());
  parallel_for(pieces.size(), options.threads, [&](std::size_t i) {
    parts[i] =
        residual_covariance(sources[pieces[i].sweep], pieces[i], first.knots, response, first.dt_ms, order);
  });
  Covariance all{Eigen::VectorXd::Zero(order + 1), Eigen::VectorXd::Zero(order + 1)};
  for (const Covariance& part : parts) {
    all.sum += part.sum;
    all.count += part.count;
  }
  const Eigen::VectorXd covariance = all.sum.cwiseQuotient(all.count.cwiseMax(1.0));
  Eigen::MatrixXd toeplitz(order, order);
  for (int i = 0; i < order; ++i) {
    for (int j = 0; j < order; ++j) toeplitz(i, j) = covariance[std::abs(i - j)];
  }
  toeplitz.diagonal().array() += 1e-9 * covariance[0];
  return toeplitz.ldlt().solve(covariance.tail(order));
}

std::vector<bool> whitened_mask(const std::vector<bool>& keep, std::size_t order) {
  std::vector<bool> whole(keep.size(), false);
  std::size_t run = 0;
  for (std::size_t k = 0; k < keep.size(); ++k) {
    run = keep[k] ? run + 1 : 0;
    whole[k] = run > order;
  }
  return whole;
}

// Second pass on voltage and current filtered by the noise that the first pass left, without the membrane's
// tail that it found.
Accumulated accumulate_whitened(std::vector<Source> sources, const Accumulated& first,
                                const ElectrodeOptions& options) {
  const auto response = solve(first, total(first));
  if (!response || options.whitening_order == 0) return first;
  const MembraneTail tail = fit_membrane(*response, first.knots, first.dt_ms, options);
  const Eigen::VectorXd predictor = noise_predictor(sources, first, response->value, options);
  for (Source& source : sources) {
    source.keep = whitened_mask(source.keep, static_cast<std::size_t>(options.whitening_order));
    source.tail = {std::exp(-first.dt_ms / tail.tau_ms), tail.amplitude_per_pF * first.dt_ms,
                   source.current_mean};
    source.voltage_mean *= 1.0 - predictor.sum();
    source.current_mean *= 1.0 - predictor.sum();
    source.predictor = predictor;
  }
  Accumulated all = accumulate_all(sources, first.dt_ms, options);
  all.taken_off = tail;
  return all;
}

}  // namespace

double MembraneTail::at(double lag_ms) const {
  return lag_ms < 0.0 ? 0.0 : amplitude_per_pF * std::exp(-lag_ms / tau_ms);
}

MembraneTail fit_membrane(const Response& response, const LagKnots& knots, double dt_ms,
                          const ElectrodeOptions& options) {
  MembraneTail best;
  const auto cost = [&](double log_tau) {
    const double tau = std::exp(log_tau);
    double xx = 0.0, xy = 0.0, yy = 0.0;
    for (std::size_t b = 0; b < knots.size(); ++b) {
      const double lag_ms = knots.time_ms(b, dt_ms);
      if (lag_ms < options.tail_start_ms || lag_ms > options.tail_end_ms) continue;
      const auto i = static_cast<Eigen::Index>(b);
      const double weight = 1.0 / (response.se[i] * response.se[i]);
      const double x = std::exp(-lag_ms / tau);
      xx += weight * x * x;
      xy += weight * x * response.value[i];
      yy += weight * response.value[i] * response.value[i];
    }
    best = {xy / xx, tau};
    return yy - xy * xy / xx;
  };
  const auto found = boost::math::tools::brent_find_minima(cost, std::log(1.0), std::log(400.0), 40);
  cost(found.first);
  return best;
}

std::optional<Response> solve(const Accumulated& all, const Gram& gram) {
  const Eigen::Index p = gram.rows() - 1;
  Eigen::LDLT<Eigen::MatrixXd> solver(gram.topLeftCorner(p, p));
  if (solver.info() != Eigen::Success || solver.vectorD().minCoeff() <= 1e-12 * solver.vectorD().maxCoeff()) {
    return std::nullopt;
  }
  const Eigen::VectorXd weights = solver.solve(gram.col(p).head(p));
  const double count = gram(p - 1, p - 1);
  const double residual = gram(p, p) - weights.dot(gram.col(p).head(p));
  const Eigen::VectorXd variance = solver.solve(Eigen::MatrixXd::Identity(p, p)).diagonal();
  Response response;
  response.value = weights.head(p - 1);
  for (std::size_t b = 0; b < all.knots.size(); ++b)
    response.value[static_cast<Eigen::Index>(b)] += all.taken_off.at(all.knots.time_ms(b, all.dt_ms));
  response.se = (variance.head(p - 1).cwiseMax(0.0) * std::max(residual, 1e-30) /
                 std::max(1.0, count - static_cast<double>(p)))
                    .cwiseSqrt();
  return response;
}

Gram total(const Accumulated& all) {
  Gram sum = Gram::Zero(all.blocks[0].rows(), all.blocks[0].cols());
  for (const Gram& block : all.blocks) sum += block;
  return sum;
}

Accumulated regress(const Recording& recording, const SpikeTrains& spikes_ms,
                    const ElectrodeOptions& options) {
  std::vector<Source> sources = make_sources(recording, spikes_ms, options);
  const Accumulated plain = accumulate_all(sources, recording.sweeps.front().dt_ms, options);
  if (plain.used < 20 * plain.knots.size()) {
    throw DataError(fmt::format(
        "{}: {} samples away from spikes are too few for {} lags of electrode and membrane; record a "
        "longer sweep of weak noise, or pass --no-compensation",
        recording.sweeps.front().voltage_source.file, plain.used, plain.knots.size()));
  }
  return accumulate_whitened(std::move(sources), plain, options);
}

}  // namespace libfit
