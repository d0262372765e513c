// Files and folders that are wrong: one sentence with place and remedy, exit status 1 or 2, nothing on
// standard output, nothing left behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/cli/run_command.hpp"
#include "tests/cli/short_recordings.hpp"
#include "tests/formats/written_files.hpp"

namespace dyniv_test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

class BadInput : public testing::Test {
 protected:
  // Runs the command and holds it to the promises of a refusal.
  CommandResult refused(int exit_code, const std::vector<std::string>& words) {
    const auto before = all_files(folder_.path());
    const CommandResult result = run_dyniv(words);
    EXPECT_EQ(result.exit_code, exit_code) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, testing::StartsWith("dyniv: "));
    EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
    EXPECT_TRUE(all_files(folder_.path()) == before) << "the folder has changed";
    return result;
  }
  std::string in_folder(const std::string& name) const { return folder_.path() / name; }
  std::vector<std::string> iv(const std::string& file, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"iv", file, "--no-figures", "--bootstrap",
                                   "0",  "-q", "--out",        in_folder("out")};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  ScratchFolder folder_;
};

TEST_F(BadInput, RefusesAnEmptyFile) {
  const std::string file = folder_.write("empty.abf", "");
  EXPECT_THAT(refused(1, iv(file)).err, HasSubstr("empty.abf: "));
}

TEST_F(BadInput, RefusesATruncatedFileWhereverItIsCut) {
  const std::string whole = content_of(demo_file("electrode.abf"));
  ASSERT_GT(whole.size(), 100000U);
  for (const double share : {0.00001, 0.001, 0.01, 0.1, 0.5, 0.99}) {
    const auto length = static_cast<std::size_t>(share * static_cast<double>(whole.size()));
    const std::string file = folder_.write("cut.abf", whole.substr(0, length));
    EXPECT_THAT(refused(1, iv(file)).err, HasSubstr("cut.abf: ")) << length;
  }
}

TEST_F(BadInput, EndsInARefusalOrAResultForAFlippedBit) {
  const std::string whole = content_of(demo_file("electrode.abf"));
  for (const std::size_t place : {1U, 5U, 13U, 77U, 93U, 237U, 512U, 530U, 1040U, 1100U, 1600U, 2100U}) {
    std::string damaged = whole;
    damaged[place] = static_cast<char>(damaged[place] ^ 0x40);
    const std::string file = folder_.write("bit.abf", damaged);
    const auto result = run_dyniv(iv(file, {"--force"}));
    EXPECT_THAT(result.exit_code, AnyOf(0, 1)) << place << ": " << result.err;
    EXPECT_EQ(result.out.empty(), result.exit_code != 0) << place;
  }
}

TEST_F(BadInput, RefusesVoltageThatIsNotFinite) {
  Trace trace = passive_trace(2.0, 1);
  trace.voltage_mV[7000] = std::nan("");
  EXPECT_THAT(refused(1, iv(folder_.write("nan.csv", as_text(trace)))).err, HasSubstr("nan.csv: "));
}

TEST_F(BadInput, RefusesAFlatVoltageAndAFlatCurrent) {
  Trace flat = passive_trace(2.0, 1);
  std::ranges::fill(flat.voltage_mV, -70.0);
  EXPECT_THAT(refused(1, iv(folder_.write("v.csv", as_text(flat)))).err,
              AnyOf(HasSubstr("is flat"), HasSubstr("voltage clamp")));
  Trace undriven = passive_trace(2.0, 1);
  std::ranges::fill(undriven.current_pA, 0.0);
  EXPECT_THAT(refused(1, iv(folder_.write("i.csv", as_text(undriven)))).err, HasSubstr("is flat"));
}

TEST_F(BadInput, RefusesVoltageClamp) {
  Trace clamp = passive_trace(2.0, 1);
  for (std::size_t k = 0; k < clamp.voltage_mV.size(); ++k) clamp.voltage_mV[k] = k < 8000 ? -70.0 : -20.0;
  EXPECT_THAT(refused(1, iv(folder_.write("vc.csv", as_text(clamp)))).err, HasSubstr("voltage clamp"));
}

