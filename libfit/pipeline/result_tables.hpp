// The tables of a characterisation: parameters with intervals, scores with ceilings, the curve.
#pragma once

#include "libfit/pipeline/characterize.hpp"
#include "libfit/report/table.hpp"

namespace libfit {

// One row a model and parameter: value with interval, range over the fit limits, status.
Table parameter_table(const std::vector<IvFit>& models);
// One row a model, the cell's own repetitions first.
Table score_table(const Characterization& result);
// Electrode and capacitance by every method.
Table membrane_table(const Membrane& membrane, const Capacitance& capacitance);
// One row a bin of the dynamic I-V.
Table curve_table(const DynamicIv& iv);

}  // namespace libfit
