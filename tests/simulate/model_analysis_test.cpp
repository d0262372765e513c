// Quantities of models and their intervals from the draws of a fit.
#include "libfit/simulate/model_analysis.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "libfit/core/error.hpp"
#include "libfit/core/random.hpp"
#include "libfit/model/model_by_hand.hpp"
#include "libfit/report/summary.hpp"

namespace libfit {
namespace {

// g and V_th of a LIF vary together: g (V_th - E) hardly does.
ModelDocument fitted_lif(std::size_t blocks) {
  ModelDocument document{model_by_hand("lif"), "{}"};
  nlohmann::json draws;
  RandomStream random(9);
  for (int i = 0; i < 400; ++i) {
    const double g = 10.0 * (1.0 + 0.1 * random.normal());
    draws["g_nS"].push_back(g);
    draws["V_th_mV"].push_back(-65.0 + 150.0 / g);
  }
  document.provenance_json = nlohmann::json({{"fitted", {{"draws", draws}, {"blocks", blocks}}}}).dump();
  return document;
}

TEST(ModelAnalysis, CarriesIntervalsWithTheCorrelationsOfTheDraws) {
  const ModelAnalysis analysis = analyze_model(fitted_lif(1000000));
  EXPECT_EQ(analysis.draws, 400U);
  EXPECT_EQ(analysis.ci95.count("rheobase_pA"), 1U);
  EXPECT_LT(analysis.ci95.at("rheobase_pA").high - analysis.ci95.at("rheobase_pA").low, 1e-9);
  // 1/g: 100 MOhm with a relative SD of 0.1.
  const Interval R = analysis.ci95.at("input_resistance_MOhm");
  EXPECT_NEAR(R.low, 100.0 / 1.196, 2.5);
  EXPECT_NEAR(R.high, 100.0 / 0.804, 4.0);
  EXPECT_NEAR(analysis.ci95.at("tau_ms").high, 0.15 * R.high, 1e-9);
  EXPECT_TRUE(analysis.fi.points.back().rate_ci95_Hz.has_value());
  EXPECT_LT(analysis.fi.points.back().rate_ci95_Hz->low, analysis.fi.points.back().rate_Hz);
}

TEST(ModelAnalysis, WidensIntervalsForFewBlocksAndDoesNotDependOnThreads) {
  const Interval many = analyze_model(fitted_lif(1000000)).ci95.at("tau_ms");
  const Interval few = analyze_model(fitted_lif(10)).ci95.at("tau_ms");
  EXPECT_GT(few.high - few.low, 1.1 * (many.high - many.low));
  ModelAnalysisOptions one;
  one.threads = 1;
  EXPECT_EQ(analyze_model(fitted_lif(10), one).ci95.at("tau_ms").high, few.high);
}

TEST(ModelAnalysis, LeavesOutDrawsThatAreNoModelsAndSaysSo) {
  ModelDocument document{model_by_hand("lif"), "{}"};
  document.provenance_json =
      R"({"fitted": {"draws": {"g_nS": [10, -1, null, 11], "E_mV": [-65, -65, -66]}, "blocks": 60}})";
  const ModelDraws draws = draws_of(document);
  EXPECT_EQ(draws.models.size(), 1U);
  EXPECT_EQ(draws.refused, 3U);
  const ModelAnalysis analysis = analyze_model(document);
  EXPECT_TRUE(analysis.ci95.empty());
  EXPECT_THAT(analysis.warnings, testing::ElementsAre(testing::HasSubstr("3 of 4 draws")));
}

TEST(ModelAnalysis, IgnoresProvenanceOfAnotherKind) {
  for (const char* text : {"{}", R"({"fitted": 3})", R"({"fitted": {"draws": [1, 2]}})",
                           R"({"fitted": {"draws": {"g_nS": 7}, "blocks": "x"}})"}) {
    const ModelAnalysis analysis = analyze_model({model_by_hand("lif"), text});
    EXPECT_TRUE(analysis.ci95.empty()) << text;
    EXPECT_NEAR(analysis.line->rheobase_pA.value(), 150.0, 1e-9) << text;
  }
}

TEST(ModelAnalysis, FindsCurrentsThatShowTheCurve) {
  ModelAnalysisOptions short_steps;
  short_steps.fi.step_ms = 200.0;
  for (const std::string& name : model_names()) {
    const ModelAnalysis analysis = analyze_model({model_by_hand(name), "{}"}, short_steps);
    EXPECT_EQ(analysis.fi.points.size(), 41U) << name;
    EXPECT_EQ(analysis.fi.points.front().current_pA, 0.0) << name;
    EXPECT_EQ(analysis.fi.points.back().rate_Hz > 10.0, name != "passive") << name;
  }
  const ModelAnalysis lif = analyze_model({model_by_hand("lif", "E_mV=-40"), "{}"});
  EXPECT_LT(lif.fi.points.front().current_pA, -100.0);
  EXPECT_EQ(lif.fi.points.front().rate_Hz, 0.0);
}

TEST(ModelAnalysis, ReadsTheDrawsThatAFitWrites) {
  ModelFit fit;
  fit.model = model_by_hand("lif");
  fit.status = FitStatus::ok;
  fit.draw_blocks = 60;
  ParameterEstimate g{&quantities::g_nS, 10.0, {}, Interval{9.0, 11.0}, {}, {9.5, std::nan(""), 10.5}};
  ParameterEstimate E{&quantities::E_mV, -65.0, {}, {}, {}, {-65.0, -65.0, -65.0}};  // does not vary
  fit.parameters = {g, E};
  ResultProvenance provenance;
  provenance.options_json = "{}";
  const ModelDraws draws = draws_of({fit.model, model_provenance_json(fit, provenance)});
  EXPECT_EQ(draws.blocks, 60U);
  EXPECT_EQ(draws.refused, 0U);
  ASSERT_EQ(draws.models.size(), 2U);
  EXPECT_EQ(std::get<Lif>(draws.models[0]).g_nS, 9.5);
  EXPECT_EQ(std::get<Lif>(draws.models[1]).g_nS, 10.5);
  EXPECT_EQ(std::get<Lif>(draws.models[1]).E_mV, -65.0);
}

TEST(ModelAnalysis, RefusesOptionsThatMakeNoSense) {
  ModelAnalysisOptions options;
  options.currents_pA = {std::nan("")};
  EXPECT_THROW(analyze_model({model_by_hand("lif"), "{}"}, options), OptionError);
  options = {};
  options.holding_pA = INFINITY;
  EXPECT_THROW(analyze_model({model_by_hand("lif"), "{}"}, options), OptionError);
}

}  // namespace
}  // namespace libfit
