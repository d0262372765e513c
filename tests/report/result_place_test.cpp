// What is replaced in a folder of results and what is not, how new results take its place.
#include "libfit/report/result_place.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#ifdef __linux__
#include <sched.h>
#endif

#include "libfit/core/error.hpp"
#include "libfit/report/result_folder.hpp"
#include "libfit/report/results.hpp"
#include "tests/draw/temporary_folder.hpp"

namespace libfit {
namespace {

namespace fs = std::filesystem;
using report_test::content;
using testing::HasSubstr;

using Files = std::map<std::string, std::string>;

class ResultPlaceTest : public testing::Test {
 protected:
  // The files below a folder but for the record.
  static Files files_of(const fs::path& folder) {
    Files files;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file() && entry.path().filename() != ".dyniv-results")
        files[entry.path().lexically_relative(folder)] = content(entry.path());
    }
    return files;
  }
  static void put(const fs::path& folder, const Files& files, Overwrite overwrite = Overwrite::refuse) {
    ResultFiles results;
    for (const auto& [name, text] : files) results.texts.emplace_back(name, text);
    ResultOptions options;
    options.figures = false;
    options.overwrite = overwrite;
    write_results(folder, results, options);
  }
  static void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }
  std::string refusal(const Files& files, Overwrite overwrite) const {
    try {
      put(out_, files, overwrite);
    } catch (const OptionError& problem) {
      return problem.what();
    }
    return "not refused";
  }
  std::ptrdiff_t beside() const { return std::distance(fs::directory_iterator(temporary_.path()), {}); }

  report_test::TemporaryFolder temporary_;
  fs::path out_ = temporary_.path() / "out";
  const Files first_{{"a.txt", "1"}, {"deep/er/b.txt", "2"}, {"models/c.json", "3"}};
  const Files second_{{"a.txt", "new"}, {"models/d.json", "4"}};
};

TEST_F(ResultPlaceTest, ReplacesEarlierResultsWhole) {
  put(out_, first_);
  EXPECT_EQ(files_of(out_), first_);
  put(out_, second_, Overwrite::allow);
  EXPECT_EQ(files_of(out_), second_);
  EXPECT_FALSE(fs::exists(out_ / "deep"));
  EXPECT_EQ(beside(), 1);
}

TEST_F(ResultPlaceTest, NamesTheFilesOfOthersAndKeepsThem) {
  put(out_, first_);
  fs::create_directory(out_ / "raw");
  write(out_ / "raw/cell.abf", "years of work");
  write(out_ / "models/mine.json", "mine");
  fs::remove(out_ / "a.txt");
  fs::create_symlink("models/mine.json", out_ / "a.txt");
  const std::string said = refusal(second_, Overwrite::allow);
  for (const char* name : {"raw/", "models/mine.json", "a.txt"}) EXPECT_THAT(said, HasSubstr(name));
  EXPECT_EQ(content(out_ / "raw/cell.abf"), "years of work");
  EXPECT_EQ(content(out_ / "models/mine.json"), "mine");
  EXPECT_EQ(content(out_ / "deep/er/b.txt"), "2");
}

TEST_F(ResultPlaceTest, AMarkWithoutAListAllowsNothing) {
  fs::create_directory(out_);
  write(out_ / ".dyniv-results", "results of dyniv; --force may replace this folder\n");
  write(out_ / "old.json", "{}");
  EXPECT_THAT(refusal(second_, Overwrite::allow), HasSubstr("old.json"));
}

TEST_F(ResultPlaceTest, WhatIsAddedToTheRecordIsOurs) {
  put(out_, first_);
  write(out_ / "models/drawn.svg", "");
  EXPECT_TRUE(is_foreign(out_, "models/drawn.svg"));
  add_to_record(out_, {"models/drawn.svg"});
  EXPECT_FALSE(is_foreign(out_, "models/drawn.svg"));
  put(out_, second_, Overwrite::allow);
  EXPECT_EQ(files_of(out_), second_);
}

