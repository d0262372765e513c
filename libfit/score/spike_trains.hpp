// Reading and checking of spike trains. Text may be in any encoding and with any line ends (core/text): one
// train a line, times in ms from the start of the stimulus, separated by blanks, tabs, semicolons or commas.
// Where blanks separate, a comma within a number is its decimal mark; what may be read in two ways is
// refused. An empty line is a train without spikes; a line that holds only a comment (`#` to the end of the
// line) is no train at all.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "libfit/core/spike_train.hpp"

namespace libfit {

struct SpikeTrainText {
  SpikeTrains trains;
  std::vector<std::string> warnings;  // lines that were sorted, times given twice, empty lines at the end
};

// Trains of a text whose `name` the messages carry. Throws InputError for a word that is not a number or may
// be two, DataError for a time that is not finite, negative or beyond `duration_ms`, and for a text without a
// train; all name the line. OptionError unless duration_ms is positive and finite.
SpikeTrainText parse_spike_trains(std::string_view text, const std::string& name, double duration_ms);

// The same for a file; InputError when it cannot be read.
SpikeTrainText read_spike_trains(const std::filesystem::path& path, double duration_ms);

// The text that is read back: one train a line, times in ms with four decimals, blanks between.
std::string spike_trains_text(const SpikeTrains& trains);

// Throws ContractError unless every time is finite, within [0, duration_ms] and not before the one before.
void require_spike_trains(const SpikeTrains& trains, double duration_ms);

std::size_t count_spikes(const SpikeTrains& trains);

}  // namespace libfit
