#include "tests/project/source_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>

namespace dyniv::project {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Exists only(const std::string& path) {
  return [path](const std::string& asked) { return asked == path; };
}

TEST(Layers, RefuseARoomToTheRight) {
  const auto file = make_source_file("libfit/iv/a.cpp",
                                     "#include \"libfit/core/error.hpp\"\n"
                                     "#include \"libfit/signal/spikes.hpp\"\n"
                                     "#include \"libfit/fit/fit_iv.hpp\"\n");
  EXPECT_THAT(check_layers(file),
              ElementsAre(HasSubstr("libfit/iv/a.cpp:3: includes libfit/fit/fit_iv.hpp")));
}

TEST(Layers, RefuseCoreIncludingARoom) {
  EXPECT_THAT(
      check_layers(make_source_file("libfit/core/a.cpp", "#include \"libfit/recording/recording.hpp\"\n")),
      ElementsAre(HasSubstr("a room to its right")));
}

TEST(Layers, RefuseTheLibraryIncludingToolsTestsOrAFileWithoutItsRoom) {
  for (const char* target : {"tools/dyniv/command_line.hpp", "tests/core/a.hpp", "spikes.hpp"}) {
    const auto file = make_source_file("libfit/signal/a.cpp", "#include \"" + std::string(target) + "\"\n");
    EXPECT_THAT(check_layers(file), ElementsAre(HasSubstr("which is in no room"))) << target;
  }
}

TEST(Layers, RefuseARoomThatTheHouseDoesNotHave) {
  EXPECT_THAT(check_layers(make_source_file("libfit/util/a.hpp", "")), ElementsAre(HasSubstr("util")));
}

TEST(Layers, RefuseAToolIncludingAnotherFolder) {
  const auto file = make_source_file("tools/dyniv/command_iv.cpp",
                                     "#include \"command_line.hpp\"\n"
                                     "#include \"libfit/iv/dynamic_iv.hpp\"\n"
                                     "#include \"tools/other/a.hpp\"\n");
  EXPECT_THAT(check_layers(file), ElementsAre(HasSubstr(":3: a tool includes tools/other/a.hpp")));
}

TEST(ThirdParty, HasItsPlaces) {
  const auto refused = [](const std::string& path, const std::string& header) {
    return !check_third_party(make_source_file(path, "#include <" + header + ">\n")).empty();
  };
  EXPECT_TRUE(refused("libfit/signal/a.cpp", "hdf5.h"));
  EXPECT_TRUE(refused("libfit/fit/a.cpp", "H5Cpp.h"));
  EXPECT_FALSE(refused("libfit/formats/hdf5/a.cpp", "hdf5.h"));
  EXPECT_TRUE(refused("libfit/iv/a.cpp", "ceres/ceres.h"));
  EXPECT_FALSE(refused("libfit/fit/a.cpp", "ceres/ceres.h"));
  EXPECT_TRUE(refused("libfit/score/a.cpp", "nlohmann/json.hpp"));
  EXPECT_TRUE(refused("libfit/model/lif.cpp", "nlohmann/json.hpp"));
  EXPECT_FALSE(refused("libfit/model/model_file.cpp", "nlohmann/json.hpp"));
  EXPECT_TRUE(refused("libfit/report/a.cpp", "boost/program_options.hpp"));
  EXPECT_FALSE(refused("tools/dyniv/a.cpp", "boost/program_options.hpp"));
}

TEST(ThirdParty, StaysOutOfPublicHeaders) {
  const auto broken = [](const std::string& path, const std::string& header) {
    return check_third_party(make_source_file(path, "#include <" + header + ">\n"));
  };
  for (const char* header : {"fmt/format.h", "nlohmann/json.hpp", "hdf5.h", "unistd.h", "sys/stat.h"}) {
    EXPECT_THAT(broken("libfit/recording/a.hpp", header), Not(IsEmpty())) << header;
  }
  for (const char* header : {"vector", "string_view", "cstdint", "Eigen/Core", "nlohmann/json_fwd.hpp"}) {
    EXPECT_THAT(broken("libfit/recording/a.hpp", header), IsEmpty()) << header;
  }
  EXPECT_THAT(broken("libfit/formats/hdf5/hdf5_internal.hpp", "hdf5.h"), IsEmpty());
}

TEST(Cycles, AreFoundThroughHeadersAndThroughSources) {
  const auto file = [](const std::string& path, const std::string& includes) {
    return make_source_file("libfit/" + path, "#include \"libfit/" + includes + "\"\n");
  };
  EXPECT_THAT(check_cycles({file("iv/a.hpp", "iv/b.hpp"), file("iv/b.hpp", "iv/c.hpp")}), IsEmpty());
  EXPECT_THAT(check_cycles({file("iv/a.hpp", "iv/b.hpp"), file("iv/b.hpp", "iv/a.hpp")}),
              ElementsAre(HasSubstr("libfit/iv/a.hpp libfit/iv/b.hpp")));
  EXPECT_THAT(check_cycles({file("iv/a.hpp", "iv/x/b.hpp"), file("iv/x/b.cpp", "iv/a.hpp")}),
              ElementsAre(HasSubstr("libfit/iv/a libfit/iv/x/b")));
  // A header and the helper of its source.
  EXPECT_THAT(check_cycles({file("iv/a.cpp", "iv/b.hpp"), file("iv/b.hpp", "iv/a.hpp")}), IsEmpty());
}

TEST(Headers, OpenWithACommentAndArePragmaOnce) {
  EXPECT_THAT(check_header(make_source_file("libfit/iv/a.hpp", "// What it is.\n#pragma once\n")), IsEmpty());
  EXPECT_THAT(check_header(make_source_file("libfit/iv/a.hpp", "#pragma once\n")),
              ElementsAre(HasSubstr("opens with a comment")));
  EXPECT_THAT(check_header(make_source_file("tools/dyniv/a.hpp", "// What it is.\n")),
              ElementsAre(HasSubstr("#pragma once is missing")));
  EXPECT_THAT(check_header(make_source_file("libfit/iv/a.cpp", "int x;\n")), IsEmpty());
}

TEST(Length, IsLimitedInTheLibrary) {
  EXPECT_THAT(check_length(make_source_file("libfit/iv/a.cpp", "\n\n\n"), 3), IsEmpty());
  EXPECT_THAT(check_length(make_source_file("libfit/iv/a.cpp", "\n\n\n\n"), 3),
              ElementsAre(HasSubstr("libfit/iv/a.cpp:4: 4 lines")));
}

TEST(MachinePaths, AreFoundWhereverTheyStand) {
  const std::string folder = std::string("/") + "tmp/x";
  for (const std::string& line : {folder, "see " + folder, "\"" + folder + "\"", "x=" + folder}) {
    EXPECT_THAT(check_machine_paths(make_source_file("docs/a.md", "\n" + line + "\n")),
                ElementsAre(HasSubstr("docs/a.md:2:")))
        << line;
  }
  for (const std::string& line : {"docs" + folder, "${build}" + folder, ".." + folder}) {
    EXPECT_THAT(check_machine_paths(make_source_file("docs/a.md", line)), IsEmpty()) << line;
  }
}

TEST(Links, LeadSomewhere) {
  const Exists exists = only("docs/methods/iv.md");
  const auto good = make_source_file("docs/README.md",
                                     "[iv](methods/iv.md#bins) [here](#top) [out](https://example.org/a.md)\n"
                                     "`[code](gone.md)`\n```\n[fenced](gone.md)\n```\n");
  EXPECT_THAT(check_links(good, exists), IsEmpty());
  const auto bad =
      make_source_file("docs/methods/b.md", "[iv](iv.md) and\n[no](../gone.md \"title\") ![no](f.png)\n");
  EXPECT_THAT(check_links(bad, exists), ElementsAre(HasSubstr("docs/methods/b.md:2: links to docs/gone.md"),
                                                    HasSubstr("docs/methods/f.png")));
  EXPECT_THAT(check_links(make_source_file("README.md", "[a]: docs/gone.md\n<img src=\"g.png\">\n"), exists),
              ElementsAre(HasSubstr("docs/gone.md"), HasSubstr("g.png")));
}

TEST(CitedPages, Exist) {
  const auto file = make_source_file("libfit/iv/a.hpp", "// docs/methods/iv.md\n// [docs/methods/gone.md]\n");
  EXPECT_THAT(check_cited_pages(file, only("docs/methods/iv.md")),
              ElementsAre(HasSubstr("docs/methods/gone.md")));
}

TEST(Pages, AreReachedFromTheIndexThroughOtherPages) {
  const std::vector<SourceFile> project = {make_source_file("docs/README.md", "[a](a.md)\n"),
                                           make_source_file("docs/a.md", "[b](sub/b.md)\n"),
                                           make_source_file("docs/sub/b.md", ""),
                                           make_source_file("docs/sub/lonely.md", "[index](../README.md)\n")};
  EXPECT_THAT(check_reachable(project), ElementsAre(HasSubstr("docs/sub/lonely.md")));
}

class Project : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const char* folder = std::getenv("DYNIV_SOURCE_DIR");
    ASSERT_NE(folder, nullptr) << "DYNIV_SOURCE_DIR is not set; run the tests with ctest";
    root_ = folder;
    files_ = read_project(root_);
  }

  static Violations apply(const std::function<Violations(const SourceFile&)>& check) {
    Violations all;
    for (const SourceFile& file : files_) {
      const Violations broken = check(file);
      all.insert(all.end(), broken.begin(), broken.end());
    }
    return all;
  }

  static bool exists(const std::string& path) { return std::filesystem::exists(root_ / path); }

  static inline std::filesystem::path root_;
  static inline std::vector<SourceFile> files_;
};

