#include "libfit/fit/model_fit.hpp"

#include <gtest/gtest.h>

namespace libfit {
namespace {

TEST(ModelFit, IsNamedByItsModelAndVariant) {
  ModelFit fit;
  fit.model = Eif();
  EXPECT_EQ(fit_name(fit), "eif");
  fit.variant = "tuned";
  EXPECT_EQ(fit_name(fit), "eif_tuned");
}

TEST(ModelFit, KeepsTheFirstReasonForWhichItIsNotIdentified) {
  ModelFit fit;
  fit.status = FitStatus::ok;
  leave_unidentified(fit, "first");
  leave_unidentified(fit, "second");
  EXPECT_EQ(fit.status, FitStatus::not_identified);
  EXPECT_EQ(fit.reason, "first");
  ModelFit failed = failed_fit(Lif(), "no curve");
  leave_unidentified(failed, "second");
  EXPECT_EQ(failed.status, FitStatus::failed);
  EXPECT_EQ(failed.reason, "no curve");
}

TEST(ModelFit, StatusIsOneWordForProgramsAndWordsForPeople) {
  EXPECT_EQ(status_name(FitStatus::not_simulable), "not_simulable");
  EXPECT_EQ(status_words(FitStatus::not_simulable), "not simulable");
}

}  // namespace
}  // namespace libfit
