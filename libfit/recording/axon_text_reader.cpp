#include "libfit/recording/axon_text_reader.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "libfit/core/error.hpp"
#include "libfit/recording/text_reader.hpp"
#include "libfit/recording/units.hpp"

namespace libfit {
namespace {

constexpr std::size_t kMaxHeaderLines = 10000;

std::size_t end_of_line(std::string_view text, std::size_t from) {
  return std::min(text.find('\n', from), text.size());
}

// The number of header lines, from the second line: "<lines> <columns>".
std::size_t header_lines(std::string_view line, const std::string& path) {
  line = trimmed(line);
  std::size_t lines = 0;
  std::size_t columns = 0;
  const char* const end = line.data() + line.size();
  const auto [first, problem] = std::from_chars(line.data(), end, lines);
  const std::string_view rest = trimmed({first, static_cast<std::size_t>(end - first)});
  const auto [last, second_problem] = std::from_chars(rest.data(), rest.data() + rest.size(), columns);
  const bool whole =
      problem == std::errc() && second_problem == std::errc() && last == rest.data() + rest.size();
  if (!whole || lines > kMaxHeaderLines || columns == 0) {
    throw InputError(
        fmt::format("{}: line 2: an Axon Text File has the numbers of header lines and of columns here, not "
                    "`{}`; export it again",
                    path, to_utf8(line.substr(0, 30))));
  }
  return lines;
}

}  // namespace

bool looks_like_axon_text(std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return text.starts_with("ATF\t") || text.starts_with("ATF ");
}

SignalFile read_axon_text(std::span<const std::byte> bytes, const std::string& path,
                          std::optional<double> dt_ms) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::size_t second = std::min(end_of_line(text, 0) + 1, text.size());
  std::size_t place = end_of_line(text, second);
  const std::size_t lines = header_lines(text.substr(second, place - second), path);
  // The header becomes comments, so that errors of the table count lines as the file does.
  std::string table = "#\n#\n";
  for (std::size_t i = 0; i < lines; ++i) {
    if (place >= text.size())
      throw InputError(fmt::format("{}: ends within its header of {} lines; it is cut", path, lines));
    place = end_of_line(text, place + 1);
    table += "#\n";
  }
  if (place < text.size()) table += text.substr(place + 1);
  SignalFile file = read_text(std::as_bytes(std::span(table.data(), table.size())), path, {dt_ms, "", {}});
  file.format = "ATF";
  return file;
}

}  // namespace libfit
