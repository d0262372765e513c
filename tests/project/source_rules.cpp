#include "tests/project/source_rules.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <string_view>

namespace dyniv::project {
namespace {

namespace fs = std::filesystem;

// Rooms in the order in which they are used; core is under all of them.
constexpr std::array<std::string_view, 12> kRooms = {"recording", "formats",      "signal",   "iv",
                                                     "model",     "simulate",     "stimulus", "score",
                                                     "fit",       "characterize", "draw",     "report"};

constexpr std::array<std::string_view, 8> kFolders = {".ci",      "cmake",  "data",  "docs",
                                                      "examples", "libfit", "tests", "tools"};

// A third-party header and the places (prefixes of paths) that may include it. Tests may include anything.
struct Place {
  std::string_view header;  // regular expression, matched at the beginning
  std::string_view name;
  std::vector<std::string_view> allowed;
};

const std::vector<Place>& places() {
  static const std::vector<Place> table = {
      {"hdf5|H5", "HDF5", {"libfit/formats/", "libfit/stimulus/stimulus_hdf5"}},
      {"ceres/|glog/", "Ceres", {"libfit/fit/"}},
      {"nlohmann/json\\.hpp",
       "nlohmann-json",
       {"libfit/core/json_internal", "libfit/model/model_file", "libfit/stimulus/protocol_file",
        "libfit/report/", "tools/", "data/"}},
      {"openssl/", "OpenSSL", {"libfit/core/"}},
      {"Random123/", "Random123", {"libfit/core/"}},
      {"boost/program_options", "Boost.Program_options", {"tools/", "data/"}},
  };
  return table;
}

bool starts_with_any(const std::string& path, const std::vector<std::string_view>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return path.starts_with(prefix); });
}

struct Include {
  std::size_t line;  // from 1
  bool quoted;
  std::string target;
};

std::vector<Include> includes_of(const SourceFile& file) {
  static const std::regex directive(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  std::vector<Include> found;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    std::smatch match;
    if (std::regex_search(file.lines[i], match, directive)) {
      found.push_back({i + 1, match[1] == "\"", match[2]});
    }
  }
  return found;
}

std::string at(const SourceFile& file, std::size_t line, const std::string& what) {
  return file.path + ":" + std::to_string(line) + ": " + what;
}

// "iv" for "libfit/iv/dynamic_iv.hpp"; nothing for a path outside libfit.
std::optional<std::string> room_of(const std::string& path) {
  static const std::regex inside(R"(^libfit/([^/]+)/.+)");
  std::smatch match;
  if (!std::regex_match(path, match, inside)) return std::nullopt;
  return match[1];
}

// Position in the flow; core comes before all, a folder that is no room has none.
std::optional<std::size_t> position_of(const std::string& room) {
  if (room == "core") return 0;
  const auto found = std::find(kRooms.begin(), kRooms.end(), room);
  if (found == kRooms.end()) return std::nullopt;
  return static_cast<std::size_t>(found - kRooms.begin()) + 1;
}

// What each node includes; a node is a header, or a unit: a header with its source.
using Graph = std::map<std::string, std::set<std::string>>;

Graph include_graph(const std::vector<SourceFile>& project, bool units) {
  Graph graph;
  for (const SourceFile& file : project) {
    if (!is_code(file) || !(units || file.path.ends_with(".hpp"))) continue;
    const auto node = [&](const std::string& path) { return units ? path.substr(0, path.size() - 4) : path; };
    for (const Include& include : includes_of(file)) {
      if (include.quoted && node(include.target) != node(file.path))
        graph[node(file.path)].insert(node(include.target));
    }
  }
  return graph;
}

// The nodes from which `goal` can be reached and that can be reached from it.
std::set<std::string> cycle_through(const Graph& graph, const std::string& goal) {
  const auto reached_from = [&](const std::string& start) {
    std::set<std::string> reached;
    std::vector<std::string> next = {start};
    while (!next.empty()) {
      const auto found = graph.find(next.back());
      next.pop_back();
      if (found == graph.end()) continue;
      for (const std::string& other : found->second)
        if (reached.insert(other).second) next.push_back(other);
    }
    return reached;
  };
  std::set<std::string> cycle;
  for (const std::string& node : reached_from(goal))
    if (reached_from(node).contains(goal)) cycle.insert(node);
  return cycle;
}

