// Everything that a program needs from recordings to models and predictions, in the order of use:
//   formats/open, formats/assemble        a file as it is; a recording of one current and one voltage
//   signal/membrane                       the electrode out, spikes found
//   stimulus/stimulus, model/model_file   currents to inject; models of earlier fits
//   simulate/simulate, score/score        predictions, and how good they are
//   characterize/cell_fit, characterize   capacitance, F(V) and models of one cell; all stages in one call
//   report/results                        a folder of results
// Each header opens with what it does, on what authority, what it assumes, and a few lines that use it. All
// of it is in namespace libfit; units end names (docs/units.md).
#pragma once

#include "libfit/characterize/cell_fit.hpp"
#include "libfit/characterize/characterize.hpp"
#include "libfit/core/error.hpp"
#include "libfit/core/version.hpp"
#include "libfit/formats/assemble.hpp"
#include "libfit/formats/open.hpp"
#include "libfit/model/model_file.hpp"
#include "libfit/report/results.hpp"
#include "libfit/score/score.hpp"
#include "libfit/signal/membrane.hpp"
#include "libfit/simulate/simulate.hpp"
#include "libfit/stimulus/stimulus.hpp"