// Guards the tests below against looking at nothing.
TEST_F(Project, IsReadWithItsCodeScriptsAndPages) {
  for (const char* path :
       {"libfit/core/error.hpp", "tools/dyniv/main.cpp", "README.md", ".ci/run", "CMakePresets.json",
        "cmake/install_packages.sh", "docs/README.md", "tests/project/source_rules.cpp"}) {
    EXPECT_TRUE(std::any_of(files_.begin(), files_.end(), [&](const auto& file) {
      return file.path == path;
    })) << path;
  }
}

TEST_F(Project, KeepsItsLayers) { EXPECT_THAT(apply(check_layers), IsEmpty()); }

TEST_F(Project, HasNoCycleOfIncludes) { EXPECT_THAT(check_cycles(files_), IsEmpty()); }

TEST_F(Project, KeepsThirdPartyHeadersInTheirPlaces) { EXPECT_THAT(apply(check_third_party), IsEmpty()); }

TEST_F(Project, HasHeadersThatSayWhatTheyAre) { EXPECT_THAT(apply(check_header), IsEmpty()); }

TEST_F(Project, HasFilesOfReadableLength) {
  EXPECT_THAT(apply([](const SourceFile& file) { return check_length(file); }), IsEmpty());
}

TEST_F(Project, NamesNoPathOfOneMachine) { EXPECT_THAT(apply(check_machine_paths), IsEmpty()); }

TEST_F(Project, HasPagesWhoseLinksLeadSomewhere) {
  EXPECT_THAT(
      apply([](const SourceFile& file) { return is_page(file) ? check_links(file, exists) : Violations{}; }),
      IsEmpty());
}

TEST_F(Project, CitesPagesThatExist) {
  // This very file cites pages that must not exist.
  EXPECT_THAT(apply([](const SourceFile& f) {
                return f.path.starts_with("tests/project/") ? Violations{} : check_cited_pages(f, exists);
              }),
              IsEmpty());
}

TEST_F(Project, HasAnIndexThatReachesEveryPage) { EXPECT_THAT(check_reachable(files_), IsEmpty()); }

}  // namespace
}  // namespace dyniv::project