TEST_F(BadInput, RefusesChannelsThatWereSwappedByHand) {
  const std::string file = folder_.write("swapped.csv", as_text(passive_trace(2.0, 1)));
  const auto result = refused(1, iv(file, {"--columns", "skip,voltage_mV,current_pA", "--dt", "0.1"}));
  EXPECT_THAT(result.err, HasSubstr("swapped.csv"));
}

TEST_F(BadInput, RefusesAStepThatContradictsTheFile) {
  const auto result = refused(2, iv(demo_file("electrode.abf"), {"--dt", "0.0001"}));
  EXPECT_THAT(result.err, HasSubstr("contradicts the step of 0.1 ms"));
}

TEST_F(BadInput, RefusesARecordingTooShortForACurve) {
  EXPECT_THAT(refused(1, iv(demo_file("training.abf"), {"--to", "0.05"})).err, HasSubstr("training.abf"));
}

TEST_F(BadInput, NamesAFileThatIsMissingOrAFolder) {
  EXPECT_THAT(refused(1, iv(in_folder("absent.abf"))).err, HasSubstr("absent.abf: cannot be opened"));
  EXPECT_THAT(refused(1, iv(folder_.path())).err, HasSubstr("is not a regular file"));
}

TEST_F(BadInput, RefusesATextFileThatIsNoRecording) {
  EXPECT_THAT(refused(1, iv(folder_.write("notes.txt", "cell 7 looked healthy\nrig 2\n"))).err,
              HasSubstr("notes.txt: "));
}

TEST_F(BadInput, RefusesAFolderThatExistsBeforeItReadsAnything) {
  fs::create_directory(in_folder("out"));
  folder_.write("out/mine.txt", "keep this");
  const auto result = refused(2, iv(in_folder("absent.abf")));
  EXPECT_THAT(result.err, HasSubstr("out: exists already; name another folder with --out or pass --force"));
}

TEST_F(BadInput, NeverReplacesAFolderThatItDidNotWrite) {
  fs::create_directory(in_folder("out"));
  folder_.write("out/mine.txt", "keep this");
  EXPECT_THAT(refused(2, short_run(in_folder("out"), {"--force"})).err,
              HasSubstr("was not written by dyniv"));
}

TEST_F(BadInput, KeepsTheOldResultsWhenTheNewRunFails) {
  ASSERT_EQ(run_dyniv(short_run(in_folder("out"), {"-q"})).exit_code, 0);
  refused(2, short_run(in_folder("out"), {"-q"}));
  refused(1, {"run", "--training", in_folder("absent.abf"), "--out", in_folder("out"), "--force"});
  EXPECT_EQ(run_dyniv(short_run(in_folder("out"), {"-q", "--force"})).exit_code, 0);
}

TEST_F(BadInput, RefusesAFileInPlaceOfTheFolder) {
  const std::string file = folder_.write("out", "keep this");
  refused(2, short_run(file));
  refused(2, short_run(file, {"--force"}));
  EXPECT_THAT(refused(1, short_run(file + "/below")).err, HasSubstr("cannot be created"));
  EXPECT_THAT(refused(2, short_run("")).err, HasSubstr("--out"));
}

TEST_F(BadInput, LeavesNothingBehindOnAFullDisk) {
  for (const std::size_t limit : {512U, 8192U, 32768U}) {
    const auto before = all_files(folder_.path());
    const auto result = run_dyniv_on_full_disk(limit, short_run(in_folder("out"), {"-q"}));
    EXPECT_EQ(result.exit_code, 1) << limit << result.err;
    EXPECT_THAT(result.err, HasSubstr("cannot be written")) << limit;
    EXPECT_THAT(result.err, HasSubstr("nothing was left behind"));
    EXPECT_TRUE(all_files(folder_.path()) == before) << limit;
  }
}

TEST_F(BadInput, TellsThatStandardOutputCannotBeWritten) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"run", "--help"}, {"inspect", "--json", demo_file("test.abf")}}) {
    const auto result = run_dyniv_on_full_disk(512, words);
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_EQ(result.err, "dyniv: standard output cannot be written; is the disk full?\n");
  }
}

