// The parameters of every model, described once: which member of the struct each is, its name in files,
// tables and options, its unit, its meaning and its domain. Model files, --set, validate(), tables, fits and
// intervals all use this description; a new model needs a parameter_rows of its own and nothing else there.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "libfit/model/model.hpp"

namespace libfit {

enum class Domain {
  real,         // any finite value
  positive,     // > 0; a fit searches its logarithm
  not_negative  // >= 0
};

struct Quantity {
  std::string_view name;    // ends in the unit: "V_T_mV"
  std::string_view symbol;  // "V_T"
  std::string_view unit;    // "mV"; empty: a pure number
  std::string_view meaning;
  Domain domain = Domain::real;
};

namespace quantities {
using enum Domain;
inline constexpr Quantity C_pF{"C_pF", "C", "pF", "capacitance", positive};
inline constexpr Quantity g_nS{"g_nS", "g", "nS", "leak conductance", positive};
inline constexpr Quantity E_mV{"E_mV", "E", "mV", "reversal potential of the leak"};
inline constexpr Quantity V_th_mV{"V_th_mV", "V_th", "mV", "threshold: a spike where V reaches it"};
inline constexpr Quantity a_nS_per_mV{"a_nS_per_mV", "a", "nS/mV", "curvature of the parabola", positive};
inline constexpr Quantity V_rest_mV{"V_rest_mV", "V_rest", "mV", "lower, stable zero of the parabola"};
inline constexpr Quantity V_c_mV{"V_c_mV", "V_c", "mV", "upper, unstable zero of the parabola"};
inline constexpr Quantity V_T_mV{"V_T_mV", "V_T", "mV", "threshold for slow currents, where F is least"};
inline constexpr Quantity Delta_T_mV{"Delta_T_mV", "Delta_T", "mV", "width of the spike initiation",
                                     positive};
inline constexpr Quantity g1_nS{"g1_nS", "g1", "nS", "leak added by a spike"};
inline constexpr Quantity tau_g_ms{"tau_g_ms", "tau_g", "ms", "time constant of g1", positive};
inline constexpr Quantity V_T1_mV{"V_T1_mV", "V_T1", "mV", "threshold increase after a spike"};
inline constexpr Quantity tau_T_ms{"tau_T_ms", "tau_T", "ms", "time constant of V_T1", positive};
inline constexpr Quantity E1_mV{"E1_mV", "E1", "mV", "depolarisation of E after a spike"};
inline constexpr Quantity tau_E1_ms{"tau_E1_ms", "tau_E1", "ms", "time constant of E1", positive};
inline constexpr Quantity E2_mV{"E2_mV", "E2", "mV", "hyperpolarisation of E after a spike"};
inline constexpr Quantity tau_E2_ms{"tau_E2_ms", "tau_E2", "ms", "time constant of E2", positive};
inline constexpr Quantity a_nS{"a_nS", "a", "nS", "coupling of w to the voltage"};
inline constexpr Quantity b_pA{"b_pA", "b", "pA", "increase of the adaptation current at a spike"};
inline constexpr Quantity tau_w_ms{"tau_w_ms", "tau_w", "ms", "time constant of w", positive};
inline constexpr Quantity V_spike_mV{"V_spike_mV", "V_spike", "mV", "voltage that ends the upstroke"};
inline constexpr Quantity V_reset_mV{"V_reset_mV", "V_reset", "mV", "voltage after a spike"};
inline constexpr Quantity t_ref_ms{"t_ref_ms", "t_ref", "ms", "refractory period, with V held at V_reset",
                                   not_negative};
inline constexpr Quantity bin_ms{"bin_ms", "bin", "ms", "bin in which at most one spike falls", positive};
inline constexpr Quantity reference_mV{"reference_mV", "reference", "mV", "voltage that filters count from"};
inline constexpr Quantity log_rate_per_ms{"log_rate_per_ms", "log_rate", "1/ms",
                                          "logarithm of the hazard at the reference"};
inline constexpr Quantity spike_lead_ms{"spike_lead_ms", "spike_lead", "ms",
                                        "time from spike onset to the crossing of V_spike", not_negative};
// Of the lists of a Gif.
inline constexpr Quantity tau_ms{"tau_ms", "tau", "ms", "time constant", positive};
inline constexpr Quantity filter_tau_ms{"tau_ms", "tau", "ms", "time constant; 0: no filter", not_negative};
inline constexpr Quantity resistance_GOhm{"resistance_GOhm", "R", "GOhm", "input resistance", positive};
inline constexpr Quantity weight_per_mV{"weight_per_mV", "weight", "1/mV", "of the log hazard"};
inline constexpr Quantity knot_mV{"knot_mV", "knot", "mV", "voltage beyond which the state follows"};
inline constexpr Quantity softness_mV{"softness_mV", "softness", "mV", "width of the softplus", positive};
inline constexpr Quantity direction{"direction", "direction", "", "1: above the knot, -1: below it"};
inline constexpr Quantity begin_ms{"begin_ms", "begin", "ms", "age of a spike from which a step acts",
                                   not_negative};
inline constexpr Quantity end_ms{"end_ms", "end", "ms", "age up to which it acts"};
inline constexpr Quantity weight{"weight", "weight", "", "added to the log hazard by one spike"};
}  // namespace quantities

// One parameter of M: a member of its own, or one of its `reset`.
template <class M>
struct Parameter {
  const Quantity* quantity;
  double M::*own = nullptr;
  double Reset::*of_reset = nullptr;

