#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <utility>

#include "libfit/core/error.hpp"
#include "libfit/core/text.hpp"
#include "libfit/model/settings_internal.hpp"

namespace libfit {
namespace {

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower;
}

}  // namespace

std::vector<std::string_view> split_settings(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(trimmed(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return parts;
}

double setting_as_number(std::string_view name, std::string_view text) {
  std::string_view digits = text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  double value = 0.0;
  const auto [stop, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || problem != std::errc() || stop != digits.data() + digits.size() ||
      !std::isfinite(value)) {
    throw OptionError(fmt::format("{}={}: is not a number; write it as in {}=-52.5", name, text, name));
  }
  return value;
}

Settings::Settings(std::string_view text) {
  if (trimmed(text).empty()) return;
  for (const std::string_view part : split_settings(text, ',')) {
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      throw OptionError(fmt::format("`{}` sets no parameter; write name=value, as in tau_ms=10", part));
    }
    const std::string_view name = trimmed(part.substr(0, equals));
    Setting setting{std::string(name), in_lower_case(name), std::string(trimmed(part.substr(equals + 1)))};
    if (find(setting.key) != nullptr) throw OptionError(fmt::format("{}: is given twice", name));
    list_.push_back(std::move(setting));
  }
}

const std::string* Settings::take(std::string_view name) {
  Setting* setting = find(in_lower_case(name));
  if (setting == nullptr) return nullptr;
  setting->used = true;
  return &setting->value;
}

std::optional<double> Settings::take_number(std::string_view name) {
  const std::string* text = take(name);
  return text == nullptr ? std::nullopt : std::optional(setting_as_number(name, *text));
}

const Setting* Settings::unused() const {
  const auto found = std::ranges::find_if(list_, [](const Setting& s) { return !s.used; });
  return found == list_.end() ? nullptr : &*found;
}

Setting* Settings::find(const std::string& key) {
  const auto found = std::ranges::find_if(list_, [&](const Setting& s) { return s.key == key; });
  return found == list_.end() ? nullptr : &*found;
}

}  // namespace libfit
