// How files and folders come to stand in their places: links, leftovers, names that are taken, signals.
#include "libfit/core/staging.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "libfit/core/error.hpp"
#include "libfit/core/file.hpp"

// In place of the C library's: file systems that know neither renaming without replacement nor second names.
namespace {
bool plain_renames_only = false;
bool no_second_names = false;
}  // namespace

extern "C" int renameat2(int from_folder, const char* from, int to_folder, const char* to,
                         unsigned flags) noexcept {
  if (!plain_renames_only)
    return static_cast<int>(::syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
  errno = EINVAL;
  return -1;
}

extern "C" int link(const char* from, const char* to) noexcept {
  if (!no_second_names) return ::linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
  errno = EPERM;
  return -1;
}

namespace libfit {
namespace {

namespace fs = std::filesystem;

class StagingTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = fs::temp_directory_path() / "dyniv_staging_XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = fs::canonical(pattern);
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ / name) << content;
    return folder_ / name;
  }
  static std::string content(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::ptrdiff_t count() const { return std::distance(fs::directory_iterator(folder_), {}); }
  fs::path folder_;
};

TEST_F(StagingTest, APlaceIsWhereLinksLeadAlsoWhenNothingIsThereYet) {
  fs::create_directory(folder_ / "disk");
  fs::create_symlink("disk", folder_ / "link");
  fs::create_symlink("absent/below", folder_ / "dangling");
  fs::create_symlink("circle", folder_ / "circle");
  EXPECT_EQ(place_of(folder_ / "link/new/"), folder_ / "disk/new");
  EXPECT_EQ(place_of(folder_ / "dangling/x"), folder_ / "absent/below/x");
  EXPECT_EQ(place_of(folder_ / "disk/../y/."), folder_ / "y");
  EXPECT_THROW(place_of(folder_ / "circle/z"), InputError);
  EXPECT_THROW(place_of(folder_ / std::string(300, 'n')), InputError);
}

TEST_F(StagingTest, ThingsAreTheSameByWhatTheyAreAndNotByTheirNames) {
  fs::create_directories(folder_ / "out/deep");
  const fs::path file = write("out/deep/in.csv", "1");
  const fs::path outside = write("outside.csv", "1");
  fs::create_symlink("out", folder_ / "link");
  fs::create_symlink(outside, folder_ / "out/to_outside");
  fs::create_symlink(file, folder_ / "to_inside");
  fs::create_hard_link(outside, folder_ / "second_name");
  EXPECT_TRUE(is_or_holds(folder_ / "link", file));
  EXPECT_TRUE(is_or_holds(folder_ / "out", folder_ / "to_inside"));
  EXPECT_TRUE(is_or_holds(folder_ / "out", folder_ / "out/to_outside"));  // the link would be lost
  EXPECT_TRUE(is_or_holds(folder_ / "second_name", outside));
  EXPECT_TRUE(is_or_holds(folder_ / "out", folder_ / "link"));
  EXPECT_FALSE(is_or_holds(folder_ / "out", outside));
  EXPECT_FALSE(is_or_holds(folder_ / "out/deep", folder_ / "out"));
  EXPECT_FALSE(is_or_holds(folder_ / "absent", outside));
  EXPECT_FALSE(is_or_holds(folder_, folder_ / "absent"));
}

TEST_F(StagingTest, GoesWithItsMakerAndLeavesNothing) {
  {
    const Staging staging(folder_, "x");
    std::ofstream(staging.path() / "half") << "made";
    EXPECT_EQ(count(), 1);
    const Staging another(folder_, "y");  // takes nothing of ours for a leftover
    EXPECT_TRUE(fs::exists(staging.path() / "half"));
  }
  EXPECT_EQ(count(), 0);
}

TEST_F(StagingTest, WhatAKilledProgramLeftGoesWithTheNextOne) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const Staging staging(folder_, "x");
    std::ofstream(staging.path() / "half") << "made" << std::flush;
    ::raise(SIGKILL);
  }
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  ASSERT_EQ(count(), 1);
  const fs::path mine = write(std::string(kStagingPrefix) + "notes", "a file of somebody");
  { const Staging next(folder_, "x"); }
  EXPECT_EQ(count(), 1);
  EXPECT_TRUE(fs::exists(mine));
}

TEST_F(StagingTest, SaysWhereNothingCanBeMade) {
  const fs::path file = write("file", "1");
  EXPECT_THROW(Staging(file, "wanted"), InputError);
  EXPECT_THROW(check_can_make(file / "below/deep", "wanted"), InputError);
  check_can_make(folder_ / "not/yet/there", "wanted");
  EXPECT_EQ(count(), 1);
}

TEST_F(StagingTest, MovesOnlyToANameThatIsFreeOnEveryFileSystem) {
  const fs::path taken = write("taken", "old");
  for (int kind = 0; kind < 3; ++kind) {
    plain_renames_only = kind > 0;
    no_second_names = kind > 1;
    const fs::path made = write("made", "new");
    EXPECT_FALSE(move_to_free_name(made, taken));
    EXPECT_EQ(content(taken), "old");
    EXPECT_TRUE(move_to_free_name(made, folder_ / "free"));
    EXPECT_EQ(content(folder_ / "free"), "new");
    EXPECT_FALSE(fs::exists(made));
    fs::remove(folder_ / "free");
  }
  EXPECT_FALSE(exchange(folder_, folder_ / "taken"));
  plain_renames_only = no_second_names = false;
}

TEST_F(StagingTest, ASignalHandlerCanRemoveFoldersAndEndChildren) {
  const fs::path tree = folder_ / "tree";
  fs::create_directories(tree / "a/b/c");
  std::ofstream(tree / "a/b/file") << "1";
  const fs::path kept = write("kept", "1");
  fs::create_symlink(kept, tree / "a/link");
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::setpgid(0, 0);
    for (;;) ::pause();
  }
  ::setpgid(child, child);
  {
    const Unfinished gone([&] { return folder_ / "gone"; });
    const Unfinished folder([&] { return tree; });
    const Unfinished group(child);
    end_unfinished();
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_FALSE(fs::exists(tree));
  EXPECT_TRUE(fs::exists(kept)) << "a link was followed";
  // What left the list before is no longer of concern.
  fs::create_directory(tree);
  {
    const Unfinished done([&] { return tree; });
  }
  end_unfinished();
  EXPECT_TRUE(fs::exists(tree));
}

TEST_F(StagingTest, FilesFollowLinksAndAreFoundUnwritableBeforeTheWork) {
  fs::create_directory(folder_ / "disk");
  const fs::path target = write("disk/old", "old");
  fs::create_symlink("disk/old", folder_ / "link");
  fs::create_symlink("disk/new", folder_ / "dangling");
  EXPECT_THROW(check_output_file(folder_ / "link", Overwrite::refuse), OptionError);
  EXPECT_THROW(check_output_file(folder_ / "absent/file", Overwrite::refuse), InputError);
  EXPECT_THROW(check_output_file(target / "file", Overwrite::allow), InputError);
  check_output_file(folder_ / "dangling", Overwrite::refuse);
  write_file(folder_ / "link", "1", Overwrite::allow);
  write_file(folder_ / "dangling", "2");
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  EXPECT_EQ(content(target), "1");
  EXPECT_EQ(content(folder_ / "disk/new"), "2");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "disk"), {}), 2);
}

}  // namespace
}  // namespace libfit
