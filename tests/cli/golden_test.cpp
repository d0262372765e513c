// What a person and a script can rely on: the same bytes for the same input, JSON that parses, silence where
// it is asked for, config files, roles, and file names of any kind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/cli/run_command.hpp"
#include "tests/cli/short_recordings.hpp"

namespace dyniv_test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Golden : public testing::Test {
 protected:
  std::string in_folder(const std::string& name) const { return folder_.path() / name; }
  // Files of a short run.
  std::map<std::string, std::string> results(const std::string& name, const std::vector<std::string>& more) {
    const auto result = run_dyniv(short_run(in_folder(name), more));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.exit_code == 0 ? all_files(in_folder(name)) : std::map<std::string, std::string>{};
  }
  json summary(const std::string& name, const std::vector<std::string>& more) {
    return json::parse(results(name, more)["summary.json"]);
  }
  ScratchFolder folder_;
};

TEST_F(Golden, RunGivesTheSameBytesForTheSameSeedOnAnyNumberOfThreads) {
  const auto one = results("one", {"--threads", "1"});
  EXPECT_THAT(one, testing::Contains(testing::Key("summary.json")));
  EXPECT_THAT(one, testing::Contains(testing::Key("models/eif.json")));
  EXPECT_THAT(one, testing::Contains(testing::Key("iv.csv")));
  EXPECT_TRUE(one == results("two", {"--threads", "2"}));
  EXPECT_FALSE(one == results("other", {"--seed", "2"}));
}

TEST_F(Golden, FiguresAreTheSameBytesToo) {
  std::map<std::string, std::string> drawn[2];
  for (const int run : {0, 1}) {
    const std::string out = in_folder(std::to_string(run));
    const auto result =
        run_dyniv({"iv", demo_file("electrode.abf"), "--to", "5", "--bootstrap", "0", "--format", "svg",
                   "--threads", std::to_string(run + 1), "-q", "--out", out});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    drawn[run] = all_files(out);
  }
  EXPECT_THAT(drawn[0], testing::Contains(testing::Key(testing::EndsWith(".svg"))));
  EXPECT_TRUE(drawn[0] == drawn[1]);
}

TEST_F(Golden, JsonOfEveryCommandParsesAndStandardErrorIsSilentWithQuiet) {
  const std::string electrode = demo_file("electrode.abf"), test = demo_file("test.abf");
  const auto check = [](std::vector<std::string> words, const std::string& schema) {
    words.insert(words.end(), {"--json", "--quiet"});
    const auto result = run_dyniv(words);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.err, "") << schema;
    const json parsed = json::parse(result.out, nullptr, false);
    ASSERT_FALSE(parsed.is_discarded()) << schema;
    EXPECT_EQ(parsed["schema"], schema);
    EXPECT_EQ(parsed["version"], 1) << schema;
  };
  check(short_run(in_folder("run")), "dyniv.summary");
  check({"inspect", electrode}, "dyniv.inspect");
  check({"compensate", electrode, "--to", "3", "--no-figures", "--out", in_folder("c")}, "dyniv.electrode");
  check({"iv", electrode, "--no-figures", "--bootstrap", "0", "--out", in_folder("i")}, "dyniv.iv");
  // Of the electrode's recording no model can be fitted.
  check({"fit", demo_file("training.abf"), "--to", "20", "--curve-models-only", "--no-figures", "--bootstrap",
         "0", "--out", in_folder("f")},
        "dyniv.iv");
  const std::string model = in_folder("run/models/eif.json");
  check({"simulate", "--model", model, test, "--sweeps", "1"}, "dyniv.simulate");
  check({"score", "--model", model, "--test", test, "--draws", "0", "--sweeps", "1-3"}, "dyniv.score");
}

TEST_F(Golden, JsonOnStandardOutputIsTheFileThatWasWritten) {
  const auto result = run_dyniv(short_run(in_folder("x"), {"--json", "-q"}));
  EXPECT_EQ(result.out, content_of(in_folder("x/summary.json")));
}

