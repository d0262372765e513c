#include "libfit/model/parameters.hpp"

#include <gtest/gtest.h>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

static_assert(quantity_of(&RefractoryEif::tau_E2_ms).name == "tau_E2_ms");
static_assert(place_of<Lif>(&Lif::V_th_mV) == 3 && place_of<Lif>(&Reset::t_ref_ms) == 5);

TEST(Parameters, AreFoundByMemberAndByQuantity) {
  const Model model = Adex{150.0, 10.0, -65.0, -50.0, 1.5, 4.0, 60.0, 120.0, 20.0, {-60.0, 3.0}};
  const auto list = scalar_parameters(model);
  ASSERT_EQ(list.size(), 11U);
  EXPECT_EQ(list[place_of<Adex>(&Adex::b_pA)].value, 60.0);
  EXPECT_EQ(list[place_of<Adex>(&Reset::V_reset_mV)].value, -60.0);
  EXPECT_EQ(value_in(model, quantities::tau_w_ms), 120.0);
  EXPECT_EQ(value_in(model, quantities::V_th_mV), std::nullopt);  // a LIF has it
}

TEST(Parameters, AreFoundByNameWhereSomeModelHasThem) {
  EXPECT_EQ(find_quantity("a_nS_per_mV"), &quantities::a_nS_per_mV);
  EXPECT_EQ(find_quantity("spike_lead_ms"), &quantities::spike_lead_ms);
  EXPECT_EQ(find_quantity("V_T"), nullptr);
  EXPECT_EQ(find_quantity(""), nullptr);
}

TEST(Parameters, ChangeInPlace) {
  Eif eif;
  for_each_parameter(eif, [](const Quantity& quantity, double& value) {
    if (&quantity == &quantities::t_ref_ms) value = 2.5;
  });
  EXPECT_EQ(eif.reset.t_ref_ms, 2.5);
}

TEST(Parameters, AreCheckedUpToTheBoundsOfTheirDomains) {
  EXPECT_NO_THROW(check_parameter(quantities::t_ref_ms, 0.0));
  EXPECT_NO_THROW(check_parameter(quantities::E_mV, -1e6));
  EXPECT_THROW(check_parameter(quantities::t_ref_ms, -1e-9), OptionError);
  EXPECT_THROW(check_parameter(quantities::C_pF, 0.0), OptionError);
}

}  // namespace
}  // namespace libfit
