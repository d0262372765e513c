// What the command writes and what it leaves alone: inputs, other people's files, results of other runs, and
// what happens when it is ended on the way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <thread>

#include "tests/cli/run_command.hpp"
#include "tests/cli/short_recordings.hpp"

namespace dyniv_test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;
using Words = std::vector<std::string>;

class Output : public testing::Test {
 protected:
  std::string in(const std::string& name) const { return folder_.path() / name; }

  // Results of a moment's work.
  Words analyze(const std::string& model, const Words& more = {}) const {
    Words words{"analyze", model, "--out", in("out"), "--currents", "0:100:400", "-q"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  // Refused as wrong usage with these words, and nothing has changed.
  void refused(const Words& words, const std::string& says) {
    const auto before = all_files(folder_.path());
    const CommandResult result = run_dyniv(words);
    EXPECT_EQ(result.exit_code, 2) << result.err;
    EXPECT_THAT(result.err, HasSubstr(says));
    EXPECT_TRUE(all_files(folder_.path()) == before) << "something has changed: " << words.front();
  }

  // In place of gnuplot; it leaves its number in the file `begun`.
  void put_gnuplot(const std::string& script) {
    fs::create_directories(in("bin"));
    folder_.write("bin/gnuplot", "#!/bin/sh\necho $$ >> '" + in("begun") + "'\n" + script + "\n");
    fs::permissions(in("bin/gnuplot"), fs::perms::owner_all);
    const char* path = std::getenv("PATH");
    ::setenv("PATH", (in("bin") + ":" + (path != nullptr ? path : "")).c_str(), 1);
  }

  void wait_for(const std::string& name) const {
    for (int i = 0; i < 2000 && !fs::exists(in(name)); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    ASSERT_TRUE(fs::exists(in(name))) << name << " does not appear";
  }

  // Names in the folder but for those that the tests themselves make.
  Words left() const {
    Words names;
    for (const auto& entry : fs::directory_iterator(folder_.path())) {
      const std::string name = entry.path().filename();
      if (name != "bin" && name != "begun" && name != "go" && name != "out") names.push_back(name);
    }
    return names;
  }

  ScratchFolder folder_;
};

// Running, or stopped: a process that ended and that nobody has fetched is neither.
bool alive(const std::string& process) {
  std::ifstream file("/proc/" + process + "/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t name_ends = line.rfind(')');
  return name_ends != std::string::npos && line.compare(name_ends + 2, 1, "Z") != 0;
}

bool any_alive(const std::string& processes) {
  for (int i = 0; i < 200; ++i) {
    std::istringstream words(processes);
    bool any = false;
    for (std::string word; words >> word;) any = any || alive(word);
    if (!any) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

TEST_F(Output, NeverIsOrHoldsAnInput) {
  ASSERT_EQ(run_dyniv(analyze("lif", {"--no-figures"})).exit_code, 0);
  const std::string cell = folder_.write("out/cell.csv", as_text(passive_trace(2.0, 1)));
  const std::string out = in("out");
  for (const char* command : {"iv", "fit", "compensate", "steps"}) {
    refused({command, cell, "--out", out, "--force"}, "cell.csv, which is read");
    refused({command, cell, "--out", out}, "cell.csv, which is read");
  }
  refused({"run", "--training", cell, "--out", out, "--force"}, "which is read");
  refused({"run", "--training", cell, "--out", folder_.path(), "--force"}, "which is read");
  fs::create_symlink(out, in("link"));
  fs::create_symlink(cell, in("cell.csv"));
  refused({"iv", in("cell.csv"), "--out", in("link"), "--force"}, "which is read");
  // Files that other options name.
  folder_.write("model.json", "{}");
  fs::create_directory(in("settings"));
  folder_.write("settings/dyniv.ini", "bootstrap = 0\n");
  refused({"iv", in("cell.csv"), "--config", in("settings/dyniv.ini"), "--out", in("settings"), "--force"},
          "dyniv.ini, which is read");
  refused({"stimulus", "--model", in("settings/dyniv.ini"), "--out", in("settings"), "--force"},
          "which is read");
  refused({"run", "--protocol", in("settings/dyniv.ini"), "--recordings", cell, "--out", in("settings")},
          "which is read");
  refused({"analyze", out, "--out", out, "--force"}, "which is read");
  refused({"compare", out, "--out", out, "--force"}, "which is read");
}

TEST_F(Output, ForceReplacesAFileOnlyByItsKind) {
  const std::string cell = folder_.write("cell.csv", as_text(passive_trace(1.0, 1)));
  for (const char* content : {"do not lose me\n", "\x89HDF\r\n\x1a\n of another program"}) {
    const std::string notes = folder_.write("notes.txt", content);
    for (const char* option : {"--voltage", "--spikes"})
      refused({"simulate", "--model", "lif", cell, option, notes, "--force"}, "--force does not replace it");
    refused({"import", cell, "--out", notes, "--force"}, "--force does not replace it");
    EXPECT_EQ(content_of(notes), content);
  }
  for (const char* option : {"--voltage", "--spikes"}) {
    folder_.write(option, "");  // nothing is lost with an empty file
    for (int i = 0; i < 2; ++i)
      EXPECT_EQ(run_dyniv({"simulate", "--model", "lif", cell, option, in(option), "--force"}).exit_code, 0);
  }
}

TEST_F(Output, AFileNeverIsAnInput) {
  const std::string cell = folder_.write("cell.csv", as_text(passive_trace(1.0, 1)));
  fs::create_hard_link(cell, in("second.csv"));
  fs::create_symlink(cell, in("third.csv"));
  for (const char* name : {"cell.csv", "second.csv", "third.csv"}) {
    for (const char* option : {"--voltage", "--spikes"})
      refused({"simulate", "--model", "lif", cell, option, in(name), "--force"}, "which is read");
    refused({"import", cell, "--out", in(name), "--force"}, "which is read");
  }
  refused({"simulate", "--model", "lif", cell, "--voltage", in("x"), "--spikes", in("./x")}, "are one file");
}

TEST_F(Output, ForceReplacesWhatDynivWroteAndNothingElse) {
  ASSERT_EQ(run_dyniv(analyze("lif", {"--no-figures"})).exit_code, 0);
  folder_.write("out/notes.txt", "precious");
  refused(analyze("eif", {"--force"}), "notes.txt");
  fs::remove(in("out/notes.txt"));
  EXPECT_EQ(run_dyniv(analyze("eif", {"--force", "--no-figures"})).exit_code, 0);
  EXPECT_THAT(content_of(in("out/analysis.json")), HasSubstr("eif"));
  EXPECT_EQ(left(), Words{});
}

TEST_F(Output, AFolderNeverShadowsAModel) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_.path());
  fs::create_directory("lif");
  const auto named = run_dyniv({"analyze", "lif", "--json"});
  const auto simulated = run_dyniv({"simulate", "--model", "lif", "--current", "constant:amplitude_pA=100"});
  const auto written = run_dyniv({"analyze", "lif", "--out", "lif", "--no-figures"});
  const auto again = run_dyniv({"analyze", "lif", "--out", "lif", "--no-figures", "--force"});
  fs::current_path(before);
  EXPECT_EQ(named.exit_code, 0) << named.err;
  EXPECT_THAT(named.out, HasSubstr("\"words\": \"lif\""));
  for (const auto& result : {simulated, written, again}) EXPECT_EQ(result.exit_code, 0) << result.err;
}

TEST_F(Output, WhatAppearsWhileFiguresAreDrawnStays) {
  put_gnuplot("while [ ! -e '" + in("go") + "' ]; do sleep 0.02; done");
  for (const bool other_run : {true, false}) {
    if (!other_run) fs::create_directory(in("out"));
    const Running slow = start_dyniv(analyze("lif", {"--format", "svg"}));
    wait_for("begun");
    if (other_run) {
      EXPECT_EQ(run_dyniv(analyze("eif", {"--no-figures"})).exit_code, 0);
    } else {
      folder_.write("out/notes.txt", "precious");
    }
    const auto there = all_files(in("out"));
    folder_.write("go", "");
    const CommandResult result = finish(slow);
    EXPECT_EQ(result.exit_code, 2) << result.err;
    EXPECT_THAT(result.err, HasSubstr("exists already"));
    EXPECT_TRUE(all_files(in("out")) == there);
    EXPECT_EQ(left(), Words{});
    for (const char* name : {"out", "go", "begun"}) fs::remove_all(in(name));
  }
}

TEST_F(Output, OneOfTwoRunsAtOnceWritesTheFile) {
  const Words words{"simulate",  "--model", "lif", "--current", "constant:amplitude_pA=100",
                    "--voltage", in("v"),   "-q"};
  for (int round = 0; round < 4; ++round) {
    std::vector<Running> runs;
    for (int i = 0; i < 3; ++i) runs.push_back(start_dyniv(words));
    int done = 0;
    for (const Running& run : runs) {
      const int code = finish(run).exit_code;
      EXPECT_TRUE(code == 0 || code == 2) << code;
      done += code == 0 ? 1 : 0;
    }
    EXPECT_EQ(done, 1);
    EXPECT_EQ(left(), Words{"v"});
    fs::remove(in("v"));
  }
}

TEST_F(Output, ASignalEndsChildrenAndLeavesNothing) {
  put_gnuplot("exec sleep 60");
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    fs::remove(in("begun"));
    const Running run = start_dyniv(analyze("lif", {"--threads", "2"}));
    wait_for("begun");
    ::kill(run.process, signal);
    const CommandResult result = finish(run);
    EXPECT_EQ(result.signal, signal);
    EXPECT_EQ(result.err, "");
    EXPECT_EQ(left(), Words{});
    EXPECT_FALSE(fs::exists(in("out")));
    EXPECT_FALSE(any_alive(content_of(in("begun"))));
  }
}

TEST_F(Output, WhatAKilledRunLeavesIsRemovedByTheNext) {
  put_gnuplot("exec sleep 60");
  const Running run = start_dyniv(analyze("lif", {"--threads", "1"}));
  wait_for("begun");
  ::kill(run.process, SIGKILL);
  finish(run);
  EXPECT_EQ(left().size(), 1U);
  EXPECT_FALSE(any_alive(content_of(in("begun")))) << "gnuplot outlives a run that is killed";
  EXPECT_EQ(run_dyniv(analyze("lif", {"--no-figures"})).exit_code, 0);
  EXPECT_EQ(left(), Words{});
}

TEST_F(Output, AtWhateverMomentItEndsResultsAreOldOrNewOrAbsent) {
  std::mt19937 random(1);
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_EQ(run_dyniv(analyze("lif", {"--no-figures"})).exit_code, 0);
  const std::chrono::duration<double, std::milli> whole = std::chrono::steady_clock::now() - begin;
  for (int i = 0; i < 24; ++i) {
    if (i % 2 == 0) fs::remove_all(in("out"));
    const bool before = fs::exists(in("out"));
    const bool clean = left().empty();
    const int signal = i % 3 == 0 ? SIGKILL : SIGTERM;
    const Running run = start_dyniv(analyze("lif", {"--no-figures", "--force"}));
    std::this_thread::sleep_for(whole * std::uniform_real_distribution<double>(0.3, 1.0)(random));
    ::kill(run.process, signal);
    const CommandResult result = finish(run);
    EXPECT_TRUE(result.exit_code == 0 || result.signal == signal) << result.exit_code;
    EXPECT_TRUE(left().empty() || signal == SIGKILL || !clean) << i;
    EXPECT_TRUE(fs::exists(in("out")) || !before) << i;
    // The analysis and the record of it.
    EXPECT_TRUE(!fs::exists(in("out")) || all_files(in("out")).size() == 2U) << i;
  }
  EXPECT_EQ(run_dyniv(analyze("lif", {"--no-figures", "--force"})).exit_code, 0);
  EXPECT_EQ(left(), Words{});
}

TEST_F(Output, APlotBelongsToTheResultsItIsDrawnIn) {
  put_gnuplot(
      "f=$(echo \"$3\" | sed \"s/.*stem='\\([^']*\\)'.*/\\1/\"); echo drawn > \"$f.svg\"; echo drawn > "
      "\"$f.png\"");
  ASSERT_EQ(run_dyniv(analyze("lif", {"--format", "svg"})).exit_code, 0);
  ASSERT_EQ(run_dyniv({"plot", in("out"), "--format", "png"}).exit_code, 0);
  folder_.write("out/figures/mine.gp", "plot x");
  folder_.write("out/figures/mine.png", "mine");
  refused({"plot", in("out"), "--format", "png", "--force"}, "was not drawn by dyniv");
  fs::remove(in("out/figures/mine.gp"));
  fs::remove(in("out/figures/mine.png"));
  EXPECT_EQ(run_dyniv({"plot", in("out"), "--format", "png", "--force"}).exit_code, 0);
  EXPECT_EQ(run_dyniv(analyze("eif", {"--force", "--no-figures"})).exit_code, 0);
}

TEST_F(Output, NamesOutOfFilesDoNothingToATerminal) {
  const std::string name = "cell\x1b]0;owned\x07\n2 fake.csv";
  folder_.write(name, as_text(passive_trace(1.0, 1), "time_ms,I\x1b[31m_pA,V\x9b\x1b[2J_mV"));
  for (const Words& words : {Words{"inspect", in(name)}, Words{"inspect", in(name + "absent")},
                             Words{"iv", in(name), "--out", in("out"), "--no-figures", "--bootstrap", "0"}}) {
    const CommandResult result = run_dyniv(words);
    for (const std::string& text : {result.out, result.err}) {
      EXPECT_THAT(text, Not(HasSubstr("\x1b")));
      EXPECT_THAT(text, Not(HasSubstr("\x07")));
      EXPECT_THAT(text, Not(HasSubstr("\n2 fake"))) << "a row is forged";
    }
  }
}

TEST_F(Output, SaysThatNoModelCouldBeFitted) {
  // A membrane that leaks nothing: it has a capacitance and no resistance, rest or threshold.
  Trace trace = passive_trace(20.0, 1);
  for (std::size_t k = 1; k < trace.voltage_mV.size(); ++k)
    trace.voltage_mV[k] = trace.voltage_mV[k - 1] + trace.dt_ms * trace.current_pA[k - 1] / 200.0;
  const std::string cell = folder_.write("cell.csv", as_text(trace));
  for (const Words& words : {Words{"fit", cell}, Words{"run", "--training", cell}}) {
    Words all = words;
    for (const char* word :
         {"--no-compensation", "--no-figures", "--curve-models-only", "--bootstrap", "0", "--out"})
      all.emplace_back(word);
    all.push_back(in("out"));
    const CommandResult result = run_dyniv(all);
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_THAT(result.err, HasSubstr("no model could be fitted"));
    EXPECT_TRUE(fs::exists(in("out/iv.json")));
    fs::remove_all(in("out"));
  }
}

TEST_F(Output, LittleMemoryIsAWordAndNotAHang) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the sanitizer needs terabytes of addresses";
#endif
  const std::string cell = folder_.write("cell.csv", as_text(passive_trace(20.0, 1)));
  for (const char* kilobytes : {"90000", "150000"}) {
    const CommandResult result =
        run_dyniv_limited(std::string("-v ") + kilobytes,
                          {"iv", cell, "--no-figures", "--bootstrap", "0", "-q", "--out", in("out")});
    // 127: not even the libraries find room.
    EXPECT_TRUE(result.exit_code == 0 || result.exit_code == 1 || result.exit_code == 127) << result.err;
    fs::remove_all(in("out"));
  }
}

TEST_F(Output, FewHandlesAreAWordAndNotACrash) {
  for (const int handles : {4, 6, 12}) {
    const CommandResult result = run_dyniv_limited("-n " + std::to_string(handles), analyze("lif"));
    EXPECT_TRUE(result.exit_code == 0 || result.exit_code == 1 || result.exit_code == 127)
        << handles << result.err;
    if (result.exit_code == 1) {
      EXPECT_THAT(result.err, HasSubstr("dyniv: "));
    }
    EXPECT_EQ(left(), Words{});
    fs::remove_all(in("out"));
  }
}

}  // namespace
}  // namespace dyniv_test
