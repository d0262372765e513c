#include "libfit/stimulus/stimulus_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <span>

#include "libfit/core/error.hpp"
#include "libfit/formats/open.hpp"
#include "tests/formats/written_files.hpp"

namespace libfit {
namespace {

using testing::HasSubstr;

constexpr StimulusFormat kFormats[] = {StimulusFormat::text, StimulusFormat::atf, StimulusFormat::itx,
                                       StimulusFormat::hdf5};

// Numbers of every size and sign that float32 rounds.
StimulusTable table_of(std::size_t sweeps, std::size_t size, double dt_ms = 0.05) {
  StimulusTable table{"training", "seed 1, ou:sd_pA=100,tau_ms=3", dt_ms, {}};
  for (std::size_t s = 0; s < sweeps; ++s) {
    auto& sweep = table.sweeps_pA.emplace_back();
    for (std::size_t k = 0; k < size; ++k) {
      const auto x = static_cast<double>(k) + 1000.0 * static_cast<double>(s);
      sweep.push_back(std::exp(0.002 * x - 5.0) * std::sin(1.7 * x));
    }
  }
  return table;
}

SignalFile read_back(const StimulusTable& table, StimulusFormat format) {
  const written::Folder folder;
  const auto path =
      folder.write("stimulus" + std::string(stimulus_extension(format)), stimulus_file(table, format));
  ReadOptions options;
  if (format == StimulusFormat::hdf5) options.current_dataset = "/current";
  return open_signal_file(path, options);
}

TEST(StimulusFile, ReadBackIsIdenticalToFloatPrecision) {
  for (const StimulusFormat format : kFormats) {
    for (const std::size_t sweeps : {1U, 3U}) {
      const StimulusTable table = table_of(sweeps, 3000);
      const SignalFile file = read_back(table, format);
      EXPECT_EQ(file.dt_ms, table.dt_ms) << stimulus_extension(format);
      ASSERT_EQ(file.channels.size(), 1U) << stimulus_extension(format);
      EXPECT_EQ(file.channels[0].role, ChannelRole::current);
      ASSERT_EQ(file.channels[0].sweeps.size(), sweeps) << stimulus_extension(format);
      for (std::size_t s = 0; s < sweeps; ++s) {
        ASSERT_EQ(file.channels[0].sweeps[s].size(), 3000U);
        for (std::size_t k = 0; k < 3000; ++k) {
          ASSERT_EQ(static_cast<float>(file.channels[0].sweeps[s][k]),
                    static_cast<float>(table.sweeps_pA[s][k]))
              << stimulus_extension(format) << " sweep " << s << " sample " << k;
        }
      }
    }
  }
}

TEST(StimulusFile, TellsTheStepOfLongRecordings) {
  for (const StimulusFormat format : kFormats) {
    StimulusTable table{"long", "", 0.02, {std::vector<double>(500000)}};
    for (std::size_t k = 0; k < 500000; ++k) table.sweeps_pA[0][k] = static_cast<double>(k % 7);
    EXPECT_DOUBLE_EQ(read_back(table, format).dt_ms, 0.02) << stimulus_extension(format);
  }
}

TEST(StimulusFile, OfOneTableIsTheSameBytes) {
  for (const StimulusFormat format : kFormats)
    EXPECT_EQ(stimulus_file(table_of(2, 100), format), stimulus_file(table_of(2, 100), format));
}

TEST(StimulusFile, RefusesWhatCannotBeWritten) {
  const auto refused = [](auto change) {
    StimulusTable table = table_of(2, 10);
    change(table);
    EXPECT_THROW(stimulus_file(table, StimulusFormat::atf), ContractError);
  };
  refused([](StimulusTable& t) { t.name = "1st"; });
  refused([](StimulusTable& t) { t.name = "a b"; });
  refused([](StimulusTable& t) { t.name = ""; });
  refused([](StimulusTable& t) { t.comment = "two\nlines"; });
  refused([](StimulusTable& t) { t.comment = "a \" quote"; });
  refused([](StimulusTable& t) { t.dt_ms = 0.0; });
  refused([](StimulusTable& t) { t.sweeps_pA.clear(); });
  refused([](StimulusTable& t) { t.sweeps_pA[1].pop_back(); });
  StimulusTable table = table_of(1, 10);
  table.sweeps_pA[0][3] = 1e39;
  EXPECT_THROW(stimulus_file(table, StimulusFormat::itx), DataError);
  table.sweeps_pA[0][3] = std::nan("");
  EXPECT_THROW(stimulus_file(table, StimulusFormat::hdf5), DataError);
}

TEST(StimulusFile, FormatsHaveNames) {
  EXPECT_EQ(stimulus_format("atf"), StimulusFormat::atf);
  EXPECT_EQ(stimulus_extension(stimulus_format("hdf5")), ".h5");
  try {
    stimulus_format("wav");
    ADD_FAILURE();
  } catch (const OptionError& problem) {
    EXPECT_THAT(problem.what(), HasSubstr("`wav`; give atf, itx, hdf5 or text"));
  }
}

}  // namespace
}  // namespace libfit
