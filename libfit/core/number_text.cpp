#include "libfit/core/number_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include "libfit/core/error.hpp"
#include "libfit/core/text.hpp"

namespace libfit {
namespace {

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

std::string_view unquoted(std::string_view field) {
  field = trimmed(field);
  if (field.size() >= 2 && field.front() == '"' && field.back() == '"')
    field = trimmed(field.substr(1, field.size() - 2));
  return field;
}

// Length of the minus sign at the beginning: the sign itself, or an en dash that stands for it.
std::size_t minus_length(std::string_view text) {
  if (text.starts_with('-')) return 1;
  return text.starts_with("\xE2\x88\x92") || text.starts_with("\xE2\x80\x93") ? 3 : 0;
}

// Length of the thousands mark at the beginning: no-break blanks and the apostrophe of typography among them.
std::size_t group_length(std::string_view text, NumberStyle style) {
  constexpr std::array<std::string_view, 6> kMarks{
      "'", "\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x89", "\xE2\x80\x99", "\xA0"};
  if (style.group != '\0' && text.starts_with(style.group)) return 1;
  if (style.decimal == ',' && text.starts_with(' ')) return 1;
  const auto mark = std::ranges::find_if(kMarks, [&](std::string_view m) { return text.starts_with(m); });
  return mark == kMarks.end() ? 0 : mark->size();
}

// The integer part with its groups: "-1,234" becomes "-1234". False for groups that are not of three.
bool take_integer(std::string_view& text, NumberStyle style, std::string& plain) {
  if (const std::size_t minus = minus_length(text); minus > 0) {
    plain += '-';
    text.remove_prefix(minus);
  } else if (text.starts_with('+')) {
    text.remove_prefix(1);
  }
  std::size_t run = 0;
  bool grouped = false;
  while (!text.empty()) {
    if (is_digit(text.front())) {
      plain += text.front();
      ++run;
      text.remove_prefix(1);
      continue;
    }
    const std::size_t mark = group_length(text, style);
    if (mark == 0) break;
    if (run == 0 || run > 3 || (grouped ? run != 3 : plain[plain.size() - run] == '0')) return false;
    grouped = true;
    run = 0;
    text.remove_prefix(mark);
  }
  return !grouped || run == 3;
}

// `field` as std::from_chars takes it; false for what is no number.
bool make_plain(std::string_view field, NumberStyle style, std::string& plain) {
  if (!take_integer(field, style, plain)) return false;
  if (field.starts_with(style.decimal)) {
    plain += '.';
    field.remove_prefix(1);
    while (!field.empty() && is_digit(field.front())) {
      plain += field.front();
      field.remove_prefix(1);
    }
  }
  if (field.empty()) return true;
  if (std::string_view("eEdD").find(field.front()) == std::string_view::npos) return false;
  plain += 'e';
  field.remove_prefix(1);
  if (const std::size_t minus = minus_length(field); minus > 0) {
    plain += '-';
    field.remove_prefix(minus);
  }
  plain += field;
  return true;
}

// What one field shows of the decimal mark.
enum class Mark { none, point, comma, point_or_group, comma_or_group };

Mark mark_of(std::string_view field) {
  field = unquoted(field);
  if (const std::size_t colon = field.rfind(':'); colon != std::string_view::npos)
    field.remove_prefix(colon + 1);
  const std::size_t mark = field.find_last_of(".,");
  if (mark == std::string_view::npos) return Mark::none;
  const bool comma = field[mark] == ',';
  const std::size_t earlier = field.substr(0, mark).find_last_of(".,");
  if (earlier != std::string_view::npos) {
    // 1,234,567 has no decimal mark; 1,234.5 has one.
    const bool all_groups = field[earlier] == field[mark];
    return comma != all_groups ? Mark::comma : Mark::point;
  }
  std::string_view before = field.substr(0, mark);
  before.remove_prefix(std::max(minus_length(before), std::size_t{before.starts_with('+') ? 1U : 0U}));
  const std::string_view after = field.substr(mark + 1);
  const bool group = !before.empty() && before.size() <= 3 && before.front() != '0' &&
                     std::ranges::all_of(before, is_digit) && after.size() == 3 &&
                     std::ranges::all_of(after, is_digit);
  if (comma) return group ? Mark::comma_or_group : Mark::comma;
  return group ? Mark::point_or_group : Mark::point;
}

}  // namespace

const char* scan_number(const char* at, const char* end, double& value) {
  if (at != end && *at == '+') ++at;
  const auto [stop, problem] = std::from_chars(at, end, value);
  if (problem == std::errc::result_out_of_range) {
    value = std::strtod(std::string(at, stop).c_str(), nullptr);
    return stop;
  }
  return problem == std::errc() ? stop : nullptr;
}

std::optional<double> parse_number(std::string_view field, NumberStyle style) {
  field = unquoted(field);
  const auto whole = [](std::string_view text) -> std::optional<double> {
    double value = 0.0;
    const char* const end = text.data() + text.size();
    return !text.empty() && scan_number(text.data(), end, value) == end ? std::optional(value) : std::nullopt;
  };
  if (style.decimal == '.' || field.find_first_of(".,") == std::string_view::npos) {
    if (const auto value = whole(field)) return value;
  }
  std::string plain;
  return make_plain(field, style, plain) ? whole(plain) : std::nullopt;
}

std::optional<double> parse_clock(std::string_view field) {
  field = unquoted(field);
  unsigned long seconds = 0;
  for (int part = 0;; ++part) {
    const char* const end = field.data() + field.size();
    unsigned long value = 0;
    const auto [stop, problem] = std::from_chars(field.data(), end, value);
    if (problem != std::errc() || value > (part == 0 ? 10000U : 59U)) return std::nullopt;
    seconds = seconds * 60 + value;
    field.remove_prefix(static_cast<std::size_t>(stop - field.data()));
    if (!field.starts_with(':')) {
      if (part == 0) return std::nullopt;
      break;
    }
    if (part == 2) return std::nullopt;
    field.remove_prefix(1);
  }
  if (field.empty()) return static_cast<double>(seconds);
  const bool fraction =
      (field.front() == '.' || field.front() == ',') && std::ranges::all_of(field.substr(1), is_digit);
  // Read as one number, so that 0:01:00.0001 is the double nearest to 60.0001.
  return fraction ? parse_number(fmt::format("{}.{}", seconds, field.substr(1))) : std::nullopt;
}

void DecimalMarks::add(std::string_view field, std::size_t line, std::size_t column) {
  const auto note = [&](Place& place) {
    if (place.line == 0) place = {std::string(unquoted(field).substr(0, 40)), line, column};
  };
  switch (mark_of(field)) {
    case Mark::none:
      break;
    case Mark::point:
      note(point_);
      break;
    case Mark::comma:
      note(comma_);
      break;
    case Mark::point_or_group:
      note(point_or_group_);
      break;
    case Mark::comma_or_group:
      note(comma_or_group_);
      break;
  }
}

NumberStyle DecimalMarks::style(const std::string& name) const {
  const auto place = [&](const Place& p) {
    return fmt::format("{}: line {}, column {}: `{}`", name, p.line, p.column, p.field);
  };
  if (point_.line > 0 && comma_.line > 0) {
    const bool comma_later = comma_.line > point_.line;
    throw InputError(fmt::format(
        "{} has another decimal mark than `{}` in line {}, column {}; write all numbers with a point",
        place(comma_later ? comma_ : point_), (comma_later ? point_ : comma_).field,
        (comma_later ? point_ : comma_).line, (comma_later ? point_ : comma_).column));
  }
  if (comma_.line > 0) return {',', '.'};
  if (point_.line > 0) return {'.', ','};
  if (comma_or_group_.line > 0) {
    throw InputError(fmt::format(
        "{}: its comma may part thousands or decimals, and no other number shows which; write all "
        "numbers with a decimal point and without marks between thousands",
        place(comma_or_group_)));
  }
  return {};
}

}  // namespace libfit
