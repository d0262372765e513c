// The one table of units. A unit is an SI prefix before V or A (or the words: "volts", "picoamperes"), with
// the micro sign in any of its spellings: u, Latin-1 0xB5, U+00B5, U+03BC. The unit of a channel says what it
// is: volts are voltage, amperes are current; names are only a hint, since rigs swap them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libfit/core/text.hpp"
#include "libfit/recording/signal_file.hpp"

namespace libfit {

struct ElectricUnit {
  ChannelRole role = ChannelRole::other;  // voltage or current
  double to_internal = 1.0;               // factor to mV or pA
};

// nullopt for anything that is neither a voltage nor a current. Case counts before the last letter ("mV" is
// not "MV"); the last letter may be small after a prefix ("mv", "pa"; "Pa" is a pascal).
std::optional<ElectricUnit> parse_electric_unit(std::string_view unit);
// Factor to ms of s, ms, us, ns and their words; nullopt for anything else.
std::optional<double> parse_time_unit(std::string_view unit);
// Factor to Hz of Hz, kHz, MHz; nullopt for anything else.
std::optional<double> parse_rate_unit(std::string_view unit);

// "pA", "mV", or the file's unit.
std::string_view samples_unit(const Channel& channel);
std::string_view role_name(ChannelRole role);

// What a channel's name says it is: voltage for `V`, `V1`, `Vm...`, `voltage...`, `membrane...`; current for
// `I`, `I_inj`, `Im...`, `current...`; nullopt where it says nothing (`IN 0` is an input).
std::optional<ChannelRole> role_from_name(std::string_view name);

// A sampling step as meant: a step stored as float32 or averaged over a time column comes back with its last
// digits wrong (0.1000000015), so it is rounded to seven significant digits where that changes it by no more
// than the rounding of float32, 6e-8 of itself.
double tidy_step(double dt_ms);

// The stated step, which the step of the file (if any) must not contradict by more than 1 %: throws
// OptionError.
double agreed_step(const std::string& path, double stated_ms, std::optional<double> told_ms);

// Lower case of ASCII letters.
std::string lower(std::string_view text);
// The text if it is UTF-8, else its bytes as Latin-1 turned into UTF-8.
std::string to_utf8(std::string_view text);

}  // namespace libfit