bool has_text_extension(const fs::path& path) {
  static const std::set<std::string> extensions = {".cpp",   ".hpp", ".in", ".md",   ".txt",
                                                   ".cmake", ".sh",  ".gp", ".json", ".ini"};
  return extensions.contains(path.extension().string()) || path.filename() == "run" ||
         path.filename().string().starts_with(".clang");
}

std::optional<SourceFile> read_if_text(const fs::path& path, const fs::path& root) {
  if (!fs::is_regular_file(path) || !has_text_extension(path)) return std::nullopt;
  std::ifstream stream(path);
  std::ostringstream text;
  text << stream.rdbuf();
  return make_source_file(fs::relative(path, root).generic_string(), text.str());
}

// Lines of a page outside fenced code, with code spans blanked; line numbers stay as they are.
std::vector<std::string> prose_of(const SourceFile& page) {
  static const std::regex span("`[^`]*`");
  std::vector<std::string> prose;
  bool fenced = false;
  for (const std::string& line : page.lines) {
    const bool fence = line.find("```") != std::string::npos;
    if (fence) fenced = !fenced;
    prose.push_back(fenced || fence ? "" : std::regex_replace(line, span, ""));
  }
  return prose;
}

struct Link {
  std::size_t line;    // from 1
  std::string target;  // path from the root of the project, without a fragment
};

std::vector<Link> local_links(const SourceFile& page) {
  static const std::regex link(R"re(\]\(\s*([^)\s]+)[^)]*\)|^\s*\[[^\]]+\]:\s+(\S+)|src="([^"]+)")re");
  static const std::regex remote(R"(^([a-z]+:|#).*)");
  std::vector<Link> found;
  const std::vector<std::string> prose = prose_of(page);
  for (std::size_t i = 0; i < prose.size(); ++i) {
    for (std::sregex_iterator it(prose[i].begin(), prose[i].end(), link), end; it != end; ++it) {
      std::string target = (*it)[1].str() + (*it)[2].str() + (*it)[3].str();
      if (std::regex_match(target, remote)) continue;
      target = target.substr(0, target.find('#'));
      const fs::path whole = fs::path(page.path).parent_path() / target;
      found.push_back({i + 1, whole.lexically_normal().generic_string()});
    }
  }
  return found;
}

}  // namespace

SourceFile make_source_file(std::string path, const std::string& text) {
  SourceFile file{std::move(path), {}};
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) file.lines.push_back(line);
  return file;
}

