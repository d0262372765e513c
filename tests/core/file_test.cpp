#include "libfit/core/file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

class FileTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("dyniv_file_test_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

TEST_F(FileTest, WritesWholeFilesAndReadsThemBack) {
  write_file(folder_ / "a.txt", "hello");
  const auto bytes = read_file(folder_ / "a.txt");
  ASSERT_EQ(bytes.size(), 5U);
  EXPECT_EQ(static_cast<char>(bytes[0]), 'h');
}

// FIPS 180-2, appendix B.1.
TEST_F(FileTest, HashesAsTheStandardSays) {
  write_file(folder_ / "abc", "abc");
  EXPECT_EQ(sha256_of_file(folder_ / "abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(FileTest, RefusesToOverwriteUnlessTold) {
  write_file(folder_ / "a", "1");
  EXPECT_THROW(write_file(folder_ / "a", "2"), OptionError);
  write_file(folder_ / "a", "2", Overwrite::allow);
  EXPECT_EQ(static_cast<char>(read_file(folder_ / "a")[0]), '2');
}

TEST_F(FileTest, NeverReplacesWhatIsNoRegularFile) {
  const auto pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THROW(write_file(pipe, "x", Overwrite::allow), OptionError);
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
  EXPECT_THROW(write_file(folder_, "x", Overwrite::allow), OptionError);
}

TEST_F(FileTest, LeavesNothingBehindWhenTheFolderIsMissing) {
  EXPECT_THROW(write_file(folder_ / "absent" / "a", "1"), InputError);
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(FileTest, RefusesFoldersMissingFilesAndOversize) {
  EXPECT_THROW(read_file(folder_), InputError);
  EXPECT_THROW(read_file(folder_ / "absent"), InputError);
  write_file(folder_ / "a", "12345");
  EXPECT_THROW(read_file(folder_ / "a", 4), InputError);
}

// A limit on the size of files stands in for a full disk: the write fails half way. It holds for the whole
// process, so it is set in a child, whose exit status tells what happened.
int write_with_room_for_one_kilobyte(const std::filesystem::path& path) {
  std::signal(SIGXFSZ, SIG_IGN);  // the write then fails with EFBIG instead of ending the process
  const rlimit limit{1024, 1024};
  if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
  try {
    write_file(path, std::string(1 << 20, 'x'), Overwrite::allow);
  } catch (const InputError& problem) {
    return std::string(problem.what()).find(path.string()) != std::string::npos ? 0 : 2;
  }
  return 3;
}

TEST_F(FileTest, AFullDiskIsAnInputErrorThatNamesTheFileAndLeavesTheOldContent) {
  write_file(folder_ / "a", "old");
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) ::_exit(write_with_room_for_one_kilobyte(folder_ / "a"));
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0)
      << "1: no limit could be set; 2: the file is not named; 3: nothing was thrown";
  EXPECT_EQ(read_file(folder_ / "a").size(), 3U);
  const auto entries = std::filesystem::directory_iterator(folder_);
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 1) << "something was left beside the file";
}

TEST_F(FileTest, BytesAreFoundWhereverTheyStand) {
  const std::string mark = "made by us";
  for (const std::size_t before : {0, 5, 65530, 65536, 131069}) {
    write_file(folder_ / "a", std::string(before, '\0') + mark + "x", Overwrite::allow);
    EXPECT_TRUE(file_holds(folder_ / "a", mark)) << before;
    EXPECT_FALSE(file_holds(folder_ / "a", mark + "y")) << before;
  }
}

}  // namespace
}  // namespace libfit
