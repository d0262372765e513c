// What the child process of a guarded read hands over, and what becomes of one that crashes, never ends or
// takes too much.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>

#include "libfit/core/error.hpp"
#include "libfit/formats/hdf5/guarded_read_internal.hpp"

namespace libfit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr guarded::Limits kSmall{1, std::uint64_t{64} << 20};

void expect_ended(const std::function<std::string()>& work, const std::string& part) {
  testing::internal::CaptureStderr();
  EXPECT_THAT([&] { guarded::read<std::string>("the file", work, kSmall); },
              ThrowsMessage<InputError>(AllOf(HasSubstr("the file: "), HasSubstr(part))));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
}

TEST(GuardedRead, HandsOverEveryMember) {
  SignalFile file;
  file.path = "a path";
  file.format = "a format";
  file.dt_ms = 0.05;
  file.command_units = {"mV", "pA"};
  file.experiment = ClampMode::voltage_clamp;
  file.stated_current_clamp = true;
  file.commanded_steps = CommandedSteps{1.0, 2.0, {-10.0, 20.0}};
  file.left_out = {"one", ""};
  file.sweeps_chosen = true;
  file.samples_read = false;
  file.warnings = {"a warning"};
  Channel channel;
  channel.name = "V";
  channel.file_unit = "mV";
  channel.role = ChannelRole::voltage;
  channel.to_internal = 2.5;
  channel.telegraph = ClampMode::current_clamp;
  channel.sweeps = {std::vector<double>(100000, 1.25), {}, {-1.0}};
  channel.stored = {{SampleType::int16, 0.5, -3.0}};
  SweepNote note;
  note.number = 7;
  note.role = "test";
  note.points = 12;
  note.start_ms = 3.0;
  note.bridge_balance_MOhm = 11.0;
  channel.notes = {note};
  channel.sweep_numbers = {1, 2, 10};
  file.channels = {channel, Channel{}};
  const auto read = guarded::read<SignalFile>("the file", [&] { return file; });
  EXPECT_EQ(read.path, "a path");
  EXPECT_EQ(read.format, "a format");
  EXPECT_EQ(read.dt_ms, 0.05);
  EXPECT_THAT(read.command_units, ElementsAre("mV", "pA"));
  EXPECT_EQ(read.experiment, ClampMode::voltage_clamp);
  EXPECT_TRUE(read.stated_current_clamp);
  EXPECT_THAT(read.commanded_steps.value().amplitude_pA, ElementsAre(-10.0, 20.0));
  EXPECT_THAT(read.left_out, ElementsAre("one", ""));
  EXPECT_TRUE(read.sweeps_chosen);
  EXPECT_FALSE(read.samples_read);
  EXPECT_THAT(read.warnings, ElementsAre("a warning"));
  ASSERT_EQ(read.channels.size(), 2U);
  EXPECT_EQ(read.channels[0].name, "V");
  EXPECT_EQ(read.channels[0].role, ChannelRole::voltage);
  EXPECT_EQ(read.channels[0].to_internal, 2.5);
  EXPECT_EQ(read.channels[0].telegraph, ClampMode::current_clamp);
  EXPECT_EQ(read.channels[0].sweeps, channel.sweeps);
  EXPECT_EQ(read.channels[0].stored.at(0).offset, -3.0);
  EXPECT_THAT(read.channels[0].sweep_numbers, ElementsAre(1U, 2U, 10U));
  EXPECT_EQ(read.channels[0].notes.at(0).number, 7U);
  EXPECT_EQ(read.channels[0].notes[0].role, "test");
  EXPECT_EQ(read.channels[0].notes[0].bridge_balance_MOhm, 11.0);
  EXPECT_FALSE(read.channels[0].notes[0].bias_current_pA.has_value());
  EXPECT_EQ(read.channels[1].role, ChannelRole::other);
}

TEST(GuardedRead, ThrowsWhatTheReaderThrows) {
  const auto reading = [](auto problem) {
    return [problem] { guarded::read<std::string>("the file", [&]() -> std::string { throw problem; }); };
  };
  EXPECT_THAT(reading(InputError("a")), ThrowsMessage<InputError>("a"));
  EXPECT_THAT(reading(DataError("b")), ThrowsMessage<DataError>("b"));
  EXPECT_THAT(reading(OptionError("c")), ThrowsMessage<OptionError>("c"));
  EXPECT_THAT(reading(ContractError("d")), ThrowsMessage<std::runtime_error>("d"));
}

TEST(GuardedRead, ACrashIsASentenceAndPrintsNothing) {
  for (const int signal : {SIGSEGV, SIGFPE, SIGBUS, SIGABRT}) {
    const auto crash = [signal]() -> std::string {
      std::fputs("stack smashing detected", stderr);
      ::raise(signal);
      return "";
    };
    expect_ended(crash, "the HDF5 library ends on it");
  }
}

TEST(GuardedRead, AReaderThatNeverEndsIsStopped) {
  const auto start = std::chrono::steady_clock::now();
  expect_ended(
      []() -> std::string {
        for (volatile unsigned turns = 0;;) turns = turns + 1;
      },
      "did not end within 1 s");
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  EXPECT_LT(took.count(), 60.0);
}

TEST(GuardedRead, AReaderThatTakesTooMuchMemoryIsStopped) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "memory cannot be limited under this sanitizer";
#else
  expect_ended([] { return std::string(std::size_t{256} << 20, 'x'); }, "GB of memory");
  // What fits is handed over.
  const auto text = guarded::read<std::string>(
      "the file", [] { return std::string(std::size_t{16} << 20, 'x'); }, kSmall);
  EXPECT_EQ(text.size(), std::size_t{16} << 20);
#endif
}

// As many as a user may have: reading is refused, since nothing else would be safe.
TEST(GuardedRead, WithoutAHandleToBeHadIsRefused) {
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  rlimit none = before;
  none.rlim_cur = 3;
  ::setrlimit(RLIMIT_NOFILE, &none);
  std::string told;
  try {
    guarded::read<std::string>(
        "the file", [] { return std::string(); }, kSmall);
  } catch (const InputError& problem) {
    told = problem.what();
  }
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_THAT(told, HasSubstr("cannot be started"));
}

}  // namespace
}  // namespace libfit
