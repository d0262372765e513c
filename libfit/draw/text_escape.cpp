#include "libfit/draw/text_escape.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace libfit {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr char32_t kEllipsis = 0x2026;
constexpr double kMmPerPoint = 25.4 / 72.0;

// Reads one code point at `at` and moves past it; a byte that begins no valid sequence is U+FFFD.
char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at++);
  if (lead < 0x80) return lead;
  const unsigned more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
  if (lead < 0xC2 || lead > 0xF4 || text.size() - at < more) return kReplacement;
  char32_t code = lead & (0x3Fu >> more);
  for (unsigned i = 0; i < more; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return kReplacement;
    code = (code << 6) | (byte(at + i) & 0x3Fu);
  }
  constexpr std::array<char32_t, 4> kLeast{0, 0x80, 0x800, 0x10000};  // below: an overlong form
  if (code < kLeast[more] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return kReplacement;
  at += more;
  return code;
}

void append(std::string& text, char32_t code) {
  const auto put = [&](char32_t bits) { text += static_cast<char>(static_cast<unsigned char>(bits)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | (code >> 6));
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3F));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

std::vector<char32_t> code_points(std::string_view text) {
  std::vector<char32_t> codes;
  for (std::size_t at = 0; at < text.size();) codes.push_back(next_code_point(text, at));
  return codes;
}

bool breaks_the_line(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029 ||
         (code >= 0x200E && code <= 0x200F) || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF || (code & 0xFFFE) == 0xFFFE;
}

double width_em(char32_t code) {
  constexpr std::string_view kNarrow = " !'(),./:;I[]fijlrt|";
  constexpr std::string_view kWide = "%@MWmw";
  if (code < 0x80) {
    const char letter = static_cast<char>(code);
    if (kNarrow.find(letter) != std::string_view::npos) return 0.32;
    if (kWide.find(letter) != std::string_view::npos) return 0.88;
    return letter >= 'A' && letter <= 'Z' ? 0.70 : 0.56;
  }
  return code >= 0x1100 && code != 0x2212 && code != kEllipsis && code < 0x2000 ? 1.0 : 0.70;
}

// What LaTeX gives a meaning, or its usual fonts lack.
std::string latex_of(char32_t code) {
  static const std::vector<std::pair<char32_t, std::string>> table = {{'\\', "\\textbackslash{}"},
                                                                      {'{', "\\{"},
                                                                      {'}', "\\}"},
                                                                      {'_', "\\_"},
                                                                      {'%', "\\%"},
                                                                      {'&', "\\&"},
                                                                      {'$', "\\$"},
                                                                      {'#', "\\#"},
                                                                      {'~', "\\textasciitilde{}"},
                                                                      {'^', "\\textasciicircum{}"},
                                                                      {'<', "$<$"},
                                                                      {'>', "$>$"},
                                                                      {'|', "$|$"},
                                                                      {'"', "\\char34{}"},
                                                                      {'`', "\\char96{}"},
                                                                      {'\'', "\\char39{}"},
                                                                      {'[', "{[}"},
                                                                      {']', "{]}"},
                                                                      {0xB5, "$\\mu$"},
                                                                      {0x3BC, "$\\mu$"},
                                                                      {0x3A9, "$\\Omega$"},
                                                                      {0x2126, "$\\Omega$"},
                                                                      {0x394, "$\\Delta$"},
                                                                      {0x393, "$\\Gamma$"},
                                                                      {0x3C4, "$\\tau$"},
                                                                      {0x3C3, "$\\sigma$"},
                                                                      {0x3B1, "$\\alpha$"},
                                                                      {0x3B2, "$\\beta$"},
                                                                      {0x3BB, "$\\lambda$"},
                                                                      {0xB1, "$\\pm$"},
                                                                      {0xD7, "$\\times$"},
                                                                      {0xB7, "$\\cdot$"},
                                                                      {0xB0, "$^\\circ$"},
                                                                      {0xB2, "$^2$"},
                                                                      {0xB3, "$^3$"},
                                                                      {0x207B, "$^-$"},
                                                                      {0xB9, "$^1$"},
                                                                      {0x2212, "$-$"},
                                                                      {0x2013, "--"},
                                                                      {0x2014, "---"},
                                                                      {0x2026, "\\ldots{}"},
                                                                      {0x2264, "$\\le$"},
                                                                      {0x2265, "$\\ge$"},
                                                                      {0x221E, "$\\infty$"},
                                                                      {0xFFFD, "?"}};
  const auto row = std::ranges::find(table, code, &std::pair<char32_t, std::string>::first);
  if (row != table.end()) return row->second;
  std::string same;
  append(same, code);
  return same;
}

std::string replace_each(std::string_view text, std::string (*of)(char32_t)) {
  std::string out;
  for (const char32_t code : code_points(text)) out += of(code);
  return out;
}

std::string markdown_of(char32_t code) {
  constexpr std::string_view kMarks = "\\`*_{}[]()#+!|~";
  std::string out;
  if (code == '<') return "&lt;";
  if (code == '>') return "&gt;";
  if (code == '&') return "&amp;";
  if (code < 0x80 && kMarks.find(static_cast<char>(code)) != std::string_view::npos) out += '\\';
  append(out, code);
  return out;
}

}  // namespace

std::string plain_text(std::string_view text, std::size_t limit) {
  std::string out;
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) {
    const char32_t code = next_code_point(text, at);
    if (count + 1 >= limit && at < text.size()) {
      append(out, kEllipsis);
      break;
    }
    append(out, breaks_the_line(code) ? U' ' : code);
  }
  return out;
}

std::string gnuplot_quote(std::string_view text) {
  std::string out = "'";
  for (const char letter : text) {
    if (letter == '\'') {
      out += "'.apostrophe.'";
    } else {
      out += letter;
    }
  }
  return out + "'";
}

std::string latex_escape(std::string_view text) { return replace_each(text, latex_of); }

std::string csv_field(std::string_view text) {
  const bool outer_space = !text.empty() && (text.front() == ' ' || text.back() == ' ');
  if (!outer_space && text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char letter : text) {
    out += letter;
    if (letter == '"') out += letter;
  }
  return out + "\"";
}

std::string markdown_escape(std::string_view text) { return replace_each(text, markdown_of); }

std::size_t character_count(std::string_view text) { return code_points(text).size(); }

double text_width_mm(std::string_view text, double size_pt) {
  double width = 0.0;
  for (const char32_t code : code_points(text)) width += width_em(code);
  return width * size_pt * kMmPerPoint;
}

std::string fit_text(std::string_view text, double size_pt, double width_mm) {
  if (text_width_mm(text, size_pt) <= width_mm) return std::string(text);
  std::vector<char32_t> codes = code_points(text);
  std::string out;
  do {
    codes.pop_back();
    out.clear();
    for (const char32_t code : codes) append(out, code);
    append(out, kEllipsis);
  } while (!codes.empty() && text_width_mm(out, size_pt) > width_mm);
  return out;
}

}  // namespace libfit
