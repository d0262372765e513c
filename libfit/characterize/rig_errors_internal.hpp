// Errors of the rig's own measurements, of the electrode's kernel or of the lag of the current. Blocks of the
// recording do not show them, since all blocks were compensated and aligned alike: each is put into the
// recording once, one standard error high, and what that moves is kept.
#pragma once

#include <span>
#include <vector>

#include "libfit/characterize/cell_fit.hpp"
#include "libfit/fit/bootstrap.hpp"
#include "libfit/iv/blocks.hpp"
#include "libfit/iv/capacitance.hpp"
#include "libfit/signal/membrane.hpp"

namespace libfit {

// One entry for each independent error of the kernel that was taken out, or one for a lag that was measured
// without an electrode; none where neither was, or where the first ten minutes, on which this is measured,
// leave no curve. Needs capacitance and moments of `cell`. The capacitance moves only where it came from the
// plateau.
std::vector<CommonError> rig_errors(const Membrane& membrane, const CellFit& cell,
                                    std::span<const Block> blocks, const CellFitOptions& options);

// Adds 1.96 times each move of C, as independent errors, to both sides of its interval. Without an interval:
// nothing.
void widen_by_rig_errors(Capacitance& capacitance, std::span<const CommonError> errors);

}  // namespace libfit
