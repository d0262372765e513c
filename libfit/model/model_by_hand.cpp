#include "libfit/model/model_by_hand.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>
#include <type_traits>
#include <utility>

#include "libfit/core/error.hpp"
#include "libfit/model/parameters.hpp"

namespace libfit {
namespace {

// The textbook cell: one line per model, found by overload, so that a model without one does not compile.
Model typical(const Passive&) { return Passive{150.0, 10.0, -65.0}; }
Model typical(const Lif&) { return Lif{150.0, 10.0, -65.0, -50.0, {-60.0, 3.0}}; }
Model typical(const Qif&) { return Qif{150.0, 0.5, -65.0, -45.0, 20.0, {-60.0, 3.0}}; }
Model typical(const Eif&) { return Eif{150.0, 10.0, -65.0, -50.0, 1.5, 20.0, {-60.0, 3.0}}; }
Model typical(const RefractoryEif&) {
  return RefractoryEif{150.0, 10.0, -65.0, -50.0, 1.5, 10.0, 25.0,        10.0,
                       12.0,  0.0,  40.0,  0.0,   8.0, 20.0, {-60.0, 3.0}};
}
Model typical(const Adex&) {
  return Adex{150.0, 10.0, -65.0, -50.0, 1.5, 2.0, 50.0, 100.0, 20.0, {-60.0, 3.0}};
}
Model typical(const Tabulated&) {
  return Tabulated{
      150.0, {-80.0, -65.0, -55.0, -50.0, -45.0}, {1.0, 0.0, -0.5, 0.0, 4.0}, 20.0, {-60.0, 3.0}};
}

// Fires at 1/ms where V is at -50 mV, e times as often 2 mV above.
Model typical(const Gif&) {
  Gif m;
  m.C_pF = 150.0;
  m.g_nS = 10.0;
  m.E_mV = -65.0;
  m.reset = {-60.0, 3.0};
  m.currents = {{20.0, 100.0}};
  m.reference_mV = -50.0;
  m.filters = {{0.0, 0.5}};
  m.V_spike_mV = 20.0;
  adopt_membrane_as_drive(m);
  return m;
}

template <std::size_t... I>
std::vector<Model> typical_of_all(std::index_sequence<I...>) {
  return {typical(std::variant_alternative_t<I, Model>{})...};
}

std::vector<Model> typical_models() {
  return typical_of_all(std::make_index_sequence<std::variant_size_v<Model>>());
}

Model typical_of_name(std::string_view name) {
  for (const Model& model : typical_models()) {
    if (model_name(model) == name) return model;
  }
  throw OptionError(
      fmt::format("there is no model `{}`; known are {}", name, fmt::join(model_names(), ", ")));
}

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(blank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(trimmed(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return parts;
}

double number_of(std::string_view name, std::string_view text) {
  std::string_view digits = text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  double value = 0.0;
  const auto [stop, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || problem != std::errc() || stop != digits.data() + digits.size() ||
      !std::isfinite(value)) {
    throw OptionError(fmt::format("{}={}: is not a number; write it as in {}=-52.5", name, text, name));
  }
  return value;
}

// One "name=value"; `used` when some parameter took it.
struct Setting {
  std::string name;  // as given
  std::string key;   // in lower case
  std::string value;
  bool used = false;
};

class Settings {
 public:
  explicit Settings(std::string_view text) {
    if (trimmed(text).empty()) return;
    for (const std::string_view part : split(text, ',')) {
      const std::size_t equals = part.find('=');
      if (equals == std::string_view::npos || equals == 0) {
        throw OptionError(fmt::format("`{}` sets no parameter; write name=value, as in tau_ms=10", part));
      }
      const std::string_view name = trimmed(part.substr(0, equals));
      Setting setting{std::string(name), in_lower_case(name), std::string(trimmed(part.substr(equals + 1)))};
      if (find(setting.key) != nullptr) throw OptionError(fmt::format("{}: is given twice", name));
      list_.push_back(std::move(setting));
    }
  }

  const std::string* take(std::string_view name) {
    Setting* setting = find(in_lower_case(name));
    if (setting == nullptr) return nullptr;
    setting->used = true;
    return &setting->value;
  }
  std::optional<double> take_number(std::string_view name) {
    const std::string* text = take(name);
    return text == nullptr ? std::nullopt : std::optional(number_of(name, *text));
  }
  const Setting* unused() const {
    const auto found = std::ranges::find_if(list_, [](const Setting& s) { return !s.used; });
    return found == list_.end() ? nullptr : &*found;
  }

 private:
  Setting* find(const std::string& key) {
    const auto found = std::ranges::find_if(list_, [&](const Setting& s) { return s.key == key; });
    return found == list_.end() ? nullptr : &*found;
  }
  std::vector<Setting> list_;
};

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
    for (const std::string_view part : split(*text, ':')) values->push_back(number_of(name, part));
  }
}

template <class M>
void set_parameters(M& m, Settings& settings) {
  for_each_parameter(m, [&](std::string_view name, double& value) {
    if (const auto given = settings.take_number(name)) value = *given;
  });
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
  Model model = typical_of_name(name);
  Settings settings(text);
  std::visit([&](auto& m) { set_parameters(m, settings); }, model);
  if (const Setting* unknown = settings.unused()) {
    throw OptionError(fmt::format("{}: is no parameter of the model {}; it has {}", unknown->name, name,
                                  settings_in_words(name)));
  }
  validate(model);
  return model;
}

std::vector<std::string> model_names() {
  std::vector<std::string> names;
  for (const Model& model : typical_models()) names.emplace_back(model_name(model));
  return names;
}

std::string settings_in_words(std::string_view name) {
  const Model model = typical_of_name(name);
  const bool slopes = std::visit([](const auto& m) { return HasSlopes<std::decay_t<decltype(m)>>; }, model);
  std::string text;
  for (const NamedParameter& parameter : scalar_parameters(model)) {
    const bool stands_for = slopes && (parameter.name == "g_nS" || parameter.name == "a_nS_per_mV");
    text += fmt::format("{}{}={:g}{}", text.empty() ? "" : ", ", parameter.name, parameter.value,
                        stands_for ? " (or tau_ms, R_MOhm)" : "");
  }
  if (std::holds_alternative<Tabulated>(model)) text += ", V_mV and F_mV_per_ms (values separated by colons)";
  if (std::holds_alternative<Gif>(model)) text += ", b_pA=20, tau_w_ms=100, Delta_V_mV=2";
  return text;
}

}  // namespace libfit
