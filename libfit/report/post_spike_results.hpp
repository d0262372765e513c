// The post-spike curves of a cell as a table and as figures.
#pragma once

#include <vector>

#include "libfit/characterize/cell_fit.hpp"
#include "libfit/draw/figure.hpp"
#include "libfit/draw/table.hpp"

namespace libfit {

// One row per slice: leak, reversal and threshold with intervals. Empty without post-spike curves.
Table post_spike_table(const CellFit& cell);
// The curves, and the parameters against time since the spike with the refractory EIF, when it was fitted.
// None without post-spike curves.
std::vector<Figure> post_spike_figures(const CellFit& cell);

}  // namespace libfit
