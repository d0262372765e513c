#include "command_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <sstream>
#include <string_view>
#include <utility>

#include "help_text.hpp"
#include "libfit/core/error.hpp"
#include "libfit/core/file.hpp"
#include "libfit/core/staging.hpp"
#include "libfit/core/text.hpp"
#include "libfit/report/warnings.hpp"
#include "model_argument.hpp"
#include "numbers.hpp"
#include "plain_output.hpp"

namespace dyniv {
namespace po = boost::program_options;
namespace {

nlohmann::json to_json(const boost::any& value) {
  if (const auto* text = boost::any_cast<std::string>(&value)) return *text;
  if (const auto* texts = boost::any_cast<std::vector<std::string>>(&value)) return *texts;
  if (const auto* flag = boost::any_cast<bool>(&value)) return *flag;
  if (const auto* number = boost::any_cast<double>(&value)) {
    if (std::floor(*number) == *number && std::abs(*number) < 1e15) return static_cast<std::int64_t>(*number);
    return *number;
  }
  return nullptr;
}

std::string in_lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// How many letters must be changed, added or left out to make one word the other.
std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({changed, row[j] + 1, row[j - 1] + 1}));
    }
  }
  return row.back();
}

// "; is --training meant?" when an option is called nearly so.
std::string suggestion(const std::string& given, const po::options_description& all) {
  const std::string word = in_lower_case(given.substr(std::min(given.find_first_not_of('-'), given.size())));
  std::string best;
  std::size_t least = 3;
  for (const auto& option : all.options()) {
    const std::size_t distance = edit_distance(word, in_lower_case(option->long_name()));
    if (distance >= least) continue;
    least = distance;
    best = option->long_name();
  }
  return best.empty() || word.size() < 3 ? "" : fmt::format("; is --{} meant?", best);
}

std::string unknown(const std::string& option, const po::options_description& all,
                    const std::string& command) {
  const std::string hint = suggestion(option, all);
  return fmt::format("there is no option {}{}", option,
                     hint.empty() ? fmt::format("; `dyniv {} --help` lists them", command) : hint);
}

// What Boost found wrong, in the words of the person who typed it.
std::string in_plain_words(const po::error& problem, const po::options_description& all,
                           const std::string& command) {
  if (const auto* e = dynamic_cast<const po::unknown_option*>(&problem))
    return unknown(e->get_option_name(), all, command);
  if (const auto* e = dynamic_cast<const po::multiple_occurrences*>(&problem))
    return fmt::format("{} is given twice; give it once", e->get_option_name());
  if (const auto* e = dynamic_cast<const po::invalid_config_file_syntax*>(&problem))
    return fmt::format("`{}` is no line of the form `name = value`", e->tokens());
  if (const auto* e = dynamic_cast<const po::invalid_command_line_syntax*>(&problem)) {
    const bool extra = e->kind() == po::invalid_syntax::extra_parameter;
    return fmt::format("{}: {}; see `dyniv {} --help`", e->get_option_name(),
                       extra ? "takes no value" : "its value is missing", command);
  }
  if (dynamic_cast<const po::too_many_positional_options_error*>(&problem) != nullptr) {
    return fmt::format(
        "a word belongs to no option; say what each file is, as in --test FILE; see `dyniv {} --help`",
        command);
  }
  return fmt::format("{}; see `dyniv {} --help`", problem.what(), command);
}

// The options of a file of lines `name = value`, except those that the command line gave already. Names in
// any case.
po::parsed_options read_config(std::istream& file, const po::options_description& all,
                               const po::variables_map& given, const std::string& command) {
  po::parsed_options parsed = po::parse_config_file(file, all, true);
  std::vector<po::option> kept;
  for (po::option& line : parsed.options) {
    const auto known = std::ranges::find_if(all.options(), [&](const auto& option) {
      return in_lower_case(option->long_name()) == in_lower_case(line.string_key);
    });
    if (known == all.options().end() || line.string_key == "config" || line.string_key == "help")
      throw libfit::OptionError(unknown(line.string_key, all, command));
    line.string_key = (*known)->long_name();
    line.unregistered = false;
    const bool on_command_line = given.count(line.string_key) > 0 && !given[line.string_key].defaulted();
    if (!on_command_line) kept.push_back(line);
  }
  parsed.options = kept;
  return parsed;
}

}  // namespace

CommandLine::CommandLine(std::string name, std::string synopsis, std::string about)
    : name_(std::move(name)), synopsis_(std::move(synopsis)), about_(std::move(about)) {}

void CommandLine::add(const po::options_description& group) { groups_.push_back(group); }

void CommandLine::positional(const std::string& option) { positional_.add(option.c_str(), -1); }

bool CommandLine::has(const std::string& option) const {
  return values_.count(option) > 0 && !values_[option].defaulted();
}

void CommandLine::add_common() {
  po::options_description common("Common");
  common.add_options()("help,h", "print this help")("config", po::value<std::string>()->value_name("FILE"),
                                                    "read options from lines `name = value`; flags win")(
      "json", po::bool_switch(&common_.json), "print JSON for machines on standard output")(
      "quiet,q", po::bool_switch(&common_.quiet), "no progress, no warnings on standard error")(
      "verbose,v", po::bool_switch(&common_.verbose),
      "print the options in force and every warning in full on standard error");
  add_number(
      common, "threads", "N", count_up_to(1024),
      [this](double count) { common_.threads = static_cast<unsigned>(count); },
      "threads to use, 0: all; results do not depend on it", "0");
  add_number(
      common, "seed", "N", count_up_to(9007199254740992.0),
      [this](double seed) { common_.seed = static_cast<std::uint64_t>(seed); }, "seed of every random number",
      "1");
  groups_.push_back(common);
}

