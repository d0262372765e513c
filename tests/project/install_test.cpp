// Installs the build under test into a folder of its own and builds examples/library against it, as somebody
// who uses the library would: with find_package(dyniv) and the distribution's packages, without a network.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "libfit/core/version.hpp"
#include "tests/project/shell.hpp"

namespace dyniv::project {
namespace {

namespace fs = std::filesystem;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

std::string text_of(const fs::path& path) {
  std::ifstream stream(path);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

class Installation : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const char* build = std::getenv("DYNIV_BUILD_DIR");
    ASSERT_NE(build, nullptr) << "DYNIV_BUILD_DIR is not set; run the tests with ctest";
    folder_ = new TemporaryFolder;
    prefix_ = folder_->path() / "prefix";
    const Outcome install =
        shell(quoted(DYNIV_CMAKE) + " --install " + quoted(build) + " --prefix " + quoted(prefix_));
    ASSERT_EQ(install.status, 0) << install.output;
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  static fs::path find(const std::string& name) {
    for (const auto& entry : fs::recursive_directory_iterator(prefix_)) {
      if (entry.path().filename() == name) return entry.path();
    }
    return {};
  }

  static inline TemporaryFolder* folder_ = nullptr;
  static inline fs::path prefix_;
};

TEST_F(Installation, BringsACommandThatRuns) {
  const Outcome version = shell(quoted(prefix_ / "bin" / "dyniv") + " --version");
  EXPECT_EQ(version.status, 0) << version.output;
  EXPECT_EQ(version.output, "dyniv " + std::string(libfit::kVersion) + "\n");
}

TEST_F(Installation, IsFoundAndLinkedByAProgramElsewhere) {
  const fs::path source = fs::path(std::getenv("DYNIV_SOURCE_DIR")) / "examples" / "library";
  const fs::path build = folder_->path() / "program";
  // A sanitized library needs a sanitized program; nothing else of our settings may be needed.
  const std::string sanitize = DYNIV_SANITIZERS[0] == '\0' ? "" : "-fsanitize=" DYNIV_SANITIZERS;
  const Outcome configure =
      shell(quoted(DYNIV_CMAKE) + " -G Ninja -S " + quoted(source) + " -B " + quoted(build) +
            " -DCMAKE_PREFIX_PATH=" + quoted(prefix_) +
            " -DCMAKE_CXX_COMPILER=" + quoted(DYNIV_CXX_COMPILER) + " -DCMAKE_CXX_FLAGS=" + quoted(sanitize));
  ASSERT_EQ(configure.status, 0) << configure.output;
  const Outcome compile = shell(quoted(DYNIV_CMAKE) + " --build " + quoted(build));
  ASSERT_EQ(compile.status, 0) << compile.output;
  const Outcome run = shell(quoted(build / "example"));
  EXPECT_EQ(run.status, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("dyniv " + std::string(libfit::kVersion) + ": "));
  EXPECT_THAT(run.output, ContainsRegex("[1-9][0-9]* spikes in 1 s"));
}

TEST_F(Installation, ExportsNothingOfOurOwnCompilation) {
  const std::string targets = text_of(find("dyniv-targets.cmake"));
  ASSERT_THAT(targets, HasSubstr("dyniv::libfit"));
  EXPECT_THAT(targets, Not(HasSubstr("dyniv_settings")));
  EXPECT_THAT(targets, Not(HasSubstr("-W")));
  EXPECT_THAT(targets, Not(HasSubstr(std::getenv("DYNIV_SOURCE_DIR"))));
  EXPECT_THAT(targets, Not(HasSubstr(std::getenv("DYNIV_BUILD_DIR"))));
}

// A public header that includes one that is not installed breaks only outside our tree.
TEST_F(Installation, HasEveryHeaderThatItsHeadersInclude) {
  const std::string key = "#include \"";
  std::size_t headers = 0;
  for (const auto& entry : fs::recursive_directory_iterator(prefix_ / "include")) {
    if (!entry.is_regular_file()) continue;
    ++headers;
    std::istringstream text(text_of(entry.path()));
    for (std::string line; std::getline(text, line);) {
      if (!line.starts_with(key)) continue;
      const std::string target = line.substr(key.size(), line.rfind('"') - key.size());
      EXPECT_TRUE(fs::exists(prefix_ / "include" / target)) << entry.path() << " includes " << target;
    }
  }
  EXPECT_GT(headers, 5U);
}

}  // namespace
}  // namespace dyniv::project
