// Which channel of a file is the voltage and which the current.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "libfit/recording/signal_file.hpp"

namespace libfit {

struct ChosenChannel {
  std::size_t index = 0;
  std::string unit;           // as in the file, or as stated
  double factor = 1.0;        // from the channel's samples to pA or mV
  double to_internal = 1.0;   // from the file's unit to pA or mV
  std::string contradiction;  // sentence, when the stated unit replaces another; else empty
};

// `option` is a name or a number from 1, empty for the only channel of that role; `stated_unit` replaces the
// file's. nullopt when the file holds no such channel and the option does not name one of it. Throws
// DataError when several fit or the channel has no fitting unit, OptionError when the option names nothing.
std::optional<ChosenChannel> choose_channel(const SignalFile& file, ChannelRole role,
                                            const std::string& option, const std::string& stated_unit);

// "1 `IN 0` [pA], 2 `IN 1` [mV]"
std::string list_channels(const SignalFile& file);

}  // namespace libfit
