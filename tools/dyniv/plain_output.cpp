#include "plain_output.hpp"

#include <algorithm>
#include <limits>

#include "libfit/draw/text_escape.hpp"

namespace dyniv {

std::string shown(std::string_view text) {
  return libfit::plain_text(text, std::numeric_limits<std::size_t>::max());
}

bool PlainLines::pass_on() {
  const bool ended = line_.ends_with('\n');
  if (ended) line_.pop_back();
  std::string plain = shown(line_);
  if (ended) plain += '\n';
  line_.clear();
  const auto size = static_cast<std::streamsize>(plain.size());
  return sink_->sputn(plain.data(), size) == size;
}

PlainLines::int_type PlainLines::overflow(int_type letter) {
  if (traits_type::eq_int_type(letter, traits_type::eof())) return traits_type::not_eof(letter);
  const char one = traits_type::to_char_type(letter);
  return xsputn(&one, 1) == 1 ? letter : traits_type::eof();
}

std::streamsize PlainLines::xsputn(const char* text, std::streamsize count) {
  for (std::string_view rest(text, static_cast<std::size_t>(count)); !rest.empty();) {
    const std::size_t end = rest.find('\n');
    const std::size_t taken = end == std::string_view::npos ? rest.size() : end + 1;
    line_ += rest.substr(0, taken);
    rest.remove_prefix(taken);
    if (line_.ends_with('\n') && !pass_on()) return 0;
  }
  return count;
}

int PlainLines::sync() {
  if (!line_.empty() && !pass_on()) return -1;
  return sink_->pubsync();
}

}  // namespace dyniv
