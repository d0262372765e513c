// Options that are numbers: each states its legal range once, and whatever is outside it, or no number at
// all, is refused with a sentence that names the option, the value and the range.
#pragma once

#include <algorithm>
#include <boost/program_options.hpp>
#include <functional>
#include <string>
#include <vector>

namespace dyniv {

struct NumberRange {
  double low = 0.0;
  double high = 0.0;
  bool low_allowed = true;
  std::string unit;  // "ms"; empty: a count
  bool whole = false;
};

// "from 0 to 1000 ms", "above 0, up to 50 ms", "a whole number from 0 to 1024".
std::string in_words(const NumberRange& range);

// The number that `text` holds, within `range`. Throws libfit::OptionError naming `option` ("--dt").
double parse_number(const std::string& option, const std::string& text, const NumberRange& range);

// Adds an option that hands its number to `store`; `value_name` is shown in the help (the unit, in capitals).
// With `default_value` (text, shown in brackets) `store` is called even when the option is not given.
void add_number(boost::program_options::options_description& group, const std::string& name,
                const std::string& value_name, const NumberRange& range, std::function<void(double)> store,
                const std::string& about, const std::string& default_value = "");

// The same for a variable that holds its default already.
void add_number(boost::program_options::options_description& group, const std::string& name,
                const std::string& value_name, const NumberRange& range, double& target,
                const std::string& about);

// The parts of a list, "pdf,svg": what stands between the separators, empty parts included.
std::vector<std::string> parts_of(const std::string& list, char separator = ',');

// What the names of a list, "pdf,svg", stand for, each once; `named` throws for a name that it does not know.
template <class Named>
auto each_once(const std::string& list, Named named) -> std::vector<decltype(named(list))> {
  std::vector<decltype(named(list))> values;
  for (const std::string& name : parts_of(list)) {
    const auto value = named(name);
    if (std::ranges::find(values, value) == values.end()) values.push_back(value);
  }
  return values;
}

// Ranges that several options share.
NumberRange positive(double high, const std::string& unit);  // above 0, up to `high`
NumberRange from_zero(double high, const std::string& unit);
NumberRange around_zero(double high, const std::string& unit);  // from -high to high
NumberRange count_up_to(double high);

}  // namespace dyniv
