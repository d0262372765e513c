#include "tests/project/source_pairs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace dyniv::project {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<SourceFile> the_project() {
  const char* folder = std::getenv("DYNIV_SOURCE_DIR");
  return folder == nullptr ? std::vector<SourceFile>() : read_project(folder);
}

TEST(Mirror, WantsATestForASourceInItsRoomOrItsFolder) {
  const auto broken = [](const std::string& test) {
    return check_mirror(
        {make_source_file("libfit/formats/new/new_reader.cpp", ""), make_source_file(test, "")});
  };
  const auto missing = HasSubstr("libfit/formats/new/new_reader.cpp:1: has no test");
  EXPECT_THAT(broken("tests/formats/other_test.cpp"), Contains(missing));
  EXPECT_THAT(broken("tests/formats/new_reader_test.cpp"), Not(Contains(missing)));
  EXPECT_THAT(broken("tests/formats/new/new_reader_test.cpp"), Not(Contains(missing)));
}

TEST(Mirror, WantsTheTestThatItsTableNamesAndTheRow) {
  EXPECT_THAT(check_mirror({make_source_file("libfit/signal/voltage_rises.cpp", "")}),
              Contains(HasSubstr("tests/signal/spikes_test.cpp:1: is not there")));
  EXPECT_THAT(check_mirror({}), Contains(HasSubstr("libfit/signal/voltage_rises:1: the table")));
}

TEST(Mirror, IsKeptByTheProject) { EXPECT_THAT(check_mirror(the_project()), IsEmpty()); }

TEST(Sketches, AreShownByTheirHeadersLineForLine) {
  const auto broken = [](const std::string& comment, const std::string& code) {
    return check_sketches({make_source_file("libfit/libfit.hpp",
                                            "#include \"libfit/core/a.hpp\"\n#include \"libfit/iv/b.hpp\"\n"),
                           make_source_file("libfit/iv/b.hpp", comment + "#pragma once\n"),
                           make_source_file("tests/project/sketches.cpp", code)});
  };
  const std::string code = "// libfit/iv/b.hpp\nvoid b() {\n  run(1);\n  if (x)\n    stop();\n}\n";
  EXPECT_THAT(broken("// B.\n//     run(1);\n//     if (x)\n//       stop();\n", code), IsEmpty());
  EXPECT_THAT(broken("// B.\n//     run(2);\n//     if (x)\n//       stop();\n", code),
              ElementsAre(HasSubstr("libfit/iv/b.hpp:1: does not show")));
  EXPECT_THAT(broken("// B.\n", "void b() {\n}\n"),
              ElementsAre(HasSubstr("has no sketch of libfit/iv/b.hpp")));
}

TEST(Sketches, AreShownByTheProjectsHeaders) { EXPECT_THAT(check_sketches(the_project()), IsEmpty()); }

}  // namespace
}  // namespace dyniv::project
