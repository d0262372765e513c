#include "libfit/core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "libfit/core/error.hpp"
#include "libfit/core/file.hpp"

namespace libfit {
namespace {

constexpr std::string_view kLittleEndianMark = "\xFF\xFE";
constexpr std::string_view kBigEndianMark = "\xFE\xFF";

void append_utf8(std::string& text, std::uint32_t letter) {
  const auto tail = [&](int shift) { text += static_cast<char>(0x80 | ((letter >> shift) & 0x3F)); };
  if (letter < 0x80) {
    text += static_cast<char>(letter);
  } else if (letter < 0x800) {
    text += static_cast<char>(0xC0 | (letter >> 6));
    tail(0);
  } else if (letter < 0x10000) {
    text += static_cast<char>(0xE0 | (letter >> 12));
    tail(6);
    tail(0);
  } else {
    text += static_cast<char>(0xF0 | (letter >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

// How many of the first bytes are zero at the even and at the odd places.
struct ZeroBytes {
  std::size_t even = 0;
  std::size_t odd = 0;
  std::size_t pairs = 0;
};

ZeroBytes count_zero_bytes(std::string_view raw) {
  ZeroBytes zeros;
  zeros.pairs = std::min<std::size_t>(raw.size(), 1024) / 2;
  for (std::size_t i = 0; i < zeros.pairs; ++i) {
    zeros.even += raw[2 * i] == 0 ? 1 : 0;
    zeros.odd += raw[2 * i + 1] == 0 ? 1 : 0;
  }
  return zeros;
}

bool is_big_endian(std::string_view raw) {
  if (raw.starts_with(kBigEndianMark)) return true;
  return !raw.starts_with(kLittleEndianMark) && count_zero_bytes(raw).even > 0;
}

std::string from_utf16(std::string_view raw, const std::string& name) {
  const bool big = is_big_endian(raw);
  if (raw.starts_with(kBigEndianMark) || raw.starts_with(kLittleEndianMark)) raw.remove_prefix(2);
  const auto unit = [&](std::size_t at) {
    const auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(raw[i])}; };
    return big ? byte(at) << 8 | byte(at + 1) : byte(at + 1) << 8 | byte(at);
  };
  const auto refuse = [&](std::size_t at) {
    throw InputError(fmt::format("{}: is no whole text in UTF-16 from byte {}; save it as UTF-8", name, at));
  };
  std::string text;
  text.reserve(raw.size() / 2);
  std::size_t at = 0;
  for (; at + 1 < raw.size(); at += 2) {
    std::uint32_t letter = unit(at);
    if (letter >= 0xD800 && letter < 0xE000) {  // half of a letter beyond the first 65,536
      const std::uint32_t second = letter < 0xDC00 && at + 3 < raw.size() ? unit(at + 2) : 0;
      if (second < 0xDC00 || second >= 0xE000) refuse(at);
      letter = 0x10000 + ((letter - 0xD800) << 10) + (second - 0xDC00);
      at += 2;
    }
    if (letter == 0) refuse(at);
    append_utf8(text, letter);
  }
  // Programs that treat the text as bytes leave half of the last end of a line.
  if (at < raw.size() && raw[at] != '\n' && raw[at] != '\r' && raw[at] != 0) refuse(at);
  return text;
}

bool has_lone_return(std::string_view text) {
  for (std::size_t at = text.find('\r'); at != std::string_view::npos; at = text.find('\r', at + 1)) {
    if (at + 1 == text.size() || text[at + 1] != '\n') return true;
    ++at;
  }
  return false;
}

// CR, CR LF and CR CR LF (a text that was converted twice) become LF.
std::string with_line_feeds(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\r') {
      plain += text[at];
      continue;
    }
    const std::size_t end = std::min(text.find_first_not_of('\r', at), text.size());
    if (end < text.size() && text[end] == '\n') {
      plain += '\n';
      at = end;
    } else {
      plain.append(end - at, '\n');
      at = end - 1;
    }
  }
  return plain;
}

}  // namespace

bool looks_like_utf16(std::string_view raw) {
  if (raw.starts_with(kLittleEndianMark) || raw.starts_with(kBigEndianMark)) return true;
  const ZeroBytes zeros = count_zero_bytes(raw);
  const auto nearly_all = [&](std::size_t count) { return 10 * count >= 9 * zeros.pairs; };
  return zeros.pairs >= 4 &&
         ((zeros.even == 0 && nearly_all(zeros.odd)) || (zeros.odd == 0 && nearly_all(zeros.even)));
}

std::string_view decoded_text(std::string_view raw, const std::string& name, std::string& storage) {
  using namespace std::string_view_literals;
  if (raw.starts_with("\xFF\xFE\0\0"sv) || raw.starts_with("\0\0\xFE\xFF"sv))
    throw InputError(fmt::format("{}: is text in UTF-32; save it as UTF-8", name));
  std::string_view text = raw;
  std::string converted;
  if (looks_like_utf16(raw)) text = converted = from_utf16(raw, name);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (has_lone_return(text)) {
    storage = with_line_feeds(text);
    return storage;
  }
  if (converted.empty()) return text;
  storage = std::move(converted);
  return storage;
}

std::string read_decoded_text(const std::filesystem::path& path, std::uintmax_t limit_bytes) {
  const std::vector<std::byte> bytes = read_file(path, limit_bytes);
  const std::string_view raw(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::string storage;
  return std::string(decoded_text(raw, path.string(), storage));
}

bool Lines::next(std::string_view& line) {
  if (rest.empty()) return false;
  const void* end = std::memchr(rest.data(), '\n', rest.size());
  const std::size_t length =
      end == nullptr ? rest.size() : static_cast<std::size_t>(static_cast<const char*>(end) - rest.data());
  line = rest.substr(0, length);
  rest.remove_prefix(std::min(length + 1, rest.size()));
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  ++number;
  return true;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank(" \t\r\n\v\f\0", 7);
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

}  // namespace libfit
