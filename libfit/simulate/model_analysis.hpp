// What a model says, in one go: phase line, f-I curve and latencies, with the intervals of a fitted model
// carried over. The file of a fitted model holds the draws of its bootstrap; each draw is a whole model, so
// the analysis is repeated on every one and its percentiles are taken: correlations between parameters, which
// intervals of single parameters have lost, are all in. Models without memory only: of the others the
// thresholds get intervals, the simulated rates do not.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libfit/model/model_file.hpp"
#include "libfit/model/phase_line.hpp"
#include "libfit/simulate/fi_curve.hpp"

namespace libfit {

struct ModelAnalysisOptions {
  // Currents of the f-I curve, pA; empty: 41 from 0 (or below, for a model that fires by itself) to about
  // three rheobases, in round steps.
  std::vector<double> currents_pA;
  double holding_pA = 0.0;
  FiCurveOptions fi;  // its holding_pA is that of above
  unsigned threads = 0;
  void validate() const;  // throws OptionError
};

struct ModelAnalysis {
  Model model;
  std::optional<PhaseLine> line;  // absent where a model has none
  FiCurve fi;
  // By name of the quantity as in `dyniv analyze --json`; empty for a model typed by hand.
  std::map<std::string, Interval> ci95;
  std::size_t draws = 0;
  std::vector<std::string> warnings;
};

ModelAnalysis analyze_model(const ModelDocument& document, const ModelAnalysisOptions& options = {});

// The scalar quantities of a phase line by name, in the order of the output; absent ones are left out.
std::vector<std::pair<std::string, double>> quantities_of(const PhaseLine& line);

}  // namespace libfit