std::vector<SourceFile> read_project(const fs::path& root) {
  std::vector<SourceFile> files;
  const auto add = [&](const fs::path& path) {
    if (auto file = read_if_text(path, root)) files.push_back(std::move(*file));
  };
  for (const auto& entry : fs::directory_iterator(root)) add(entry.path());
  for (const std::string_view folder : kFolders) {
    if (!fs::exists(root / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) add(entry.path());
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

bool is_code(const SourceFile& file) { return file.path.ends_with(".cpp") || file.path.ends_with(".hpp"); }

bool is_public_header(const SourceFile& file) {
  return file.path.starts_with("libfit/") && file.path.ends_with(".hpp") &&
         !file.path.ends_with("_internal.hpp");
}

bool is_page(const SourceFile& file) { return file.path.ends_with(".md"); }

Violations check_layers(const SourceFile& file) {
  Violations broken;
  if (file.path.starts_with("tools/")) {
    const std::string folder = fs::path(file.path).parent_path().generic_string() + "/";
    for (const Include& include : includes_of(file)) {
      const bool own = include.target.find('/') == std::string::npos || include.target.starts_with(folder);
      if (include.quoted && !own && !include.target.starts_with("libfit/")) {
        broken.push_back(at(file, include.line, "a tool includes " + include.target));
      }
    }
    return broken;
  }
  const std::optional<std::string> room = room_of(file.path);
  if (!room) return broken;
  const std::optional<std::size_t> own = position_of(*room);
  if (!own) return {at(file, 1, *room + " is not a room of the house")};
  for (const Include& include : includes_of(file)) {
    if (!include.quoted && !include.target.starts_with("libfit/")) continue;
    const std::optional<std::string> other = room_of(include.target);
    const std::optional<std::size_t> position = other ? position_of(*other) : std::nullopt;
    if (!position) {
      broken.push_back(at(file, include.line, "includes " + include.target + ", which is in no room"));
    } else if (*position > *own) {
      broken.push_back(at(file, include.line, "includes " + include.target + ", a room to its right"));
    }
  }
  return broken;
}

Violations check_cycles(const std::vector<SourceFile>& project) {
  Violations broken;
  for (const bool units : {false, true}) {
    const Graph graph = include_graph(project, units);
    std::set<std::string> seen;
    for (const auto& [node, included] : graph) {
      if (seen.contains(node)) continue;
      const std::set<std::string> cycle = cycle_through(graph, node);
      std::set<fs::path> folders;
      for (const std::string& path : cycle) folders.insert(fs::path(path).parent_path());
      seen.insert(cycle.begin(), cycle.end());
      if (cycle.empty() || (units && folders.size() == 1)) continue;
      std::string names;
      for (const std::string& path : cycle) names += " " + path;
      broken.push_back("include each other:" + names);
    }
  }
  return broken;
}

Violations check_third_party(const SourceFile& file) {
  static const std::regex fine_in_headers(R"(^([a-z_0-9]+|Eigen/.+|nlohmann/json_fwd\.hpp)$)");
  Violations broken;
  const bool test = file.path.starts_with("tests/");
  for (const Include& include : includes_of(file)) {
    for (const Place& place : places()) {
      const bool matches =
          std::regex_search(include.target, std::regex("^(" + std::string(place.header) + ")"));
      if (matches && !test && !starts_with_any(file.path, place.allowed)) {
        broken.push_back(at(file, include.line, std::string(place.name) + " does not belong here"));
      }
    }
    if (is_public_header(file) && !include.quoted && !std::regex_match(include.target, fine_in_headers)) {
      broken.push_back(at(file, include.line, "a public header includes <" + include.target + ">"));
    }
  }
  return broken;
}

Violations check_header(const SourceFile& file) {
  Violations broken;
  if (!file.path.ends_with(".hpp") && !file.path.ends_with(".hpp.in")) return broken;
  if (file.lines.empty() || !file.lines.front().starts_with("// ")) {
    broken.push_back(at(file, 1, "a header opens with a comment that says what it is"));
  }
  if (std::find(file.lines.begin(), file.lines.end(), "#pragma once") == file.lines.end()) {
    broken.push_back(at(file, 1, "#pragma once is missing"));
  }
  return broken;
}

Violations check_length(const SourceFile& file, std::size_t limit) {
  if (!file.path.starts_with("libfit/") || file.lines.size() <= limit) return {};
  return {at(file, limit + 1, std::to_string(file.lines.size()) + " lines; split the file by subject")};
}

Violations check_machine_paths(const SourceFile& file) {
  // Written in pieces, or this file would break the rule itself. A path is absolute where no name, variable
  // or dot stands before its slash.
  static const std::regex absolute(std::string(R"((^|[^A-Za-z0-9_.}>)*-]))") + "/(wo" + "rk|ro" + "ot|tm" +
                                   "p|ho" + "me)/");
  Violations broken;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    if (std::regex_search(file.lines[i], absolute)) {
      broken.push_back(at(file, i + 1, "names an absolute path of one machine"));
    }
  }
  return broken;
}

Violations check_links(const SourceFile& page, const Exists& exists) {
  Violations broken;
  for (const Link& link : local_links(page)) {
    if (!exists(link.target))
      broken.push_back(at(page, link.line, "links to " + link.target + ", which is not there"));
  }
  return broken;
}

Violations check_cited_pages(const SourceFile& file, const Exists& exists) {
  static const std::regex citation(R"(\bdocs/[A-Za-z0-9_/.-]+\.md\b)");
  Violations broken;
  if (!is_code(file)) return broken;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const std::string& line = file.lines[i];
    for (std::sregex_iterator it(line.begin(), line.end(), citation), end; it != end; ++it) {
      if (!exists(it->str()))
        broken.push_back(at(file, i + 1, "cites " + it->str() + ", which is not there"));
    }
  }
  return broken;
}

Violations check_reachable(const std::vector<SourceFile>& project) {
  std::set<std::string> reached;
  std::vector<std::string> next = {"docs/README.md"};
  while (!next.empty()) {
    const std::string path = next.back();
    next.pop_back();
    const auto page =
        std::find_if(project.begin(), project.end(), [&](const auto& f) { return f.path == path; });
    if (page == project.end() || !is_page(*page) || !reached.insert(path).second) continue;
    for (const Link& link : local_links(*page)) next.push_back(link.target);
  }
  Violations broken;
  for (const SourceFile& file : project) {
    if (is_page(file) && file.path.starts_with("docs/") && !reached.contains(file.path)) {
      broken.push_back(at(file, 1, "cannot be reached by links from docs/README.md"));
    }
  }
  return broken;
}

}  // namespace dyniv::project
