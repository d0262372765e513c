// The decisions behind the capacitance, apart from the estimates they are about: which groups of voltage bins
// form the plateau, and which method's value is used. The rules and why: docs/methods/capacitance.md.
#pragma once

#include <cstddef>
#include <span>

#include "libfit/iv/capacitance.hpp"

namespace libfit {

// How many of `groups` (rising voltage) form the plateau, counted from the lowest. A group stands out when
// its C is above the inverse-variance mean of those below by more than `tolerance` of that mean and by more
// than two standard errors of the difference. Two in a row that stand out end the plateau, and so does the
// last group by itself; a single one does not, since among twenty groups one stands out by chance.
std::size_t plateau_length(std::span<const CapacitanceAtVoltage> groups, double tolerance);

// Sets method, reason, value_pF, ci95_pF (that of the method), systematic_pF and warnings from the estimates
// in `result`, of which at least one of plateau, kernel and regression is there. `plateau_groups`: how many
// groups the plateau has; three make one. `kernel_tolerance`: relative difference of plateau and electrode
// sweep up to which the plateau is used; two standard errors of the difference, where those are more.
void choose_capacitance(Capacitance& result, std::size_t plateau_groups, double kernel_tolerance);

// Warns of each other method that differs from value_pF by more than a factor of 1.2, and of more than 2 MOhm
// of instantaneous resistance left in the voltage, with what that probably means.
void warn_of_disagreement(Capacitance& result);

}  // namespace libfit