void CommandLine::read_config_file(const po::options_description& all) {
  const auto path = values_["config"].as<std::string>();
  std::istringstream lines(libfit::read_decoded_text(path, std::uintmax_t{1} << 20));
  try {
    po::store(read_config(lines, all, values_, name_), values_);
  } catch (const po::error& problem) {
    throw libfit::OptionError(fmt::format("{}: {}", path, in_plain_words(problem, all, name_)));
  } catch (const libfit::OptionError& problem) {
    throw libfit::OptionError(fmt::format("{}: {}", path, problem.what()));
  }
}

void CommandLine::parse(const std::vector<std::string>& arguments) {
  add_common();
  po::options_description all;
  for (const auto& group : groups_) all.add(group);
  try {
    namespace style = po::command_line_style;
    po::store(po::command_line_parser(arguments)
                  .options(all)
                  .positional(positional_)
                  .style((style::unix_style | style::long_case_insensitive) & ~style::allow_guessing)
                  .run(),
              values_);
    if (values_.count("help") > 0) throw HelpRequested{help_text(synopsis_, about_, groups_)};
    if (values_.count("config") > 0) read_config_file(all);
    po::notify(values_);
  } catch (const po::error& problem) {
    throw libfit::OptionError(in_plain_words(problem, all, name_));
  }
  if (common_.verbose && !common_.quiet) std::cerr << "dyniv " << name_ << ": " << in_force({}) << "\n";
}

// Options say by the name of their value what they are; the few that are written to are known by their own.
std::vector<std::string> CommandLine::inputs() const {
  constexpr std::array<std::string_view, 5> kRead = {"FILE", "DIR", "FOLDER", "MODEL", "CURRENT"};
  constexpr std::array<std::string_view, 3> kWritten = {"out", "voltage", "spikes"};
  std::vector<std::string> words;
  for (const auto& group : groups_) {
    for (const auto& option : group.options()) {
      const std::string value = option->format_parameter();
      const std::string kind = value.substr(0, value.find_first_of(". "));
      const bool read = std::ranges::find(kRead, kind) != kRead.end() &&
                        std::ranges::find(kWritten, option->long_name()) == kWritten.end();
      if (!read || values_.count(option->long_name()) == 0) continue;
      const boost::any& given = values_[option->long_name()].value();
      if (const auto* word = boost::any_cast<std::string>(&given)) words.push_back(*word);
      if (const auto* more = boost::any_cast<std::vector<std::string>>(&given))
        words.insert(words.end(), more->begin(), more->end());
    }
  }
  std::erase_if(words, names_a_model);
  return words;
}

void CommandLine::refuse_inputs_in(const std::string& output) const {
  for (const std::string& input : inputs()) {
    if (!libfit::is_or_holds(output, input)) continue;
    std::error_code problem;
    const bool same = std::filesystem::equivalent(output, input, problem);
    throw libfit::OptionError(fmt::format("{}: {}{}, which is read; name another place to write to", output,
                                          same ? "is " : "holds ", same ? "the same as " + input : input));
  }
}

std::string CommandLine::in_force(const std::set<std::string>& left_out) const {
  static const std::set<std::string> kNoMatter = {"help", "threads", "quiet",     "verbose",
                                                  "json", "config",  "all-models"};
  nlohmann::json options = nlohmann::json::object();
  for (const auto& [name, value] : values_) {
    if (!kNoMatter.contains(name) && !left_out.contains(name)) options[name] = to_json(value.value());
  }
  return options.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

libfit::ResultProvenance CommandLine::provenance() const {
  libfit::ResultProvenance result;
  result.options_json = in_force({"out", "force"});
  return result;
}

void CommandLine::progress(const std::string& stage, double fraction) const {
  if (common_.quiet || ::isatty(STDERR_FILENO) == 0) return;
  std::cerr << fmt::format("\r\033[K{} {:3.0f} %", stage, 100.0 * fraction)
            << (fraction >= 1.0 ? "\r\033[K" : "") << std::flush;
}

void CommandLine::warn(const std::vector<std::string>& warnings, const std::string& where) const {
  constexpr std::size_t kMost = 6;
  if (common_.quiet) return;
  const auto say = [](std::string_view words) { std::cerr << "dyniv: warning: " << shown(words) << "\n"; };
  if (common_.verbose) {
    for (const std::string& warning : warnings) say(warning);
    return;
  }
  const std::vector<libfit::WarningGroup> groups = libfit::group_warnings(warnings);
  const std::size_t shown = groups.size() <= kMost + 1 ? groups.size() : kMost;  // no line for one more
  for (std::size_t i = 0; i < shown; ++i) say(groups[i].headline);
  const bool all_said = std::ranges::all_of(groups, [&](const libfit::WarningGroup& group) {
    return group.kind.empty() && group.members.size() == 1;
  });
  if (all_said && shown == groups.size()) return;
  const std::string more = shown < groups.size() ? fmt::format("{} more notes; ", groups.size() - shown) : "";
  std::cerr << fmt::format("dyniv: {}all {} in full: {}--verbose\n", more, warnings.size(),
                           where.empty() ? "" : fmt::format("`warnings` in {}, or ", where));
}

}  // namespace dyniv
