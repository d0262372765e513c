// The header of every JSON result and of every file with a schema.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "libfit/core/version.hpp"
#include "tests/cli/run_command.hpp"
#include "tests/cli/short_recordings.hpp"

namespace dyniv_test {
namespace {

using nlohmann::ordered_json;

class JsonHeader : public testing::Test {
 protected:
  std::string in(const std::string& name) const { return folder_.path() / name; }

  // The keys that every document begins with. `sidecar`: a file that keeps options and inputs behind.
  static void expect_header(const std::string& text, const std::string& schema, bool sidecar = false) {
    SCOPED_TRACE(schema);
    const auto parsed = ordered_json::parse(text);
    std::vector<std::string> keys;
    for (const auto& [key, value] : parsed.items()) keys.push_back(key);
    ASSERT_GE(keys.size(), 4U);
    EXPECT_EQ(std::vector(keys.begin(), keys.begin() + 3),
              (std::vector<std::string>{"schema", "version", "dyniv_version"}));
    EXPECT_EQ(parsed["schema"], schema);
    EXPECT_EQ(parsed["version"], 1);
    EXPECT_EQ(parsed["dyniv_version"], libfit::kVersion);
    if (!sidecar) {
      EXPECT_EQ(keys[3], "options");
    }
    if (!sidecar || parsed.contains("options")) {
      EXPECT_TRUE(parsed["options"].is_object());
      EXPECT_FALSE(parsed["options"].contains("out"));
      EXPECT_FALSE(parsed["options"].contains("force"));
    }
    if (!parsed.contains("inputs")) return;
    for (const auto& [role, inputs] : parsed["inputs"].items()) {
      ASSERT_TRUE(inputs.is_array()) << role;
      for (const auto& input : inputs) {
        const bool file = input.contains("path") && input.value("sha256", "").size() == 64;
        EXPECT_TRUE(file || input.contains("words")) << role << ": " << input.dump();
      }
    }
  }

  void expect_printed(std::vector<std::string> words, const std::string& schema) const {
    words.insert(words.end(), {"--json", "-q"});
    const CommandResult result = run_dyniv(words);
    ASSERT_EQ(result.exit_code, 0) << schema << ": " << result.err;
    expect_header(result.out, schema, schema == "dyniv.stimulus");
  }

  ScratchFolder folder_;
};

TEST_F(JsonHeader, IsOneForEveryCommand) {
  const std::string test = demo_file("test.abf"), training = demo_file("training.abf");
  expect_printed({"inspect", test}, "dyniv.inspect");
  expect_printed({"import", test, "--out", in("cell.nwb")}, "dyniv.import");
  expect_printed({"stimulus", "--electrode-s", "1", "--training-s", "2", "--test-s", "1", "--model", "lif",
                  "--target-sd-mV", "4", "--out", in("stimulus")},
                 "dyniv.stimulus");
  expect_printed({"simulate", "--model", "eif", "step:amplitude_pA=200"}, "dyniv.simulate");
  expect_printed({"analyze", "lif", "--set", "V_th_mV=-52"}, "dyniv.analyze");
  expect_printed({"analyze", "lif", "eif"}, "dyniv.analyze");
  expect_printed(short_run(in("run")), "dyniv.summary");
  expect_printed({"compare", in("run"), "--draws", "0"}, "dyniv.compare");
  expect_printed({"score", "--data", in("run/spikes/test_cell.txt"), "--model", in("run/spikes/test_eif.txt"),
                  "--duration", "10000", "--draws", "0"},
                 "dyniv.score");
  expect_printed({"iv", training, "--to", "20", "--bootstrap", "0", "--no-figures", "--out", in("iv")},
                 "dyniv.iv");
  expect_printed({"compensate", training, "--to", "20", "--no-figures", "--out", in("compensated")},
                 "dyniv.electrode");
  expect_header(content_of(in("run/iv.json")), "dyniv.iv");
  expect_header(content_of(in("run/electrode.json")), "dyniv.electrode");
  expect_header(content_of(in("run/models/eif.json")), "dyniv.model", true);
}

TEST_F(JsonHeader, OfStepsAndOfTheModelTheyMake) {
  ASSERT_EQ(run_dyniv({"stimulus", "--protocol", "steps", "--out", in("stimulus")}).exit_code, 0);
  ASSERT_EQ(run_dyniv({"simulate", "--model", "adex", in("stimulus/steps.atf"), "--current",
                       "ou:sd_pA=1,tau_ms=1", "--voltage", in("steps.txt"), "--spikes", in("spikes.txt")})
                .exit_code,
            0);
  expect_printed({"steps", in("steps.txt"), "--model", "adex", "--no-figures", "--out", in("steps")},
                 "dyniv.steps");
  expect_header(content_of(in("steps/models/lif.json")), "dyniv.model", true);
}

TEST_F(JsonHeader, OfPlot) {
  std::filesystem::create_directories(in("run/figures"));
  folder_.write("run/figures/a.gp", "print 1\n");
  // What is drawn, and whether, is for other tests: the header is there in any case.
  const CommandResult result = run_dyniv({"plot", in("run"), "--format", "svg", "--json", "-q"});
  expect_header(result.out, "dyniv.plot");
}

}  // namespace
}  // namespace dyniv_test
