// The scripts a newcomer runs first, with stand-ins for dpkg-query, apt-get, id and sudo that are found
// before the real ones: nothing is installed and no network is used.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/project/shell.hpp"

namespace dyniv::project {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

fs::path source_folder() {
  const char* folder = std::getenv("DYNIV_SOURCE_DIR");
  if (folder == nullptr) throw std::runtime_error("DYNIV_SOURCE_DIR is not set; run the tests with ctest");
  return folder;
}

class Packages : public testing::Test {
 protected:
  void SetUp() override {
    stand_in("id", "echo 0");
    stand_in("sudo", "exit 1");
    stand_in("apt-get", log_line());
    for (const char* file : {"install_packages.sh", "packages.txt"}) {
      fs::copy(source_folder() / "cmake" / file, folder_.path() / file);
    }
    all_installed_but("");
  }

  void stand_in(const std::string& name, const std::string& body) {
    const fs::path path = folder_.path() / "bin" / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << "#!/bin/sh\n" << body << "\n";
    fs::permissions(path, fs::perms::owner_all);
  }

  // dpkg-query is called with the package's name as its last word. `missing`: a pattern of the shell's
  // `case`.
  void all_installed_but(const std::string& missing) {
    stand_in("dpkg-query",
             "for name; do :; done; case $name in '" + missing + "') exit 1;; esac; printf installed");
  }

  std::string log_line() const { return "echo \"apt-get $*\" >> " + quoted(folder_.path() / "log"); }

  std::string log() const {
    std::ifstream stream(folder_.path() / "log");
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
  }

  Outcome install(const std::string& sections) const {
    return shell("CI=true PATH=" + quoted(folder_.path() / "bin") + ":\"$PATH\" bash " +
                 quoted(folder_.path() / "install_packages.sh") + " " + sections);
  }

  TemporaryFolder folder_;
};

TEST_F(Packages, AreLeftAloneWhenAllAreThere) {
  const Outcome outcome = install("build test check");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.output, "");
  EXPECT_EQ(log(), "");
}

TEST_F(Packages, AreInstalledByRootWithoutQuestions) {
  all_installed_but("libceres-dev");
  EXPECT_EQ(install("build").status, 0);
  EXPECT_EQ(log(), "apt-get install --yes --no-install-recommends libceres-dev\n");
}

TEST_F(Packages, OfOtherSectionsAreNotLookedFor) {
  all_installed_but("libgtest-dev");
  EXPECT_EQ(install("build").status, 0);
  EXPECT_EQ(log(), "");
  EXPECT_EQ(install("build test").status, 0);
  EXPECT_THAT(log(), HasSubstr("libgtest-dev"));
}

TEST_F(Packages, ListsAreFetchedOnlyAfterAnInstallationFailed) {
  all_installed_but("libceres-dev");
  stand_in("apt-get", log_line() + "; test \"$1\" = update || test -e " + quoted(folder_.path() / "fetched") +
                          " || { touch " + quoted(folder_.path() / "fetched") + "; exit 100; }");
  EXPECT_EQ(install("build").status, 0);
  const std::string install_line = "apt-get install --yes --no-install-recommends libceres-dev\n";
  EXPECT_EQ(log(), install_line + "apt-get update\n" + install_line);
}

TEST_F(Packages, ThatCannotBeInstalledAreNamed) {
  all_installed_but("libceres-dev");
  stand_in("apt-get", "exit 100");
  const Outcome outcome = install("build");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("Missing: libceres-dev"));
}

TEST_F(Packages, GiveTheCommandToRunWhereTheyMayNotBeInstalled) {
  all_installed_but("libceres-dev");
  stand_in("id", "echo 1000");
  const Outcome outcome = install("build");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("apt-get update && apt-get install --yes libceres-dev"));
  EXPECT_EQ(log(), "");
}

TEST_F(Packages, AreInstalledThroughSudoWhereItAsksNothing) {
  all_installed_but("libceres-dev");
  stand_in("id", "echo 1000");
  stand_in("sudo", "test \"$1\" = -n && shift; exec \"$@\"");
  EXPECT_EQ(install("build").status, 0);
  EXPECT_THAT(log(), HasSubstr("libceres-dev"));
}

TEST_F(Packages, MayBeReplacedByTheirAlternatives) {
  all_installed_but("gnuplot-nox");
  EXPECT_EQ(install("build").status, 0);
  EXPECT_EQ(log(), "");
}

TEST_F(Packages, OfAnUnknownSectionAreRefused) {
  const Outcome outcome = install("biuld");
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.output, HasSubstr("[biuld]"));
}

TEST(RunScript, ExplainsItsOptionsAndRefusesOthers) {
  const std::string script = "bash " + quoted(source_folder() / "tests" / "run.sh");
  const Outcome help = shell(script + " --help");
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.output, HasSubstr("--preset NAME"));
  EXPECT_THAT(help.output, Not(HasSubstr("set -e")));
  const Outcome unknown = shell(script + " --presett release");
  EXPECT_EQ(unknown.status, 2);
  EXPECT_THAT(unknown.output, HasSubstr("there is no option --presett"));
  EXPECT_EQ(shell(script + " --preset").status, 2);
}

TEST(FuzzScript, ExplainsItselfWhenItIsCalledWrongly) {
  const std::string script = "bash " + quoted(source_folder() / "tests" / "fuzz" / "run.sh");
  for (const char* words : {" abf2", " --seconds", " --seconds abf2", " --help"}) {
    const Outcome outcome = shell(script + words);
    EXPECT_EQ(outcome.status, 2) << words;
    EXPECT_THAT(outcome.output, HasSubstr("Usage: tests/fuzz/run.sh [--seconds N]")) << words;
  }
}

}  // namespace
}  // namespace dyniv::project
