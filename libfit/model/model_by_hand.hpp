// Models by hand: a name and a line such as "tau_ms=10,R_MOhm=200,V_th_mV=-52" instead of a file. What is not
// said has the value of a textbook cell (150 pF, 10 nS, rest at -65 mV, threshold near -50 mV), so that any
// subset of the parameters makes a model. Parameters have the names of files, in any case; besides, tau_ms
// and R_MOhm, which people reason with, stand in for conductance and capacitance: g = 1/R = C/tau and
// C = g tau, where g is g_nS, for Qif the conductance at rest a (V_c - V_rest).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libfit/model/model.hpp"

namespace libfit {

// The model of that name with the parameters of `settings`, "name=value" separated by commas, spaces allowed
// around each; empty: all at their defaults. Arrays of a Tabulated model separate their values by colons
// (V_mV=-80:-60:-50). Throws OptionError for a model that is not known, a parameter that the model does not
// have, is given twice or is no number, for more of C, g, R and tau than determine one another, and for
// whatever validate() refuses.
Model model_by_hand(std::string_view name, std::string_view settings = "");

// Names of all models, in the order of the variant: "passive", "lif", ...
std::vector<std::string> model_names();

// "C_pF=150, g_nS=10 (or tau_ms, R_MOhm), E_mV=-65": what can be set and its defaults, for helps and errors.
std::string settings_in_words(std::string_view name);

}  // namespace libfit
