#include "numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "libfit/core/error.hpp"

namespace dyniv {
namespace po = boost::program_options;
namespace {

// Boost's own reading takes "-1" for a huge count and speaks of arguments, not of numbers.
class NumberValue : public po::typed_value<double> {
 public:
  NumberValue(std::string option, NumberRange range)
      : po::typed_value<double>(nullptr), option_(std::move(option)), range_(std::move(range)) {}
  void xparse(boost::any& store, const std::vector<std::string>& words) const override {
    if (!store.empty()) throw po::multiple_occurrences();
    store = parse_number(option_, words.empty() ? "" : words.front(), range_);
  }

 private:
  std::string option_;
  NumberRange range_;
};

}  // namespace

std::string in_words(const NumberRange& range) {
  const std::string unit = range.unit.empty() ? "" : " " + range.unit;
  if (!range.low_allowed) return fmt::format("above {:g}, up to {:.15g}{}", range.low, range.high, unit);
  return fmt::format("{}from {:g} to {:.15g}{}", range.whole ? "a whole number " : "", range.low, range.high,
                     unit);
}

double parse_number(const std::string& option, const std::string& text, const NumberRange& range) {
  const char* begin = text.data();
  const char* const end = begin + text.size();
  if (begin != end && *begin == '+') ++begin;
  double value = 0.0;
  const auto [stop, problem] = std::from_chars(begin, end, value);
  if (stop != end || begin == end || problem == std::errc::invalid_argument) {
    throw libfit::OptionError(
        fmt::format("{} {}: is not a number; give one {}", option, text, in_words(range)));
  }
  const bool inside = problem == std::errc() && value <= range.high &&
                      (range.low_allowed ? value >= range.low : value > range.low);
  if (!inside || (range.whole && std::floor(value) != value)) {
    throw libfit::OptionError(fmt::format("{} {}: must be {}", option, text, in_words(range)));
  }
  return value;
}

void add_number(po::options_description& group, const std::string& name, const std::string& value_name,
                const NumberRange& range, std::function<void(double)> store, const std::string& about,
                const std::string& default_value) {
  const std::string option = "--" + name.substr(0, name.find(','));
  auto* value = new NumberValue(option, range);  // owned by the group
  value->value_name(value_name)->notifier(std::move(store));
  if (!default_value.empty()) value->default_value(parse_number(option, default_value, range), default_value);
  group.add_options()(name.c_str(), value, about.c_str());
}

void add_number(po::options_description& group, const std::string& name, const std::string& value_name,
                const NumberRange& range, double& target, const std::string& about) {
  add_number(
      group, name, value_name, range, [&target](double value) { target = value; }, about,
      fmt::format("{}", target));
}

std::vector<std::string> parts_of(const std::string& list, char separator) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(separator, begin), list.size());
    parts.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

NumberRange positive(double high, const std::string& unit) { return {0.0, high, false, unit}; }
NumberRange from_zero(double high, const std::string& unit) { return {0.0, high, true, unit}; }
NumberRange around_zero(double high, const std::string& unit) { return {-high, high, true, unit}; }
NumberRange count_up_to(double high) { return {0.0, high, true, "", true}; }

}  // namespace dyniv
