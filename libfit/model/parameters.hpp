// The scalar parameters of every model with the names they have in files, tables and options, in one place:
// reading, writing, checking and printing all walk this list.
#pragma once

#include <string_view>
#include <vector>

#include "libfit/model/model.hpp"

namespace libfit {

struct NamedParameter {
  std::string_view name;
  double value = 0.0;
};

// Calls visit(name, value) for every scalar parameter, in the order of the struct. M is one of the models,
// const or not; visit may change the value where it is not.
template <class M, class Visit>
void for_each_parameter(M& model, Visit&& visit) {
  visit(std::string_view("C_pF"), model.C_pF);
  if constexpr (requires { model.g_nS; }) {
    visit(std::string_view("g_nS"), model.g_nS);
    visit(std::string_view("E_mV"), model.E_mV);
  }
  if constexpr (requires { model.V_th_mV; }) visit(std::string_view("V_th_mV"), model.V_th_mV);
  if constexpr (requires { model.a_nS_per_mV; }) {
    visit(std::string_view("a_nS_per_mV"), model.a_nS_per_mV);
    visit(std::string_view("V_rest_mV"), model.V_rest_mV);
    visit(std::string_view("V_c_mV"), model.V_c_mV);
  }
  if constexpr (requires { model.Delta_T_mV; }) {
    visit(std::string_view("V_T_mV"), model.V_T_mV);
    visit(std::string_view("Delta_T_mV"), model.Delta_T_mV);
  }
  if constexpr (requires { model.g1_nS; }) {
    visit(std::string_view("g1_nS"), model.g1_nS);
    visit(std::string_view("tau_g_ms"), model.tau_g_ms);
    visit(std::string_view("V_T1_mV"), model.V_T1_mV);
    visit(std::string_view("tau_T_ms"), model.tau_T_ms);
    visit(std::string_view("E1_mV"), model.E1_mV);
    visit(std::string_view("tau_E1_ms"), model.tau_E1_ms);
    visit(std::string_view("E2_mV"), model.E2_mV);
    visit(std::string_view("tau_E2_ms"), model.tau_E2_ms);
  }
  if constexpr (requires { model.tau_w_ms; }) {
    visit(std::string_view("a_nS"), model.a_nS);
    visit(std::string_view("b_pA"), model.b_pA);
    visit(std::string_view("tau_w_ms"), model.tau_w_ms);
  }
  if constexpr (requires { model.V_spike_mV; }) visit(std::string_view("V_spike_mV"), model.V_spike_mV);
  if constexpr (requires { model.reset; }) {
    visit(std::string_view("V_reset_mV"), model.reset.V_reset_mV);
    visit(std::string_view("t_ref_ms"), model.reset.t_ref_ms);
  }
  if constexpr (requires { model.log_rate_per_ms; }) {
    visit(std::string_view("bin_ms"), model.bin_ms);
    visit(std::string_view("reference_mV"), model.reference_mV);
    visit(std::string_view("log_rate_per_ms"), model.log_rate_per_ms);
    visit(std::string_view("spike_lead_ms"), model.spike_lead_ms);
  }
}

// The same as a list; the table of a Tabulated model and the lists of a Gif are not in it.
std::vector<NamedParameter> scalar_parameters(const Model& model);

}  // namespace libfit
