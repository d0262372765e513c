// A struct that libfit does not know goes through model files, --set, the check of parameters and tables with
// nothing but the description of its parameters.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "libfit/model/model_file_parameters_internal.hpp"
#include "libfit/model/settings_internal.hpp"
#include "libfit/report/result_tables.hpp"

namespace libfit {

struct ToyModel {
  double C_pF = 100.0;
  double dendrite_pF = 40.0;
  double coupling_nS = 5.0;
  Reset reset{-60.0, 2.0};
};
inline constexpr Quantity toy_dendrite{"dendrite_pF", "C_d", "pF", "capacitance of the dendrite",
                                       Domain::positive};
inline constexpr Quantity toy_coupling{"coupling_nS", "g_c", "nS", "coupling to the dendrite"};
template <>
inline constexpr auto parameter_rows<ToyModel> =
    std::to_array<Parameter<ToyModel>>({{quantities::C_pF, &ToyModel::C_pF},
                                        {toy_dendrite, &ToyModel::dendrite_pF},
                                        {toy_coupling, &ToyModel::coupling_nS},
                                        {quantities::V_reset_mV, &Reset::V_reset_mV},
                                        {quantities::t_ref_ms, &Reset::t_ref_ms}});

namespace {

using testing::HasSubstr;

template <class Error>
std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return "taken";
}

TEST(ToyModel, ComesBackFromJson) {
  const ToyModel toy{101.0, 1.0 / 3.0, -7.0, {-55.0, 0.1}};
  Json json;
  write_parameters(json, toy);
  EXPECT_EQ(
      json.dump(),
      R"({"C_pF":101.0,"dendrite_pF":0.3333333333333333,"coupling_nS":-7.0,"V_reset_mV":-55.0,"t_ref_ms":0.1})");
  ToyModel read;
  read_parameters(read, json, "toy.json", "parameters");
  EXPECT_EQ(read.dendrite_pF, toy.dendrite_pF);
  EXPECT_EQ(read.coupling_nS, toy.coupling_nS);
  EXPECT_EQ(read.reset.V_reset_mV, -55.0);
  EXPECT_EQ(read.reset.t_ref_ms, 0.1);
  json.erase("coupling_nS");
  EXPECT_EQ(refusal<InputError>([&] { read_parameters(read, json, "toy.json", "parameters"); }),
            "toy.json: the key parameters.coupling_nS is missing");
}

TEST(ToyModel, IsSetByHand) {
  ToyModel toy;
  Settings settings("Dendrite_pf=33, t_ref_ms=4");
  set_parameters(toy, settings);
  EXPECT_EQ(toy.dendrite_pF, 33.0);
  EXPECT_EQ(toy.reset.t_ref_ms, 4.0);
  EXPECT_EQ(toy.coupling_nS, 5.0);
  EXPECT_EQ(settings.unused(), nullptr);
  Settings wrong("V_T_mV=-50");
  set_parameters(toy, wrong);
  ASSERT_NE(wrong.unused(), nullptr);
  EXPECT_EQ(wrong.unused()->name, "V_T_mV");
}

TEST(ToyModel, IsRefusedOutsideOfItsDomains) {
  EXPECT_NO_THROW(check_parameters(ToyModel()));
  ToyModel toy;
  toy.coupling_nS = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(refusal<OptionError>([&] { check_parameters(toy); }),
              HasSubstr("coupling_nS = nan: must be finite"));
  toy = ToyModel();
  toy.dendrite_pF = 0.0;
  EXPECT_EQ(refusal<OptionError>([&] { check_parameters(toy); }), "dendrite_pF = 0: must be > 0");
  toy = ToyModel();
  toy.reset.t_ref_ms = -1.0;
  EXPECT_EQ(refusal<OptionError>([&] { check_parameters(toy, "cells[2]"); }),
            "cells[2].t_ref_ms = -1: must be >= 0");
}

TEST(ToyModel, HasItsParametersInATable) {
  ModelFit fit;
  fit.status = FitStatus::ok;
  for (const ParameterValue& parameter : parameters_in(ToyModel()))
    fit.parameters.push_back({parameter.quantity, parameter.value, {}, {}, {}});
  EXPECT_EQ(estimate_of<ToyModel>(fit, &ToyModel::coupling_nS).value, 5.0);
  EXPECT_EQ(estimate_of<ToyModel>(fit, &Reset::t_ref_ms).value, 2.0);
  set_errors(fit, std::array{&ToyModel::dendrite_pF, &ToyModel::coupling_nS}, std::array{0.1, 0.2});
  EXPECT_DOUBLE_EQ(*estimate_of<ToyModel>(fit, &ToyModel::dendrite_pF).se, 4.0);  // of its logarithm
  EXPECT_EQ(estimate_of<ToyModel>(fit, &ToyModel::coupling_nS).se, 0.2);
  const Table table = parameter_table({fit});
  ASSERT_EQ(table.rows.size(), 5U);
  EXPECT_EQ(std::get<std::string>(table.rows[2][1]), "g_c");
  EXPECT_EQ(std::get<std::string>(table.rows[2][2]), "nS");
  EXPECT_EQ(std::get<Estimate>(table.rows[2][3]).value, 5.0);
}

}  // namespace
}  // namespace libfit
