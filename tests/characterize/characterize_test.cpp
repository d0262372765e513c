// The whole line in memory, on a short recording of a known EIF cell through a known electrode.
#include "libfit/characterize/characterize.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "data/generator.hpp"
#include "libfit/core/error.hpp"
#include "libfit/report/post_spike_results.hpp"
#include "libfit/report/results.hpp"
#include "tests/draw/temporary_folder.hpp"

namespace libfit {
namespace {

using nlohmann::json;

const Eif kTruth{100.0, 5.0, -65.0, -50.0, 1.5, 20.0, {-60.0, 2.0}};

CellRecordings recordings_of_the_truth() {
  dyniv_data::RigOptions rig;
  rig.electrode_MOhm = 20.0;
  rig.voltage_noise_mV = 0.05;
  rig.intrinsic_noise_pA = 10.0;
  rig.seed = 11;
  CellRecordings recordings;
  rig.duration_ms = 10000.0;
  recordings.electrode = dyniv_data::electrode_recording(Model(kTruth), 60.0, rig);
  rig.duration_ms = 40000.0;
  recordings.training =
      dyniv_data::training_recording(Model(kTruth), badel_2008_noise(45.0, 80.0, 80.0), rig);
  rig.duration_ms = 5000.0;
  recordings.test = dyniv_data::test_recording(Model(kTruth), badel_2008_noise(45.0, 80.0, 80.0), 4, rig);
  return recordings;
}

CharacterizeOptions quick(unsigned threads) {
  CharacterizeOptions options;
  options.threads = threads;
  options.cell.bootstrap_draws = 20;
  options.cell.curve_models_only = true;  // the others have tests of their own
  options.membrane.electrode.bootstrap_draws = 20;
  options.score.draws = 100;
  return options;
}

const CellRecordings& recordings() {
  static const CellRecordings shared = recordings_of_the_truth();
  return shared;
}

const Characterization& result() {
  static const Characterization shared = characterize(recordings(), quick(1));
  return shared;
}

ResultProvenance without_timing() {
  ResultProvenance provenance;
  provenance.timing = false;
  return provenance;
}

json summary(const Characterization& characterization) {
  return json::parse(summary_json(characterization, without_timing()));
}

// The same recordings with the family, whose folds run in parallel and whose trials are drawn.
CharacterizeOptions with_gif_family(unsigned threads) {
  CharacterizeOptions options = quick(threads);
  options.cell.curve_models_only = false;
  options.cell.gif.kinds = {GifKind::gif};
  options.cell.gif.folds = 2;
  return options;
}

TEST(Characterize, GivesTheGifFamilyTheSameBytesOnTwoThreadsAndUnderOtherTestSweeps) {
  CellRecordings cell = recordings();
  for (Sweep* sweep : {&cell.training.sweeps[0]}) {
    sweep->current_pA.resize(sweep->size() / 4);
    sweep->voltage_mV.resize(sweep->size() / 4);
  }
  const Characterization one = characterize(cell, with_gif_family(1));
  EXPECT_EQ(summary_json(one, without_timing()),
            summary_json(characterize(cell, with_gif_family(2)), without_timing()));
  for (Sweep& sweep : cell.test->sweeps) {
    for (double& V : sweep.voltage_mV) V -= 3.0;
  }
  const json before = summary(one), after = summary(characterize(cell, with_gif_family(2)));
  ASSERT_TRUE(before["models"].contains("gif"));
  EXPECT_EQ(before["models"]["gif"]["parameters"], after["models"]["gif"]["parameters"]);
  EXPECT_EQ(before["models"]["gif"]["hazard"], after["models"]["gif"]["hazard"]);
  EXPECT_EQ(before["models"]["gif"]["training"], after["models"]["gif"]["training"]);
  EXPECT_EQ(before["best_model"], after["best_model"]);
  EXPECT_TRUE(before["models"]["gif"]["test"]["log_likelihood_bits_per_spike"].is_number());
  EXPECT_GT(before["models"]["gif"]["test"]["md_star"].get<double>(), 0.3);
}

TEST(Characterize, RecoversTheCell) {
  const json s = summary(result());
  EXPECT_NEAR(s["capacitance_pF"]["value"].get<double>(), 100.0, 5.0);
  EXPECT_NEAR(s["electrode"]["resistance_MOhm"].get<double>(), 20.0, 3.0);
  const json& eif = s["models"]["eif"];
  ASSERT_EQ(eif["status"], "ok") << eif;
  EXPECT_NEAR(eif["parameters"]["g_nS"].get<double>(), 5.0, 0.5);
  EXPECT_NEAR(eif["parameters"]["E_mV"].get<double>(), -65.0, 1.0);
  EXPECT_NEAR(eif["parameters"]["V_T_mV"].get<double>(), -50.0, 0.7);
  EXPECT_NEAR(eif["parameters"]["Delta_T_mV"].get<double>(), 1.5, 0.4);
  EXPECT_NEAR(eif["parameters"]["t_ref_ms"].get<double>(), 2.0, 0.3);
  EXPECT_GT(eif["test"]["gamma"].get<double>(), 0.7 * s["reliability"]["gamma"].get<double>());
  EXPECT_FALSE(result().best_model.empty());
}

TEST(Characterize, GivesTheSameBytesOnTwoThreads) {
  EXPECT_EQ(summary_json(characterize(recordings(), quick(2)), without_timing()),
            summary_json(result(), without_timing()));
}

// Held out means held out: another test voltage, and nothing but the scores may differ.
TEST(Characterize, LetsTheTestSweepsInfluenceNoFittedNumber) {
  CellRecordings spoilt = recordings();
  for (Sweep& sweep : spoilt.test->sweeps) {
    for (std::size_t k = 0; k < sweep.size(); ++k)
      sweep.voltage_mV[k] = -70.0 + 5.0 * std::sin(0.001 * static_cast<double>(k));
    for (std::size_t k = 10000; k < sweep.size(); k += 5000)
      for (std::size_t j = 0; j < 10; ++j) sweep.voltage_mV[k + j] = 40.0;
  }
  CellRecordings without = recordings();
  without.test.reset();
  const auto fitted_part = [](const Characterization& characterization) {
    json s = summary(characterization);
    for (const char* key : {"reliability", "warnings", "warnings_by_consequence"}) s.erase(key);
    for (auto& [name, model] : s["models"].items()) model.erase("test");
    return s;
  };
  const json reference = fitted_part(result());
  const Characterization other = characterize(spoilt, quick(1));
  EXPECT_EQ(fitted_part(other), reference);
  EXPECT_EQ(fitted_part(characterize(without, quick(1))), reference);
  EXPECT_NE(summary(other)["models"]["eif"]["test"], summary(result())["models"]["eif"]["test"]);
}

TEST(Characterize, FitsThePassiveMembraneOnlyOfASilentCell) {
  dyniv_data::RigOptions rig;
  rig.duration_ms = 30000.0;
  rig.voltage_noise_mV = 0.05;
  rig.seed = 12;
  CellRecordings silent;
  silent.training = dyniv_data::training_recording(Model(Passive{100.0, 5.0, -65.0}),
                                                   badel_2008_noise(0.0, 40.0, 40.0), rig);
  CharacterizeOptions options = quick(1);
  options.membrane.compensate = false;
  options.cell.curve_models_only = false;
  options.cell.gif.kinds.clear();
  const Characterization found = characterize(silent, options);
  const json s = summary(found);
  EXPECT_EQ(s["models"]["passive"]["status"], "ok");
  EXPECT_NEAR(s["models"]["passive"]["parameters"]["g_nS"].get<double>(), 5.0, 0.25);
  for (const char* name : {"lif", "qif", "eif", "tabulated", "refractory_eif", "adex"}) {
    EXPECT_EQ(s["models"][name]["status"], "failed");
    EXPECT_FALSE(s["models"][name]["reason"].get<std::string>().empty());
  }
  EXPECT_TRUE(s["best_model"].is_null());
  EXPECT_EQ(s["spikes"]["count"], 0);
}

// The cell is an EIF: what a spike adds to it is nothing, and both models predict it as the EIF does.
TEST(Characterize, FitsModelsWithAMemoryToACellWithoutOne) {
  CharacterizeOptions options = quick(1);
  options.cell.curve_models_only = false;
  options.cell.gif.kinds.clear();
  const Characterization found = characterize(recordings(), options);
  const json s = summary(found);
  const double gamma = s["models"]["eif"]["test"]["gamma"].get<double>();
  for (const char* name : {"refractory_eif", "adex"}) {
    const json& model = s["models"][name];
    ASSERT_NE(model["status"], "failed") << model;
    EXPECT_NEAR(model["parameters"]["g_nS"].get<double>(), 5.0, 0.6) << name;
    EXPECT_NEAR(model["parameters"]["V_T_mV"].get<double>(), -50.0, 1.0) << name;
    EXPECT_GT(model["test"]["gamma"].get<double>(), gamma - 0.15) << name;
  }
  ASSERT_TRUE(found.cell.post_spike.has_value());
  EXPECT_FALSE(post_spike_table(found.cell).rows.empty());
  EXPECT_EQ(post_spike_figures(found.cell).size(), 2U);
}

// The keys of the contract with other programs, and their types.
TEST(Summary, HasTheKeysThatOtherProgramsRelyOn) {
  const json s = json::parse(summary_json(result(), {}));
  EXPECT_EQ(s.at("schema"), "dyniv.summary");
  EXPECT_EQ(s.at("version"), 1);
  EXPECT_TRUE(s.at("electrode").at("resistance_MOhm").is_number());
  EXPECT_TRUE(s.at("electrode").contains("kernel"));
  const json& C = s.at("capacitance_pF");
  EXPECT_TRUE(C.at("value").is_number());
  EXPECT_TRUE(C.at("method").is_string());
  EXPECT_TRUE(C.at("all").is_object());
  const auto is_interval = [](const json& range) {
    return range.is_array() && range.size() == 2 && range[0].get<double>() <= range[1].get<double>();
  };
  EXPECT_TRUE(is_interval(C.at("ci95")));
  for (const char* name : {"passive", "lif", "qif", "eif", "tabulated"})
    ASSERT_TRUE(s.at("models").contains(name));
  const json& eif = s.at("models").at("eif");
  for (const char* name :
       {"C_pF", "g_nS", "E_mV", "V_T_mV", "Delta_T_mV", "V_reset_mV", "t_ref_ms", "V_spike_mV"})
    EXPECT_TRUE(eif.at("parameters").at(name).is_number()) << name;
  for (const char* name : {"C_pF", "g_nS", "E_mV", "V_T_mV", "Delta_T_mV"})
    EXPECT_TRUE(is_interval(eif.at("ci95").at(name))) << name;
  EXPECT_TRUE(s.at("models").at("lif").at("parameters").at("V_th_mV").is_number());
  for (const char* name : {"a_nS_per_mV", "V_rest_mV", "V_c_mV"})
    EXPECT_TRUE(s.at("models").at("qif").at("parameters").at(name).is_number()) << name;
  for (const char* name :
       {"gamma", "md_star", "explained_variance_10ms", "voltage_variance_explained", "spikes"})
    EXPECT_TRUE(eif.at("test").at(name).is_number()) << name;
  EXPECT_TRUE(is_interval(eif.at("test").at("gamma_ci95")));
  EXPECT_TRUE(is_interval(eif.at("test").at("md_star_ci95")));
  EXPECT_TRUE(s.at("reliability").at("gamma").is_number());
  EXPECT_TRUE(s.at("reliability").at("md").is_number());
  EXPECT_EQ(s.at("reliability").at("window_ms"), 4.0);
  EXPECT_TRUE(s.at("best_model").is_string());
  EXPECT_TRUE(s.at("warnings").is_array());
  EXPECT_TRUE(s.at("timing_s").is_object());
  EXPECT_FALSE(summary(result()).contains("timing_s"));
}

void write(const std::filesystem::path& path, const std::string& text) { std::ofstream(path) << text; }

ResultOptions no_figures(Overwrite overwrite = Overwrite::refuse) {
  ResultOptions options;
  options.figures = false;
  options.overwrite = overwrite;
  return options;
}

TEST(ResultFolder, IsWholeOrAbsent) {
  const report_test::TemporaryFolder temporary;
  const auto folder = temporary.path() / "results";
  ResultFiles broken;
  broken.texts = {{"a.txt", "a"}, {"a.txt/b.txt", "a file cannot be a folder"}};
  EXPECT_THROW(write_results(folder, broken, no_figures()), InputError);
  EXPECT_TRUE(std::filesystem::is_empty(temporary.path()));
  write_results(folder, result_files(recordings(), result(), without_timing()), no_figures());
  for (const char* name : {"summary.json", "iv.json", "iv.csv", "electrode.json", "models/eif.json",
                           "spikes/test_cell.txt", "tables/scores.csv"})
    EXPECT_TRUE(std::filesystem::exists(folder / name)) << name;
  EXPECT_EQ(report_test::content(folder / "summary.json"), summary_json(result(), without_timing()));
  // A failed replacement leaves the old folder as it was.
  EXPECT_THROW(write_results(folder, broken, no_figures(Overwrite::allow)), InputError);
  EXPECT_TRUE(std::filesystem::exists(folder / "summary.json"));
  EXPECT_FALSE(std::filesystem::exists(folder / "a.txt"));
}

TEST(ResultFolder, IsReplacedOnlyWhenAskedAndOnlyWhenOurs) {
  const report_test::TemporaryFolder temporary;
  ResultFiles files;
  files.texts = {{"summary.json", "{}\n"}};
  const auto ours = temporary.path() / "ours", foreign = temporary.path() / "foreign";
  write_results(ours, files, no_figures());
  EXPECT_THROW(write_results(ours, files, no_figures()), OptionError);
  files.texts = {{"other.json", "{}\n"}};
  write_results(ours, files, no_figures(Overwrite::allow));
  EXPECT_TRUE(std::filesystem::exists(ours / "other.json"));
  EXPECT_FALSE(std::filesystem::exists(ours / "summary.json"));
  std::filesystem::create_directories(foreign);
  write(foreign / "thesis.txt", "years of work");
  EXPECT_THROW(write_results(foreign, files, no_figures(Overwrite::allow)), OptionError);
  EXPECT_EQ(report_test::content(foreign / "thesis.txt"), "years of work");
}

}  // namespace
}  // namespace libfit
