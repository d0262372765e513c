#include "libfit/model/model_by_hand.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <type_traits>
#include <utility>

#include "libfit/core/error.hpp"
#include "libfit/model/catalogue.hpp"
#include "libfit/model/parameters.hpp"
#include "libfit/model/settings_internal.hpp"

namespace libfit {
namespace {

const CatalogueRow& row_by_hand(std::string_view name) {
  const CatalogueRow* row = find_row(name);
  if (row != nullptr && row->textbook_cell != nullptr) return *row;
  throw OptionError(
      fmt::format("there is no model `{}`; known are {}", name, fmt::join(model_names(), ", ")));
}

template <class M>
concept HasLeak = requires(M m) {
  m.g_nS;
};
template <class M>
concept HasSlopes = HasLeak<M> || std::is_same_v<M, Qif>;

// What multiplies a conductance: 1 where the parameter is one, the gap of the zeros for Qif.
template <class M>
double per_conductance(const M& m) {
  if constexpr (std::is_same_v<M, Qif>) {
    check_options({{"V_c_mV", m.V_c_mV, m.V_c_mV > m.V_rest_mV, "above V_rest_mV for tau_ms and R_MOhm"}});
    return m.V_c_mV - m.V_rest_mV;
  } else {
    return 1.0;
  }
}

// tau_ms and R_MOhm in place of conductance and capacitance.
template <class M>
void set_slopes(M& m, double& conductance, std::string_view name, Settings& settings) {
  const bool has_C = settings.take("C_pF") != nullptr;
  const bool has_g = settings.take(name) != nullptr;
  const auto tau_ms = settings.take_number("tau_ms");
  const auto R_MOhm = settings.take_number("R_MOhm");
  if (!tau_ms && !R_MOhm) return;
  if (tau_ms) check_options({{"tau_ms", *tau_ms, *tau_ms > 0.0, "> 0"}});
  if (R_MOhm) check_options({{"R_MOhm", *R_MOhm, *R_MOhm > 0.0, "> 0"}});
  if (R_MOhm && has_g) {
    throw OptionError(fmt::format("R_MOhm and {} say the same thing; give one of them", name));
  }
  if (tau_ms && has_C && (has_g || R_MOhm)) {
    throw OptionError(fmt::format("tau_ms follows from C_pF and {}; leave one of the three out",
                                  R_MOhm ? std::string_view("R_MOhm") : name));
  }
  const double gap = per_conductance(m);
  if (R_MOhm) conductance = 1000.0 / *R_MOhm / gap;
  if (!tau_ms) return;
  if (has_g || R_MOhm) {
    m.C_pF = *tau_ms * conductance * gap;
  } else {
    conductance = m.C_pF / *tau_ms / gap;
  }
}

void set_table(Tabulated& m, Settings& settings) {
  for (const auto& [name, values] : {std::pair("V_mV", &m.V_mV), std::pair("F_mV_per_ms", &m.F_mV_per_ms)}) {
    const std::string* text = settings.take(name);
    if (text == nullptr) continue;
    values->clear();
    for (const std::string_view part : split_settings(*text, ':'))
      values->push_back(setting_as_number(name, part));
  }
}

template <class M>
void set_model(M& m, Settings& settings) {
  set_parameters(m, settings);
  if constexpr (HasLeak<M>) set_slopes(m, m.g_nS, "g_nS", settings);
  if constexpr (std::is_same_v<M, Qif>) set_slopes(m, m.a_nS_per_mV, "a_nS_per_mV", settings);
  if constexpr (std::is_same_v<M, Tabulated>) set_table(m, settings);
  if constexpr (std::is_same_v<M, Gif>) {
    if (const auto b_pA = settings.take_number("b_pA")) m.currents.front().b_pA = *b_pA;
    if (const auto tau_w_ms = settings.take_number("tau_w_ms")) m.currents.front().tau_ms = *tau_w_ms;
    if (const auto width = settings.take_number("Delta_V_mV")) {
      check_options({{"Delta_V_mV", *width, *width > 0.0, "> 0"}});
      m.filters.front().weight_per_mV = 1.0 / *width;
    }
    check_options({{"C_pF", m.C_pF, m.C_pF > 0.0, "> 0"}, {"g_nS", m.g_nS, m.g_nS > 0.0, "> 0"}});
    adopt_membrane_as_drive(m);
  }
}

}  // namespace

Model model_by_hand(std::string_view name, std::string_view text) {
  Model model = row_by_hand(name).textbook_cell();
  Settings settings(text);
  std::visit([&](auto& m) { set_model(m, settings); }, model);
  if (const Setting* unknown = settings.unused()) {
    throw OptionError(fmt::format("{}: is no parameter of the model {}; it has {}", unknown->name, name,
                                  settings_in_words(name)));
  }
  validate(model);
  return model;
}

std::vector<std::string> model_names() {
  std::vector<std::string> names;
  for (const CatalogueRow& row : catalogue())
    if (row.textbook_cell != nullptr) names.emplace_back(row.name);
  return names;
}

std::string settings_in_words(std::string_view name) {
  const Model model = row_by_hand(name).textbook_cell();
  const bool slopes = std::visit([](const auto& m) { return HasSlopes<std::decay_t<decltype(m)>>; }, model);
  std::string text;
  for (const ParameterValue& parameter : scalar_parameters(model)) {
    const bool stands_for =
        slopes && (parameter.quantity == &quantities::g_nS || parameter.quantity == &quantities::a_nS_per_mV);
    text += fmt::format("{}{}={:g}{}", text.empty() ? "" : ", ", parameter.name(), parameter.value,
                        stands_for ? " (or tau_ms, R_MOhm)" : "");
  }
  if (std::holds_alternative<Tabulated>(model)) text += ", V_mV and F_mV_per_ms (values separated by colons)";
  if (std::holds_alternative<Gif>(model)) text += ", b_pA=20, tau_w_ms=100, Delta_V_mV=2";
  return text;
}

}  // namespace libfit
