// What the GIF family learnt about the threshold.
#pragma once

#include <vector>

#include "libfit/characterize/cell_fit.hpp"
#include "libfit/draw/figure.hpp"

namespace libfit {

// Above: mean onset of the spikes in groups of the voltage before, of the cell and of simulations of the
// plain GIF, the two-state iGIF and the dictionary. Below: the models' threshold after steps. None without
// the GIF family.
std::vector<Figure> threshold_figures(const CellFit& cell);

}  // namespace libfit
