#include "help_text.hpp"

#include <fmt/format.h>

#include <sstream>

#include "libfit/draw/table.hpp"

namespace dyniv {
namespace po = boost::program_options;
namespace {

constexpr std::size_t kColumn = 30;  // where descriptions begin

// Boost gives name and default of a value together: "MS (=7)".
struct ValueWords {
  std::string name;
  std::string default_value;
};

ValueWords value_words(const po::option_description& option) {
  const std::string both = option.format_parameter();
  const std::size_t split = both.find(" (=");
  if (split == std::string::npos) return {both, ""};
  return {both.substr(0, split), both.substr(split + 3, both.size() - split - 4)};
}

std::string option_lines(const po::option_description& option) {
  const ValueWords value = value_words(option);
  const bool takes_value = option.semantic()->max_tokens() > 0;
  const std::string long_name = fmt::format("--{}", option.long_name());
  const std::string short_name = option.canonical_display_name(po::command_line_style::allow_dash_for_short);
  const bool has_short = short_name.size() == 2 && short_name[0] == '-';
  std::string left =
      has_short ? fmt::format("  {}, {}", short_name, long_name) : fmt::format("  {}", long_name);
  if (takes_value) left += " " + value.name;
  std::string about = option.description();
  if (takes_value && !value.default_value.empty()) about += fmt::format(" [{}]", value.default_value);
  const bool own_line = left.size() + 2 > kColumn;
  left += fmt::format("{}{:{}}", own_line ? "\n" : "", "", own_line ? kColumn : kColumn - left.size());
  return left + libfit::wrapped_text(about, libfit::kTerminalColumns - kColumn, kColumn) + "\n";
}

}  // namespace

std::string help_text(const std::string& synopsis, const std::string& about,
                      const std::vector<po::options_description>& groups) {
  std::string text = fmt::format("Usage: dyniv {}\n\n{}\n", synopsis,
                                 libfit::wrapped_text(about, libfit::kTerminalColumns, 0));
  for (const po::options_description& group : groups) {
    std::ostringstream caption;  // Boost gives the caption with the whole group only
    caption << group;
    text += fmt::format("\n{}\n", caption.str().substr(0, caption.str().find('\n')));
    for (const auto& option : group.options()) text += option_lines(*option);
  }
  return text + "\nExit status: 0 done, 1 the data do not allow it, 2 wrong usage, 3 internal error.\n";
}

}  // namespace dyniv
