#include "libfit/model/model_by_hand.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(ModelByHand, HasADefaultForEveryModelThatIsAGoodModel) {
  EXPECT_EQ(model_names().size(), std::variant_size_v<Model>);
  for (const std::string& name : model_names()) {
    const Model model = model_by_hand(name);
    EXPECT_EQ(model_name(model), name);
    EXPECT_NO_THROW(validate(model)) << name;
    EXPECT_TRUE(rest_mV(model).has_value()) << name;
  }
}

TEST(ModelByHand, TakesParametersInAnyOrderAndCase) {
  const auto lif = std::get<Lif>(model_by_hand("lif", " v_TH_mv = -48 , C_pF=100,g_nS=+5,t_ref_ms=0 "));
  EXPECT_EQ(lif.V_th_mV, -48.0);
  EXPECT_EQ(lif.C_pF, 100.0);
  EXPECT_EQ(lif.g_nS, 5.0);
  EXPECT_EQ(lif.reset.t_ref_ms, 0.0);
  EXPECT_EQ(lif.E_mV, -65.0);
}

TEST(ModelByHand, DerivesConductanceAndCapacitanceFromTauAndResistance) {
  const auto tau = std::get<Lif>(model_by_hand("lif", "tau_ms=10"));
  EXPECT_EQ(tau.C_pF, 150.0);
  EXPECT_DOUBLE_EQ(tau.g_nS, 15.0);
  const auto both = std::get<Eif>(model_by_hand("eif", "tau_ms=20,R_MOhm=50"));
  EXPECT_DOUBLE_EQ(both.g_nS, 20.0);
  EXPECT_DOUBLE_EQ(both.C_pF, 400.0);
  const auto leak = std::get<Passive>(model_by_hand("passive", "tau_ms=20,g_nS=4"));
  EXPECT_DOUBLE_EQ(leak.C_pF, 80.0);
  const auto resistance = std::get<Passive>(model_by_hand("passive", "C_pF=100,R_MOhm=250"));
  EXPECT_DOUBLE_EQ(resistance.g_nS, 4.0);
  EXPECT_EQ(resistance.C_pF, 100.0);
  // At the rest of a Qif the slope of F is -a (V_c - V_rest) / C.
  const auto qif = std::get<Qif>(model_by_hand("qif", "tau_ms=10,C_pF=200,V_rest_mV=-70,V_c_mV=-50"));
  EXPECT_DOUBLE_EQ(qif.a_nS_per_mV, 1.0);
}

TEST(ModelByHand, TakesATable) {
  const auto table = std::get<Tabulated>(model_by_hand("tabulated", "V_mV=-70:-50:-45,F_mV_per_ms=1:-1:5"));
  EXPECT_EQ(table.V_mV, (std::vector<double>{-70.0, -50.0, -45.0}));
  EXPECT_EQ(table.F_mV_per_ms, (std::vector<double>{1.0, -1.0, 5.0}));
}

std::string refusal(std::string_view name, std::string_view settings) {
  try {
    model_by_hand(name, settings);
  } catch (const OptionError& error) {
    return error.what();
  }
  return "taken";
}

TEST(ModelByHand, RefusesBadParametersByName) {
  EXPECT_EQ(refusal("lif", "tau_ms=0"), "tau_ms = 0: must be > 0");
  EXPECT_EQ(refusal("eif", "tau_ms=-5"), "tau_ms = -5: must be > 0");
  EXPECT_EQ(refusal("eif", "R_MOhm=0"), "R_MOhm = 0: must be > 0");
  EXPECT_EQ(refusal("lif", "V_reset_mV=-45"), "V_reset_mV = -45: must be below V_th_mV");
  EXPECT_EQ(refusal("qif", "V_c_mV=-70"), "V_c_mV = -70: must be at or above V_rest_mV");
  EXPECT_EQ(refusal("qif", "V_c_mV=-70,tau_ms=5"),
            "V_c_mV = -70: must be above V_rest_mV for tau_ms and R_MOhm");
  EXPECT_THAT(refusal("eif", "V_reset_mV=-40,t_ref_ms=0"), HasSubstr("t_ref_ms = 0: must be > 0"));
  EXPECT_THAT(refusal("tabulated", "V_mV=-70:-50"), HasSubstr("F_mV_per_ms: number of points"));
}

TEST(ModelByHand, RefusesWhatItCannotRead) {
  EXPECT_THAT(refusal("hodgkin", ""), AllOf(HasSubstr("no model `hodgkin`"), HasSubstr("passive, lif")));
  EXPECT_THAT(refusal("lif", "V_T_mV=-50"), AllOf(HasSubstr("V_T_mV: is no parameter of the model lif"),
                                                  HasSubstr("V_th_mV=-50"), HasSubstr("tau_ms")));
  EXPECT_THAT(refusal("tabulated", "tau_ms=10"), HasSubstr("tau_ms: is no parameter"));
  for (const char* bad : {"E_mV", "=3", "E_mV=-65,,", "E_mV=-65,"}) {
    EXPECT_THAT(refusal("lif", bad), HasSubstr("write name=value")) << bad;
  }
  for (const char* bad : {"E_mV=", "E_mV=x", "E_mV=-65mV", "E_mV=nan", "E_mV=inf", "E_mV=1e999"}) {
    EXPECT_THAT(refusal("lif", bad), HasSubstr("is not a number")) << bad;
  }
  EXPECT_THAT(refusal("tabulated", "V_mV=-70::-50"), HasSubstr("is not a number"));
}

TEST(ModelByHand, RefusesMoreThanDeterminesTheModel) {
  EXPECT_EQ(refusal("lif", "E_mV=-60,e_mv=-65"), "e_mv: is given twice");
  EXPECT_THAT(refusal("lif", "R_MOhm=100,g_nS=10"), HasSubstr("say the same thing"));
  EXPECT_THAT(refusal("lif", "tau_ms=10,g_nS=10,C_pF=100"), HasSubstr("tau_ms follows from C_pF and g_nS"));
  EXPECT_THAT(refusal("lif", "tau_ms=10,R_MOhm=10,C_pF=100"), HasSubstr("tau_ms follows"));
}

}  // namespace
}  // namespace libfit
