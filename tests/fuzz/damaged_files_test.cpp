// Damaged files of every format: cut at many places and with random bits flipped. Whatever the damage, the
// reader succeeds or throws one of the errors that are for the world being wrong, within a second (five where
// a child process reads, which may use up its time), and without a report of the sanitizers.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <fstream>
#include <span>

#include "libfit/core/error.hpp"
#include "libfit/core/random.hpp"
#include "libfit/formats/assemble.hpp"
#include "libfit/formats/open.hpp"
#include "tests/fuzz/whole_files.hpp"

namespace libfit {
namespace {

using fuzz::WholeFile;
using written::Bytes;
using written::Folder;

constexpr std::size_t kSamples = 400;
constexpr std::size_t kFlips = 1000;
constexpr std::size_t kFlipsOnDisk = 200;  // each read is a process

std::string text_of(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Opens and assembles; anything but success or an error of the world fails the test.
void try_to_read(const Folder& folder, const WholeFile& damaged, const std::string& damage) {
  const auto path = damaged.on_disk ? folder.write("damaged", damaged.bytes) : folder / "in memory";
  const auto start = std::chrono::steady_clock::now();
  try {
    const SignalFile file = damaged.on_disk
                                ? open_signal_file(path, damaged.options)
                                : parse_signal_file(damaged.bytes, path.string(), damaged.options);
    assemble_recording(std::span(&file, 1));
  } catch (const InputError&) {
  } catch (const DataError&) {
  } catch (const OptionError&) {
  } catch (const std::exception& problem) {
    ADD_FAILURE() << damaged.name << ", " << damage << ": " << problem.what();
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  EXPECT_LT(took.count(), damaged.on_disk ? 5.0 : 1.0) << damaged.name << ", " << damage;
}

// The whole file is readable, else the damage below would prove nothing.
void expect_readable(const Folder& folder, const WholeFile& whole) {
  EXPECT_NO_THROW(open_signal_file(folder.write("whole", whole.bytes), whole.options)) << whole.name;
}

void expect_robust(const WholeFile& whole) {
  const Folder folder;
  expect_readable(folder, whole);
  for (std::size_t size = 0; size < whole.bytes.size(); size += whole.on_disk ? 499 : 97) {
    WholeFile cut = whole;
    cut.bytes.resize(size);
    try_to_read(folder, cut, "cut at " + std::to_string(size));
  }
  RandomStream random(20080612);
  for (std::size_t i = 0; i < (whole.on_disk ? kFlipsOnDisk : kFlips); ++i) {
    WholeFile flipped = whole;
    const std::size_t bit = random.index(8 * whole.bytes.size());
    flipped.bytes[bit / 8] ^= std::byte{1} << (bit % 8);
    try_to_read(folder, flipped, "bit " + std::to_string(bit) + " flipped");
  }
}

TEST(DamagedFiles, Abf2) { expect_robust(fuzz::abf2(kSamples)); }
TEST(DamagedFiles, Abf1) { expect_robust(fuzz::abf1(kSamples)); }
TEST(DamagedFiles, Igor) { expect_robust(fuzz::igor_wave(kSamples)); }
TEST(DamagedFiles, Hdf5) { expect_robust(fuzz::hdf5(kSamples, 0)); }
TEST(DamagedFiles, Hdf5Compressed) { expect_robust(fuzz::hdf5(kSamples, 1)); }
TEST(DamagedFiles, Nwb) { expect_robust(fuzz::nwb(kSamples, false)); }
TEST(DamagedFiles, NwbWithChecksums) { expect_robust(fuzz::nwb(kSamples, true)); }
TEST(DamagedFiles, AxonText) { expect_robust(fuzz::axon_text(kSamples)); }
TEST(DamagedFiles, IgorText) { expect_robust(fuzz::igor_text(kSamples)); }
TEST(DamagedFiles, Text) { expect_robust(fuzz::text(kSamples)); }

// Headers of the newer format carry checksums, and the sampling rate stands in one.
TEST(DamagedFiles, AFlippedBitUnderAChecksumIsRefusedAndNeverChangesTheStep) {
  const Folder folder;
  const WholeFile whole = fuzz::nwb(kSamples, true);
  const std::string text = text_of(whole.bytes);
  const std::size_t rate = text.find("rate");
  const std::size_t header = text.rfind("OHDR", rate);
  ASSERT_NE(rate, std::string::npos);
  ASSERT_NE(header, std::string::npos);
  std::size_t refused = 0;
  for (std::size_t bit = 8 * header; bit < 8 * (rate + 24); bit += 11) {
    WholeFile flipped = whole;
    flipped.bytes[bit / 8] ^= std::byte{1} << (bit % 8);
    try {
      EXPECT_DOUBLE_EQ(open_signal_file(folder.write("damaged", flipped.bytes)).dt_ms, 0.1) << "bit " << bit;
    } catch (const InputError&) {
      ++refused;
    } catch (const DataError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 8 * (rate + 16 - header) / 11);
}

// The names of a group are in a tree. One whose node is its own child is walked by the library until the
// stack ends.
TEST(DamagedFiles, NwbWithATreeOfNamesThatLeadsBackToItself) {
  const Folder folder;
  const WholeFile whole = fuzz::nwb(kSamples, false);
  const std::string text = text_of(whole.bytes);
  std::size_t trees = 0;
  for (std::size_t tree = text.find("TREE"); tree != std::string::npos; tree = text.find("TREE", tree + 1)) {
    WholeFile damaged = whole;
    damaged.bytes[tree + 5] = std::byte{1};  // its level; a key of 8 bytes stands before the first child
    for (std::size_t i = 0; i < 8; ++i)
      damaged.bytes[tree + 32 + i] = static_cast<std::byte>(std::uint64_t{tree} >> (8 * i));
    try_to_read(folder, damaged, "tree at " + std::to_string(tree));
    ++trees;
  }
  EXPECT_GT(trees, 5U);
}

// Headers are small against the samples, so random flips over a whole file rarely meet them: here every bit
// of the first bytes is flipped in turn.
TEST(DamagedFiles, WithEveryBitOfTheHeaderFlipped) {
  const Folder folder;
  for (const WholeFile& whole : {fuzz::abf2(kSamples), fuzz::abf1(kSamples), fuzz::igor_wave(kSamples)}) {
    for (std::size_t bit = 0; bit < 8 * 384; ++bit) {
      WholeFile flipped = whole;
      flipped.bytes[bit / 8] ^= std::byte{1} << (bit % 8);
      try_to_read(folder, flipped, "header bit " + std::to_string(bit) + " flipped");
    }
  }
}

}  // namespace
}  // namespace libfit
