// What the columns of a text table mean, stated by a header or by an option. A column name is
// `<name>_<unit>`, `<name> (<unit>)`, `<name> [<unit>]` or `<name>`: `time_ms`, `V (mV)`, `I0_pA`.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libfit/recording/signal_file.hpp"

namespace libfit {

enum class ColumnKind { time, signal, skip };

struct TextColumn {
  ColumnKind kind = ColumnKind::signal;
  std::string name;  // without its unit
  std::string unit;  // empty when unknown
};

// Units for columns that are called a current or a voltage without saying the unit.
struct DefaultUnits {
  std::string current;
  std::string voltage;
};

// Throws nothing: a name that says nothing is a signal without a unit.
TextColumn parse_column_name(std::string_view name, const DefaultUnits& units);

// The option: names in the order of the columns ("skip,current_pA,voltage_mV"), or numbers counted from 1
// ("2=current_pA,3=voltage_mV"; the others are skipped). Throws OptionError for anything else, for more names
// than columns, or for a current or voltage whose unit is nowhere said.
std::vector<TextColumn> parse_columns_option(std::string_view option, std::size_t column_count,
                                             const DefaultUnits& units);

// A name without the number in it, and that number: the one after "sweep", "trace", "episode", "trial" or
// "#", else the last. V_2, V2 and "Sweep 2 V" have the number 2, "IN 0 #2" too.
struct NumberedName {
  std::string base;
  std::optional<std::size_t> number;
};
NumberedName split_number(std::string_view name);

// Which columns are the sweeps of which channel.
struct ColumnChannel {
  std::string name;
  std::string unit;
  std::vector<std::size_t> columns;  // one per sweep
  std::vector<std::size_t>
      numbers;  // that the names of the sweeps carry, ascending; empty where they carry none
};

// I0, V0, I1, V1 ... are sweeps of I and V, in the order of their numbers: numbered columns of one name and
// unit are sweeps of one channel when every current and voltage is numbered so. Everything else is a channel
// of its own. Throws InputError when the numbers of two channels differ.
std::vector<ColumnChannel> group_columns(const std::vector<TextColumn>& columns, const std::string& path);

}  // namespace libfit