TEST_F(BadInput, DamagedModelFilesAreRefusedByPlace) {
  const std::string test = demo_file("test.abf");
  for (const std::string content : {"", "{", "[]", "{\"schema\": \"dyniv.summary\", \"version\": 1}",
                                    "{\"schema\": \"dyniv.model\", \"version\": 1, \"model\": \"eif\", "
                                    "\"parameters\": {\"C_pF\": -1}}"}) {
    const std::string model = folder_.write("model.json", content);
    EXPECT_THAT(refused(1, {"simulate", "--model", model, test}).err, HasSubstr("model.json: "));
    EXPECT_THAT(refused(1, {"score", "--model", model, "--test", test}).err, HasSubstr("model.json: "));
  }
}

// Without spikes or with one there is no spiking model, and that is a result, not a failure.
class FewSpikes : public BadInput, public testing::WithParamInterface<int> {};

TEST_P(FewSpikes, StillGiveElectrodeCapacitanceCurveAndPassiveModel) {
  Trace trace = passive_trace(20.0, 3);
  for (int k = 0; k < GetParam(); ++k) add_spike(trace, 5000.0 + 100.0 * k);
  const std::string file = folder_.write("quiet.csv", as_text(trace));
  const auto result = run_dyniv({"run", "--training", file, "--test", file, "--no-figures", "--bootstrap",
                                 "20", "--out", in_folder("out")});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("dyniv: warning: "));
  const auto summary = nlohmann::json::parse(content_of(in_folder("out/summary.json")));
  EXPECT_EQ(summary["spikes"]["count"], GetParam());
  EXPECT_NEAR(summary["capacitance_pF"]["value"].get<double>(), 200.0, 10.0);
  EXPECT_NEAR(summary["models"]["passive"]["parameters"]["g_nS"].get<double>(), 10.0, 1.5);
  EXPECT_EQ(summary["models"]["passive"]["status"], "ok");
  EXPECT_EQ(summary["models"]["eif"]["status"], "failed");
  EXPECT_FALSE(summary["models"]["eif"]["reason"].get<std::string>().empty());
  EXPECT_TRUE(summary["best_model"].is_null());
  EXPECT_FALSE(summary["warnings"].empty());
  EXPECT_TRUE(fs::exists(in_folder("out/models/passive.json")));
  EXPECT_FALSE(fs::exists(in_folder("out/models/eif.json")));
  EXPECT_THAT(result.out, HasSubstr("passive"));
  EXPECT_THAT(result.out, Not(HasSubstr("nan")));
}

INSTANTIATE_TEST_SUITE_P(NoneOrOne, FewSpikes, testing::Values(0, 1));

// A recording of 0.2 s whose command output was left in volts.
libfit::written::Bytes with_output_in_volts() {
  libfit::written::AbfFile file = libfit::written::abf_recording(2000);
  file.command_units = {"mV"};
  return libfit::written::abf2(file);
}

TEST_F(BadInput, VoltageClampIsRefusedWithTheOptionThatOverrides) {
  const auto bytes = with_output_in_volts();
  const std::string file =
      folder_.write("vc.abf", {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  EXPECT_THAT(refused(1, iv(file)).err, AllOf(HasSubstr("in mV"), HasSubstr("--clamp current")));
  EXPECT_THAT(run_dyniv(iv(file, {"--clamp", "current"})).err, Not(HasSubstr("clamp")));
  EXPECT_THAT(run_dyniv({"inspect", file}).out, HasSubstr("voltage clamp"));
  const auto shown = run_dyniv({"inspect", file, "--clamp", "current"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out, Not(HasSubstr("clamp")));
}

TEST_F(BadInput, EveryCommandThatReadsTakesTheClampAndOnlyCurrentClamp) {
  for (const char* command :
       {"inspect", "compensate", "iv", "fit", "run", "steps", "score", "simulate", "import"}) {
    EXPECT_THAT(refused(2, {command, "--clamp", "voltage"}).err,
                HasSubstr("--clamp voltage: must be current"))
        << command;
  }
}

}  // namespace
}  // namespace dyniv_test