  constexpr Parameter(const Quantity& q, double M::*member) : quantity(&q), own(member) {}
  constexpr Parameter(const Quantity& q, double Reset::*member) : quantity(&q), of_reset(member) {}

  // The value in `model`, const or not.
  template <class Self>
  auto& of(Self& model) const {
    if constexpr (requires { model.reset; }) {
      if (of_reset != nullptr) return model.reset.*of_reset;
    }
    return model.*own;
  }
};

template <class M>
constexpr int without_description() {
  static_assert(sizeof(M) == 0, "describe the parameters of this struct: parameter_rows<M>");
  return 0;
}

// In the order of files and tables. Lists (of a Tabulated or Gif) are no parameters.
template <class M>
inline constexpr int parameter_rows = without_description<M>();

namespace quantities {

// Rows that models share.
template <class... Rows>
constexpr auto join(const Rows&... rows) {
  return std::apply([](const auto&... row) { return std::array{row...}; }, std::tuple_cat(rows...));
}

template <class M>
inline constexpr auto leak =
    std::to_array<Parameter<M>>({{C_pF, &M::C_pF}, {g_nS, &M::g_nS}, {E_mV, &M::E_mV}});
template <class M>
inline constexpr auto reset = std::to_array<Parameter<M>>({{V_reset_mV, &Reset::V_reset_mV},
                                                           {t_ref_ms, &Reset::t_ref_ms}});
template <class M>
inline constexpr auto spike = join(std::to_array<Parameter<M>>({{V_spike_mV, &M::V_spike_mV}}), reset<M>);
template <class M>
inline constexpr auto upstroke = std::to_array<Parameter<M>>({{V_T_mV, &M::V_T_mV},
                                                              {Delta_T_mV, &M::Delta_T_mV}});

inline constexpr auto lif =
    join(leak<Lif>, std::to_array<Parameter<Lif>>({{V_th_mV, &Lif::V_th_mV}}), reset<Lif>);
inline constexpr auto qif = join(std::to_array<Parameter<Qif>>({{C_pF, &Qif::C_pF},
                                                                {a_nS_per_mV, &Qif::a_nS_per_mV},
                                                                {V_rest_mV, &Qif::V_rest_mV},
                                                                {V_c_mV, &Qif::V_c_mV}}),
                                 spike<Qif>);
inline constexpr auto eif = join(leak<Eif>, upstroke<Eif>, spike<Eif>);
inline constexpr auto tabulated =
    join(std::to_array<Parameter<Tabulated>>({{C_pF, &Tabulated::C_pF}}), spike<Tabulated>);
inline constexpr auto refractory_eif =
    join(leak<RefractoryEif>, upstroke<RefractoryEif>,
         std::to_array<Parameter<RefractoryEif>>({{g1_nS, &RefractoryEif::g1_nS},
                                                  {tau_g_ms, &RefractoryEif::tau_g_ms},
                                                  {V_T1_mV, &RefractoryEif::V_T1_mV},
                                                  {tau_T_ms, &RefractoryEif::tau_T_ms},
                                                  {E1_mV, &RefractoryEif::E1_mV},
                                                  {tau_E1_ms, &RefractoryEif::tau_E1_ms},
                                                  {E2_mV, &RefractoryEif::E2_mV},
                                                  {tau_E2_ms, &RefractoryEif::tau_E2_ms}}),
         spike<RefractoryEif>);
inline constexpr auto adex = join(
    leak<Adex>, upstroke<Adex>,
    std::to_array<Parameter<Adex>>({{a_nS, &Adex::a_nS}, {b_pA, &Adex::b_pA}, {tau_w_ms, &Adex::tau_w_ms}}),
    spike<Adex>);
inline constexpr auto gif = join(leak<Gif>, spike<Gif>,
                                 std::to_array<Parameter<Gif>>({{bin_ms, &Gif::bin_ms},
                                                                {reference_mV, &Gif::reference_mV},
                                                                {log_rate_per_ms, &Gif::log_rate_per_ms},
                                                                {spike_lead_ms, &Gif::spike_lead_ms}}));
}  // namespace quantities

template <>
inline constexpr auto parameter_rows<Passive> = quantities::leak<Passive>;
template <>
inline constexpr auto parameter_rows<Lif> = quantities::lif;
template <>
inline constexpr auto parameter_rows<Qif> = quantities::qif;
template <>
inline constexpr auto parameter_rows<Eif> = quantities::eif;
template <>
inline constexpr auto parameter_rows<Tabulated> = quantities::tabulated;
template <>
inline constexpr auto parameter_rows<RefractoryEif> = quantities::refractory_eif;
template <>
inline constexpr auto parameter_rows<Adex> = quantities::adex;
template <>
inline constexpr auto parameter_rows<Gif> = quantities::gif;

// Items of the lists of a Gif, and its drive without the upstroke, which few have.
template <>
inline constexpr auto parameter_rows<SpikeTriggeredCurrent> = std::to_array<Parameter<SpikeTriggeredCurrent>>(
    {{quantities::b_pA, &SpikeTriggeredCurrent::b_pA}, {quantities::tau_ms, &SpikeTriggeredCurrent::tau_ms}});
template <>
inline constexpr auto parameter_rows<VoltageFilter> =
    std::to_array<Parameter<VoltageFilter>>({{quantities::filter_tau_ms, &VoltageFilter::tau_ms},
                                             {quantities::weight_per_mV, &VoltageFilter::weight_per_mV}});
template <>
inline constexpr auto parameter_rows<ThresholdState> =
    std::to_array<Parameter<ThresholdState>>({{quantities::filter_tau_ms, &ThresholdState::tau_ms},
                                              {quantities::knot_mV, &ThresholdState::knot_mV},
                                              {quantities::softness_mV, &ThresholdState::softness_mV},
                                              {quantities::direction, &ThresholdState::direction},
                                              {quantities::weight_per_mV, &ThresholdState::weight_per_mV}});
template <>
inline constexpr auto parameter_rows<HistoryStep> =
    std::to_array<Parameter<HistoryStep>>({{quantities::begin_ms, &HistoryStep::begin_ms},
                                           {quantities::end_ms, &HistoryStep::end_ms},
                                           {quantities::weight, &HistoryStep::weight}});
template <>
inline constexpr auto parameter_rows<HazardDrive> =
    std::to_array<Parameter<HazardDrive>>({{quantities::tau_ms, &HazardDrive::tau_ms},
                                           {quantities::resistance_GOhm, &HazardDrive::resistance_GOhm},
                                           {quantities::E_mV, &HazardDrive::E_mV},
                                           {quantities::V_reset_mV, &HazardDrive::V_reset_mV}});

// Calls visit(quantity, value) for every parameter, in the order of the table; visit may change the value
// where `model` is not const.
template <class M, class Visit>
void for_each_parameter(M& model, Visit&& visit) {
  for (const auto& parameter : parameter_rows<std::remove_const_t<M>>)
    visit(*parameter.quantity, parameter.of(model));
}

// Place of a member in the table of M.
template <class M, class Member>
constexpr std::size_t place_of(Member member) {
  std::size_t place = 0;
  for (const Parameter<M>& parameter : parameter_rows<M>) {
    if constexpr (std::is_same_v<Member, double Reset::*>) {
      if (parameter.of_reset == member) break;
    } else {
      if (parameter.own == member) break;
    }
    ++place;
  }
  return place;
}

template <class M>
constexpr const Quantity& quantity_of(double M::*member) {
  return *parameter_rows<M>[place_of<M>(member)].quantity;
}

struct ParameterValue {
  const Quantity* quantity = nullptr;
  double value = 0.0;
  std::string_view name() const { return quantity->name; }
};

// The parameters of a model as a list; without the table of a Tabulated and the lists of a Gif.
template <class M>
std::vector<ParameterValue> parameters_in(const M& model) {
  std::vector<ParameterValue> list;
  for_each_parameter(model, [&](const Quantity& quantity, double value) {
    list.push_back({&quantity, value});
  });
  return list;
}
std::vector<ParameterValue> scalar_parameters(const Model& model);

// Of one parameter; absent where the model does not have it.
std::optional<double> value_in(const Model& model, const Quantity& quantity);

// By its name in files; nullptr where no model has it.
const Quantity* find_quantity(std::string_view name);

// Throws OptionError naming the parameter, behind `place`, where `value` is not finite or not in its domain.
void check_parameter(const Quantity& quantity, double value, std::string_view place = {});

template <class M>
void check_parameters(const M& model, std::string_view place = {}) {
  for_each_parameter(
      model, [place](const Quantity& quantity, double value) { check_parameter(quantity, value, place); });
}

}  // namespace libfit