TEST_F(Golden, ProgressIsShownOnATerminalOnly) {
  const auto words = short_run(in_folder("x"), {"--force"});
  EXPECT_THAT(run_dyniv_on_terminal(words).err, HasSubstr("%"));
  EXPECT_THAT(run_dyniv(words).err, Not(HasSubstr("\r")));
  auto quiet = words;
  quiet.emplace_back("--quiet");
  EXPECT_EQ(run_dyniv_on_terminal(quiet).err, "");
}

// Two channels that are named against their units: two sentences of one kind, in each of two files.
TEST_F(Golden, WarningsOfOneKindAreOneLineAndInFullWithVerbose) {
  const std::string text = as_text(passive_trace(1.0, 3), "time_ms,Vm_pA,Im_mV");
  const std::string a = folder_.write("a.csv", text), b = folder_.write("b.csv", text);
  const auto inspected = run_dyniv({"inspect", a});
  ASSERT_EQ(inspected.exit_code, 0) << inspected.err;
  EXPECT_THAT(inspected.out, HasSubstr("  warning: channels are named against their units"));
  EXPECT_THAT(inspected.out, Not(HasSubstr("is named like a")));
  const auto listed = json::parse(run_dyniv({"inspect", a, "--json"}).out)["files"][0]["warnings"];
  ASSERT_EQ(listed.size(), 2U);
  EXPECT_THAT(listed[0].get<std::string>(), testing::EndsWith(" [channel.name]"));

  const std::vector<std::string> simulate{"simulate", "--model", "lif", a, b};
  const std::string few = run_dyniv(simulate).err;
  EXPECT_EQ(std::ranges::count(few, '\n'), 2);
  EXPECT_THAT(few, HasSubstr("dyniv: all 4 in full: --verbose\n"));
  auto verbose = simulate;
  verbose.emplace_back("--verbose");
  const std::string all = run_dyniv(verbose).err;
  EXPECT_THAT(all, HasSubstr("a.csv: channel 2 `Im` is named like a current but carries mV"));
  EXPECT_THAT(all, HasSubstr("b.csv: channel 1 `Vm` is named like a voltage but carries pA"));
}

TEST_F(Golden, RunPrintsWhatPeopleAskForFirstWithinATerminal) {
  const auto few = run_dyniv(short_run(in_folder("few")));
  const auto all = run_dyniv(short_run(in_folder("all"), {"--all-models"}));
  ASSERT_EQ(few.exit_code, 0) << few.err;
  ASSERT_EQ(all.exit_code, 0) << all.err;
  for (const std::string& text : {few.out, all.out}) {
    std::istringstream lines(text.substr(0, text.find("\nresults are in ")));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U) << line;
  }
  EXPECT_LE(std::ranges::count(few.err, '\n'), 8);
  EXPECT_THAT(all.out, HasSubstr("\ntabulated "));
  const json summary = json::parse(content_of(in_folder("few/summary.json")));
  EXPECT_EQ(few.out.find("\ntabulated ") != std::string::npos, summary["best_model"] == "tabulated");
  EXPECT_TRUE(all_files(in_folder("few")) == all_files(in_folder("all")));  // it changes no result
  std::size_t sentences = 0;
  for (const auto& group : summary["warnings_by_consequence"]) {
    for (const std::size_t place : group["warnings"]) EXPECT_LT(place, summary["warnings"].size());
    sentences += group["warnings"].size();
  }
  EXPECT_EQ(sentences, summary["warnings"].size());
}

