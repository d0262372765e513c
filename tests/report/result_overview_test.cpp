// What stands on a terminal after a run: which models, within 100 columns whatever the numbers.
#include "libfit/report/result_overview.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "libfit/draw/table.hpp"
#include "libfit/draw/text_escape.hpp"

namespace {

using namespace libfit;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

ModelFit fit_of(Model model, const std::string& variant, FitStatus status) {
  ModelFit fit;
  fit.model = std::move(model);
  fit.variant = variant;
  fit.status = status;
  if (status != FitStatus::ok)
    fit.reason = "the curve rises too gently for a spike initiation that an exponential describes, by far";
  for (const char* name :
       {"g_nS", "E_mV", "V_T_mV", "Delta_T_mV", "g1_nS", "tau_g_ms", "V_T1_mV", "tau_T_ms"})
    fit.parameters.push_back({find_quantity(name), -42.5, {}, Interval{-45.25, -40.75}, {}});
  return fit;
}

ModelTest test_of(const ModelFit& fit) {
  ModelTest test;
  test.model = fit_name(fit);
  test.spikes.md_star = {-0.111, Interval{-0.222, 0.0005}, ""};
  test.spikes.gamma = {-0.025, Interval{-0.151, -0.013}, ""};
  test.spikes.reliability_gamma.value = 0.785;
  ExplainedVariance explained;
  explained.sigma_ms = 10.0;
  explained.ratio = {-0.03, Interval{-0.15, 0.13}, ""};
  test.spikes.explained_variance = {explained};
  test.spikes.model_rate_Hz = 123.456;
  test.spikes.data_rate_Hz = 5.87;
  test.voltage.variance_explained = {-4.512, Interval{-7.6, -2.5}, ""};
  return test;
}

// Names as long as there are, statuses of every kind, scores with as many signs as there can be.
Characterization result_of_a_bad_day() {
  Characterization result;
  auto& models = result.cell.models;
  models.push_back(fit_of(Passive{}, "", FitStatus::ok));
  models.push_back(fit_of(Lif{}, "", FitStatus::ok));
  models.push_back(fit_of(Eif{}, "", FitStatus::not_identified));
  models.push_back(fit_of(Adex{}, "", FitStatus::failed));
  models.push_back(fit_of(RefractoryEif{}, "", FitStatus::not_identified));
  models.push_back(fit_of(RefractoryEif{}, "tuned", FitStatus::not_identified));
  models.push_back(fit_of(Lif{}, "tuned", FitStatus::ok));
  result.best_model = "lif_tuned";
  result.test.emplace();
  result.test->duration_ms = 10000.0;
  result.test->spikes_ms.resize(10);
  for (const ModelFit& fit : models) {
    if (fit.status != FitStatus::failed) result.test->models.push_back(test_of(fit));
  }
  return result;
}

void expect_lines_fit(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    EXPECT_LE(character_count(line), kTerminalColumns) << line;
}

TEST(ResultOverview, FitsOnATerminalForEveryModel) {
  const Characterization result = result_of_a_bad_day();
  for (const bool all : {false, true}) {
    expect_lines_fit(score_overview(result, all));
    expect_lines_fit(model_overview(result.cell, result.best_model, all));
  }
}

TEST(ResultOverview, ShowsWhatPeopleAskForFirstAndTheBest) {
  EXPECT_THAT(
      asked_first({"passive", "lif", "qif", "eif", "tabulated", "adex", "gif", "igif2", "history_gif"},
                  "igif2"),
      ElementsAre("passive", "lif", "qif", "eif", "gif", "igif2", "history_gif"));
  const Characterization result = result_of_a_bad_day();
  const std::string scores = score_overview(result, false);
  EXPECT_THAT(scores, HasSubstr("\nlif_tuned"));
  EXPECT_THAT(scores, Not(HasSubstr("refractory_eif")));
  EXPECT_THAT(scores, HasSubstr("2 more models: --all-models"));
  EXPECT_THAT(model_overview(result.cell, "lif_tuned", false), HasSubstr("3 more models: --all-models"));
  const std::string all = score_overview(result, true);
  EXPECT_THAT(all, HasSubstr("\nrefractory_eif_tuned"));
  EXPECT_THAT(all, Not(HasSubstr("more model")));
}

TEST(ResultOverview, RoundsScoresToTwoDecimalsAndSaysTheStatusInWords) {
  const std::string scores = score_overview(result_of_a_bad_day(), false);
  EXPECT_THAT(scores, HasSubstr("-0.11 [-0.22, 0.00]"));
  EXPECT_THAT(scores, HasSubstr("-0.03 [-0.15, -0.01]"));
  EXPECT_THAT(scores, HasSubstr("not identified"));
  EXPECT_THAT(scores, Not(HasSubstr("not_identified")));
  EXPECT_THAT(scores, testing::ContainsRegex("lif_tuned .* best\n"));
  EXPECT_THAT(scores, testing::ContainsRegex("passive +-4.51 +no spikes\n"));
}

}  // namespace