// The state in which take_place finds things when something happened during the work.
TEST_F(ResultPlaceTest, WhatAppearsDuringTheWorkIsNotReplaced) {
  const fs::path made = temporary_.path() / "made";
  const auto make = [&] {
    fs::create_directory(made);
    write(made / "a.txt", "late");
  };
  const ResultPlace place = check_result_folder(out_, Overwrite::refuse);
  make();
  put(out_, first_);
  EXPECT_THROW(take_place(made, place, Overwrite::refuse), OptionError);
  EXPECT_EQ(files_of(out_), first_);
  fs::remove_all(made);
  make();
  write(out_ / "notes.txt", "precious");
  EXPECT_THROW(take_place(made, place, Overwrite::allow), OptionError);
  EXPECT_EQ(content(out_ / "notes.txt"), "precious");
  fs::remove_all(made);
  fs::remove_all(out_);
  make();
  write(out_, "a file");
  EXPECT_THROW(take_place(made, place, Overwrite::allow), OptionError);
  EXPECT_EQ(content(out_), "a file");
}

TEST_F(ResultPlaceTest, AnEmptyFolderIsTakenAndKeepsItsPermissions) {
  fs::create_directory(out_);
  ::chmod(out_.c_str(), 02750);
  put(out_, first_);
  EXPECT_EQ(files_of(out_), first_);
  struct stat found {};
  ASSERT_EQ(::stat(out_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 02750U);
}

TEST_F(ResultPlaceTest, ALinkIsFollowedAndStays) {
  fs::create_directory(temporary_.path() / "disk");
  fs::create_symlink("disk/results", out_);
  put(out_, first_);
  put(out_, second_, Overwrite::allow);
  EXPECT_TRUE(fs::is_symlink(out_));
  EXPECT_EQ(files_of(temporary_.path() / "disk/results"), second_);
  EXPECT_EQ(beside(), 2);
}

TEST_F(ResultPlaceTest, APlaceThatCannotBeWrittenIsFoundBefore) {
  write(temporary_.path() / "file", "1");
  EXPECT_THROW(check_result_folder(temporary_.path() / "file/out", Overwrite::refuse), InputError);
  EXPECT_THROW(check_result_folder(temporary_.path() / std::string(300, 'n'), Overwrite::refuse), InputError);
  fs::create_symlink("circle", temporary_.path() / "circle");
  EXPECT_THROW(check_result_folder(temporary_.path() / "circle", Overwrite::refuse), InputError);
}

TEST_F(ResultPlaceTest, MessagesNameThePlaceThatWasAskedFor) {
  try {
    put(out_, {{"a.txt", "1"}, {"a.txt/b.txt", "a file cannot be a folder"}});
    FAIL() << "nothing was thrown";
  } catch (const InputError& problem) {
    EXPECT_THAT(problem.what(), HasSubstr((out_ / "a.txt").string()));
    EXPECT_THAT(problem.what(), testing::Not(HasSubstr(".dyniv-part-")));
  }
  EXPECT_EQ(beside(), 0);
}

#ifdef __linux__

// 0: all is right; 1: not; 2: nothing can be mounted here.
int fill_a_mount_point(const fs::path& out, const Files& first, const Files& second,
                       void (*put)(const fs::path&, const Files&, Overwrite),
                       Files (*files_of)(const fs::path&)) {
  if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("none", out.c_str(), "tmpfs", 0, nullptr) != 0)
    return 2;
  fs::create_directory(out / "lost+found");
  put(out, first, Overwrite::refuse);
  if (files_of(out) != first) return 1;
  put(out, second, Overwrite::allow);
  if (files_of(out) != second || fs::exists(out / "deep")) return 1;
  write_file(out / "notes.txt", "precious");
  try {
    put(out, first, Overwrite::allow);
    return 1;
  } catch (const OptionError&) {
  }
  return std::distance(fs::directory_iterator(out), {}) == 5 ? 0 : 1;  // a.txt models record lost+found notes
}

TEST_F(ResultPlaceTest, AMountPointIsFilled) {
  fs::create_directory(out_);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) ::_exit(fill_a_mount_point(out_, first_, second_, put, files_of));
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 2) GTEST_SKIP() << "this user may not mount anything";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

#endif

TEST(ResultFolderReader, RefusesASummaryThatIsNestedTooDeep) {
  const report_test::TemporaryFolder folder;
  const std::size_t depth = 200000;
  std::ofstream(folder.path() / "summary.json")
      << "{\"schema\": \"dyniv.summary\", \"deep\": " << std::string(depth, '[') << std::string(depth, ']')
      << "}";
  try {
    read_result_folder(folder.path());
    FAIL() << "it was read";
  } catch (const InputError& problem) {
    EXPECT_THAT(problem.what(), HasSubstr("nested deeper than 64 levels"));
  }
}

}  // namespace
}  // namespace libfit