TEST_F(Golden, AConfigFileIsWorthTheSameFlagsAndFlagsWin) {
  const auto flags = results("flags", {"--window", "8", "--bin-width-mV", "1", "--quiet"});
  const std::string config = folder_.write(
      "cell.ini",
      "# cell 7\ntraining = " + demo_file("training.abf") + "\ntest=" + demo_file("test.abf") +
          "\nelectrode = " + demo_file("electrode.abf") +
          "\ntraining-to = 20\ntest-sweeps = 1-3\nbootstrap = 20\nno-figures = true\nno-timing = yes\n"
          "curve-models-only = true\n"
          "window = 8\nBin-Width-mV = 1\nquiet = true\n");
  auto result = run_dyniv({"run", "--config", config, "--out", in_folder("config")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(flags == all_files(in_folder("config")));

  result = run_dyniv({"run", "--config", config, "--window", "4", "--test", demo_file("test.abf"), "--out",
                      in_folder("won")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const json won = json::parse(content_of(in_folder("won/summary.json")));
  EXPECT_EQ(won["options"]["window"], 4);
  EXPECT_EQ(won["options"]["bin-width-mV"], 1);
  EXPECT_EQ(won["inputs"]["test"].size(), 1U);
}

TEST_F(Golden, OptionsAreTakenInAnyCase) {
  EXPECT_TRUE(results("a", {"--bin-width-mV", "1"}) == results("b", {"--bin-width-mv", "1"}));
}

TEST_F(Golden, WithoutCompensationThereIsNoElectrode) {
  const json with = summary("with", {"-q"}), without = summary("without", {"-q", "--no-compensation"});
  EXPECT_TRUE(with["electrode"]["resistance_MOhm"].is_number());
  EXPECT_EQ(without["electrode"]["compensation"], "not asked");
  EXPECT_TRUE(without["electrode"]["resistance_MOhm"].is_null());
}

TEST_F(Golden, WithoutBootstrapThereAreNoIntervals) {
  auto words = short_run(in_folder("bare"), {"-q"});
  *(std::ranges::find(words, "--bootstrap") + 1) = "0";
  const auto result = run_dyniv(words);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json bare = json::parse(content_of(in_folder("bare/summary.json")));
  EXPECT_EQ(bare["bootstrap"]["draws"], 0);
  for (const char* fitted : {"g_nS", "E_mV", "V_T_mV", "Delta_T_mV"})
    EXPECT_FALSE(bare["models"]["eif"]["ci95"].contains(fitted)) << fitted;
  EXPECT_TRUE(bare["models"]["eif"]["test"]["gamma"].is_number());
  EXPECT_TRUE(bare["models"]["eif"]["test"]["gamma_ci95"].is_null());
}

TEST_F(Golden, NoFiguresMeansNone) {
  EXPECT_FALSE(fs::exists(in_folder("x/figures")));
  results("x", {"-q"});
  EXPECT_TRUE(fs::exists(in_folder("x/summary.json")));
  EXPECT_FALSE(fs::exists(in_folder("x/figures")));
}

// A cut text file and --to give the same samples, so they must give the same curve.
TEST_F(Golden, FromAndToCutAsAFileCutByHand) {
  const Trace whole = passive_trace(12.0, 5);
  Trace part = whole;
  part.current_pA.assign(whole.current_pA.begin() + 20000, whole.current_pA.begin() + 100000);
  part.voltage_mV.assign(whole.voltage_mV.begin() + 20000, whole.voltage_mV.begin() + 100000);
  const auto curve = [&](const std::string& name, std::vector<std::string> words) {
    words.insert(words.end(), {"--no-figures", "--bootstrap", "0", "-q", "--out", in_folder(name)});
    const auto result = run_dyniv(words);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return content_of(in_folder(name) + "/iv.csv");
  };
  const std::string all = folder_.write("all.csv", as_text(whole)),
                    cut = folder_.write("cut.csv", as_text(part));
  const std::string by_hand = curve("a", {"iv", cut});
  EXPECT_THAT(by_hand, Not(IsEmpty()));
  EXPECT_EQ(by_hand, curve("b", {"iv", all, "--from", "2", "--to", "10"}));
  EXPECT_EQ(by_hand, curve("c", {"iv", all, "--from", "5", "--training-from", "2", "--training-to", "10"}));
}

TEST_F(Golden, AnOffsetOfARoleIsOfThatRoleOnly) {
  // Truth: E = -70 mV, g = 10 nS. A constant current o that the rig did not see moves E by -o / g.
  const std::string file = folder_.write("cell.csv", as_text(passive_trace(20.0, 9)));
  const auto E_mV = [&](const std::string& name, const std::vector<std::string>& offset) {
    std::vector<std::string> words{
        "run",          "--training",  file, "--test", file,    "--no-compensation",
        "--no-figures", "--bootstrap", "0",  "-q",     "--out", in_folder(name)};
    words.insert(words.end(), offset.begin(), offset.end());
    const auto result = run_dyniv(words);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    const json parsed = json::parse(content_of(in_folder(name) + "/summary.json"));
    return parsed["models"]["passive"]["parameters"]["E_mV"].get<double>();
  };
  const double plain = E_mV("plain", {});
  EXPECT_NEAR(plain, -70.0, 0.5);
  EXPECT_NEAR(E_mV("own", {"--training-current-offset", "50"}), plain - 5.0, 0.5);
  EXPECT_NEAR(E_mV("all", {"--current-offset", "50"}), plain - 5.0, 0.5);
  EXPECT_NEAR(E_mV("own first", {"--current-offset", "999", "--training-current-offset", "50"}), plain - 5.0,
              0.5);
  EXPECT_EQ(E_mV("other", {"--test-current-offset", "50"}), plain);
}

TEST_F(Golden, SeveralFilesOfARoleAreReadInTheirOrder) {
  const std::string electrode = demo_file("electrode.abf"), test = demo_file("test.abf");
  const auto result = run_dyniv({"simulate", "--model",
                                 [&] {
                                   results("x", {"-q"});
                                   return in_folder("x/models/eif.json");
                                 }(),
                                 test, electrode, "--to", "2", "--json", "-q"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const json parsed = json::parse(result.out);
  EXPECT_EQ(parsed["sweeps"].size(), 7U);
  EXPECT_EQ(parsed["inputs"]["current"][1]["path"], electrode);
}

TEST_F(Golden, NamesOfFilesAreNeverRunNorChanged) {
  const std::string bytes = content_of(demo_file("electrode.abf"));
  for (const char* name : {"\"; system \"touch hacked", "$(touch hacked)", "`touch hacked`", "a 'b' \"c\"",
                           "-x\\n", "cell\n7", "%s%n {0} \\ #", "'; !touch hacked; '"}) {
    const ScratchFolder scratch;
    const std::string file = scratch.write(name + std::string(".abf"), bytes);
    const std::string out = scratch.path() / (name + std::string(" results"));
    const auto result = run_dyniv(
        {"iv", file, "--to", "4", "--bootstrap", "0", "--format", "svg", "--json", "-q", "--out", out});
    EXPECT_EQ(result.exit_code, 0) << name << result.err;
    EXPECT_EQ(json::parse(result.out)["inputs"]["training"][0]["path"], file);
    EXPECT_TRUE(fs::exists(out + "/figures")) << name;
    EXPECT_FALSE(fs::exists("hacked"));
    for (const auto& [path, content] : all_files(scratch.path()))
      EXPECT_NE(fs::path(path).filename(), "hacked");
  }
}

TEST_F(Golden, RunReadsTextThatTellsItsUnits) {
  Trace trace = passive_trace(20.0, 7);
  for (double t_ms = 300.0; t_ms < 19900.0; t_ms += 400.0) add_spike(trace, t_ms);
  const std::string file = folder_.write("cell.csv", as_text(trace));
  const auto result =
      run_dyniv({"run", "--training", file, "--test", file, "--no-compensation", "--no-figures",
                 "--bootstrap", "0", "--curve-models-only", "-q", "--out", in_folder("out")});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json parsed = json::parse(content_of(in_folder("out/summary.json")));
  EXPECT_EQ(parsed["spikes"]["count"], 49);
  EXPECT_NEAR(parsed["capacitance_pF"]["value"].get<double>(), 200.0, 10.0);
}

TEST_F(Golden, WhatCompensateWritesIsReadBackAsItIs) {
  auto result = run_dyniv(
      {"compensate", demo_file("electrode.abf"), "--to", "5", "--no-figures", "-q", "--out", in_folder("c")});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  result = run_dyniv({"inspect", in_folder("c/membrane.csv"), "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json file = json::parse(result.out)["files"][0];
  EXPECT_NEAR(file["rate_Hz"].get<double>(), 10000.0, 1e-6);
  EXPECT_EQ(file["sweep_count"], 1);
}

}  // namespace
}  // namespace dyniv_test
