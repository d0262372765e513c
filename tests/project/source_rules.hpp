// The rules of the house, as functions from the text of a file to the rules it breaks: which room may include
// which, where third-party headers may occur, what a header opens with, what documentation may point at.
// The rules are those of CONTRIBUTING.md; the tests apply them to bad examples first, then to the project.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace dyniv::project {

struct SourceFile {
  std::string path;  // from the root of the project, with '/'
  std::vector<std::string> lines;
};

// Each a sentence that opens with "path:line: ".
using Violations = std::vector<std::string>;

// Whether a path, from the root of the project, exists.
using Exists = std::function<bool(const std::string&)>;

SourceFile make_source_file(std::string path, const std::string& text);

// Every text file of the project (code, scripts, CMake, documentation); build trees and results are not part.
std::vector<SourceFile> read_project(const std::filesystem::path& root);

bool is_code(const SourceFile& file);           // .cpp or .hpp
bool is_public_header(const SourceFile& file);  // a header of libfit that is installed
bool is_page(const SourceFile& file);           // .md

// Rooms include core, themselves and rooms to their left; tools include libfit and their own folder.
Violations check_layers(const SourceFile& file);
// No header includes itself by way of others, and no folder's unit (a header with its source) depends on
// itself by way of a unit of another folder.
Violations check_cycles(const std::vector<SourceFile>& project);
// HDF5, Ceres, JSON, OpenSSL, Random123 and Boost.Program_options each have their place; public headers have
// Eigen only.
Violations check_third_party(const SourceFile& file);
// A header opens with a comment and has #pragma once.
Violations check_header(const SourceFile& file);
// A file of libfit has at most `limit` lines.
Violations check_length(const SourceFile& file, std::size_t limit = 400);
// No absolute path into somebody's machine.
Violations check_machine_paths(const SourceFile& file);
// Local links of a page lead somewhere.
Violations check_links(const SourceFile& page, const Exists& exists);
// Pages that a comment cites by path (docs/....md) exist.
Violations check_cited_pages(const SourceFile& file, const Exists& exists);
// Every page under docs/ can be reached from docs/README.md by following links.
Violations check_reachable(const std::vector<SourceFile>& project);

}  // namespace dyniv::project
