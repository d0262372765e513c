#include "libfit/formats/foreign_formats.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>

#include "libfit/core/error.hpp"
#include "libfit/formats/open.hpp"
#include "tests/formats/written_files.hpp"

namespace libfit {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::ThrowsMessage;
using written::Bytes;

Bytes bytes_of(std::string_view beginning, std::size_t size = 600) {
  Bytes bytes(size, std::byte{0});
  std::ranges::copy(std::as_bytes(std::span(beginning)), bytes.begin());
  return bytes;
}

void expect_refused_as(const Bytes& bytes, const std::string& what) {
  EXPECT_THAT(
      [&] { parse_signal_file(bytes, "f"); },
      ThrowsMessage<InputError>(AllOf(HasSubstr("f: is "), HasSubstr(what), Not(HasSubstr("damaged")))));
}

TEST(ForeignFormats, AreKnownByTheirBeginning) {
  expect_refused_as(bytes_of("DAT1"), "HEKA");
  expect_refused_as(bytes_of("DAT2"), "HEKA");
  expect_refused_as(bytes_of("axgx"), "AxoGraph");
  expect_refused_as(bytes_of("AxGr"), "AxoGraph");
  expect_refused_as(bytes_of("MATLAB 5.0 MAT-file, written by hand"), "MATLAB");
  expect_refused_as(bytes_of("CEDFILE"), "CED Signal");
  expect_refused_as(bytes_of("\x1f\x8b\x08"), "gzip");
}

// Every version of the 32-bit format: 3 and 5 would pass for the version word of an Igor binary wave.
TEST(ForeignFormats, ASpike2FileIsNoDamagedIgorWave) {
  for (const char version : {'\1', '\2', '\3', '\4', '\5', '\6', '\t'}) {
    expect_refused_as(bytes_of(std::string(1, version) + std::string(1, '\0') + "(C) CED 87"), "Spike2");
  }
}

TEST(ForeignFormats, WinWcpIsKnownByTheLinesOfItsHeader) {
  expect_refused_as(bytes_of("VER=9\r\nCTIME=01/01/2020\r\nNBH=1024\r\nADCMAX=32767\r\nNC=2\r\n"), "WinWCP");
}

TEST(ForeignFormats, TextThatBeginsLikeOneOfThemIsText) {
  const std::string text = "Tree time_ms,I_pA,V_mV\ntime_ms,I_pA,V_mV\n0,1,-65\n0.1,2,-64\n";
  const auto raw = std::as_bytes(std::span(text));
  EXPECT_THAT([&] { parse_signal_file(raw, "f"); }, Not(ThrowsMessage<InputError>(HasSubstr("HEKA"))));
}

void add_record(Bytes& bytes, std::uint16_t type, const Bytes& content, std::endian order) {
  written::append(bytes, type, order);
  written::append(bytes, std::uint16_t{0}, order);
  written::append(bytes, static_cast<std::int32_t>(content.size()), order);
  bytes.insert(bytes.end(), content.begin(), content.end());
}

// Also when the first record is a wave: then the file begins as an Igor binary wave of version 3 does.
TEST(ForeignFormats, APackedExperimentIsKnownByItsChainOfRecords) {
  for (const std::endian order : {std::endian::little, std::endian::big}) {
    written::IgorWave wave;
    wave.data = written::packed(std::vector<float>{1, 2}, order);
    wave.rows = 2;
    for (const std::uint16_t first : {std::uint16_t{1}, std::uint16_t{3}, std::uint16_t{11}}) {
      Bytes bytes;
      add_record(bytes, first, written::igor2(wave, order), order);
      add_record(bytes, 2, {}, order);
      add_record(bytes, 3, written::igor5(wave, order), order);
      expect_refused_as(bytes, "Igor packed experiment");
      bytes.pop_back();  // no chain any more
      EXPECT_THAT([&] { parse_signal_file(bytes, "f"); },
                  ThrowsMessage<InputError>(Not(HasSubstr("Igor packed experiment"))));
    }
  }
}

TEST(ForeignFormats, MatlabFilesOfVersion4AreMatrices) {
  for (const std::endian order : {std::endian::little, std::endian::big}) {
    Bytes bytes;
    written::append(bytes, std::int32_t{order == std::endian::little ? 0 : 1000}, order);
    for (const std::int32_t number : {2, 1, 0, 2}) written::append(bytes, number, order);
    bytes.push_back(std::byte{'V'});
    bytes.push_back(std::byte{0});
    bytes.resize(bytes.size() + 16);
    expect_refused_as(bytes, "MATLAB");
    bytes[21] = std::byte{'x'};  // a name without an end
    EXPECT_FALSE(foreign_format(bytes));
  }
}

// Version words of waves are small numbers, with which many files begin.
TEST(ForeignFormats, WhatHasNoNameWhereAWaveHasOneIsNoDamagedWave) {
  Bytes bytes(600, std::byte{0xFF});
  for (const int version : {1, 2, 3, 5}) {
    bytes[0] = static_cast<std::byte>(version);
    bytes[1] = std::byte{0};
    EXPECT_THAT([&] { parse_signal_file(bytes, "f"); },
                ThrowsMessage<InputError>(HasSubstr("is of no format that is read")));
  }
}

}  // namespace
}  // namespace libfit
