#include "libfit/recording/units.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <span>
#include <utility>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

// Powers of ten: factors are made from their sum, since 1e-9 * 1e12 is not 1000.
using Prefix = std::pair<std::string_view, int>;
constexpr std::array<Prefix, 10> kPrefixes{{{"", 0},
                                            {"f", -15},
                                            {"p", -12},
                                            {"n", -9},
                                            {"u", -6},
                                            {"m", -3},
                                            {"c", -2},
                                            {"d", -1},
                                            {"k", 3},
                                            {"M", 6}}};
constexpr std::array<Prefix, 7> kPrefixWords{
    {{"", 0}, {"femto", -15}, {"pico", -12}, {"nano", -9}, {"micro", -6}, {"milli", -3}, {"kilo", 3}}};
constexpr int kVoltToMilli = 3;
constexpr int kAmpereToPico = 12;

// Every spelling of the micro sign becomes "u".
std::string plain(std::string_view unit) {
  std::string text;
  unit = trimmed(unit);
  for (std::size_t i = 0; i < unit.size(); ++i) {
    const std::string_view pair = unit.substr(i, 2);
    if (pair == "\xC2\xB5" || pair == "\xCE\xBC") {
      text += 'u';
      ++i;
    } else {
      text += unit[i] == '\xB5' ? 'u' : unit[i];
    }
  }
  return text;
}

std::optional<int> exponent(std::span<const Prefix> prefixes, std::string_view prefix) {
  for (const auto& [name, value] : prefixes) {
    if (name == prefix) return value;
  }
  return std::nullopt;
}

// The exponent of "<prefix word><word>" with an optional plural.
std::optional<int> word_exponent(std::string_view unit, std::string_view word) {
  const std::string small = lower(unit);
  std::string_view text = small;
  if (text.ends_with('s')) text.remove_suffix(1);
  if (!text.ends_with(word)) return std::nullopt;
  return exponent(kPrefixWords, text.substr(0, text.size() - word.size()));
}

ElectricUnit voltage(int exponent) { return {ChannelRole::voltage, std::pow(10.0, exponent + kVoltToMilli)}; }
ElectricUnit current(int exponent) {
  return {ChannelRole::current, std::pow(10.0, exponent + kAmpereToPico)};
}

std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  const std::size_t length = first < 0x80                     ? 1
                             : first >= 0xC2 && first <= 0xDF ? 2
                             : first >= 0xE0 && first <= 0xEF ? 3
                             : first >= 0xF0 && first <= 0xF4 ? 4
                                                              : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return 0;
  }
  // Overlong forms, surrogates and what lies above U+10FFFF.
  if (length == 3 && ((first == 0xE0 && byte(at + 1) < 0xA0) || (first == 0xED && byte(at + 1) > 0x9F)))
    return 0;
  if (length == 4 && ((first == 0xF0 && byte(at + 1) < 0x90) || (first == 0xF4 && byte(at + 1) > 0x8F)))
    return 0;
  return length;
}

}  // namespace

std::optional<ElectricUnit> parse_electric_unit(std::string_view unit) {
  const std::string text = plain(unit);
  if (text.empty()) return std::nullopt;
  const char last = text.back();
  if (last == 'V' || last == 'v' || last == 'A' || last == 'a') {
    const auto power = exponent(kPrefixes, std::string_view(text).substr(0, text.size() - 1));
    // A lone small letter is more likely the end of a name (`electrode_a`) than a unit.
    if (power && !(text == "v" || text == "a"))
      return last == 'V' || last == 'v' ? voltage(*power) : current(*power);
  }
  if (const auto power = word_exponent(text, "volt")) return voltage(*power);
  for (const std::string_view word : {"ampere", "amp"}) {
    if (const auto power = word_exponent(text, word)) return current(*power);
  }
  return std::nullopt;
}

std::optional<double> parse_time_unit(std::string_view unit) {
  const std::string text = lower(plain(unit));
  if (text == "s" || text == "sec" || text == "second" || text == "seconds") return 1e3;
  if (text == "ms" || text == "msec" || text == "millisecond" || text == "milliseconds") return 1.0;
  if (text == "us" || text == "usec" || text == "microsecond" || text == "microseconds") return 1e-3;
  if (text == "ns" || text == "nanosecond" || text == "nanoseconds") return 1e-6;
  return std::nullopt;
}

std::optional<double> parse_rate_unit(std::string_view unit) {
  const std::string text = lower(trimmed(unit));
  if (text == "hz" || text == "hertz") return 1.0;
  if (text == "khz" || text == "kilohertz") return 1e3;
  if (text == "mhz" && trimmed(unit).front() == 'M') return 1e6;
  return std::nullopt;
}

std::string_view samples_unit(const Channel& channel) {
  if (channel.role == ChannelRole::voltage) return "mV";
  if (channel.role == ChannelRole::current) return "pA";
  return channel.file_unit;
}

std::string_view role_name(ChannelRole role) {
  if (role == ChannelRole::voltage) return "voltage";
  if (role == ChannelRole::current) return "current";
  return "other";
}

std::optional<ChannelRole> role_from_name(std::string_view name) {
  std::string text = lower(trimmed(name));
  while (!text.empty() && text.front() == '_') text.erase(0, 1);
  if (text.starts_with("voltage") || text.starts_with("volt")) return ChannelRole::voltage;
  if (text.starts_with("membrane") || text.starts_with("vm")) return ChannelRole::voltage;
  if (text.starts_with("current") || text.starts_with("im")) return ChannelRole::current;
  if (text.empty() || (text.front() != 'v' && text.front() != 'i')) return std::nullopt;
  // A letter alone, or followed by something that cannot be the rest of another word: V1, I_inj, I (pA).
  const bool alone = text.size() == 1 || !(text[1] >= 'a' && text[1] <= 'z');
  if (!alone) return std::nullopt;
  return text.front() == 'v' ? ChannelRole::voltage : ChannelRole::current;
}

double tidy_step(double dt_ms) {
  constexpr double kFloat32Rounding = 6e-8;
  if (!std::isfinite(dt_ms)) return dt_ms;
  const std::string text = fmt::format("{:.6e}", dt_ms);
  double rounded = dt_ms;
  std::from_chars(text.data(), text.data() + text.size(), rounded);
  return std::abs(rounded - dt_ms) <= kFloat32Rounding * std::abs(dt_ms) ? rounded : dt_ms;
}

double agreed_step(const std::string& path, double stated_ms, std::optional<double> told_ms) {
  if (told_ms && !(std::abs(*told_ms - stated_ms) <= 0.01 * stated_ms)) {
    throw OptionError(
        fmt::format("{}: --dt {:g} ms contradicts the step of {:g} ms that the file states; leave it out, "
                    "or mend the file",
                    path, stated_ms, *told_ms));
  }
  return stated_ms;
}

std::string lower(std::string_view text) {
  std::string small(text);
  for (char& letter : small) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return small;
}

std::string to_utf8(std::string_view text) {
  bool valid = true;
  for (std::size_t i = 0; i < text.size() && valid;) {
    const std::size_t length = utf8_length(text, i);
    valid = length > 0;
    i += length;
  }
  if (valid) return std::string(text);
  std::string converted;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if (byte < 0x80) {
      converted += letter;
    } else {
      converted += static_cast<char>(0xC0 | (byte >> 6));
      converted += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return converted;
}

}  // namespace libfit
