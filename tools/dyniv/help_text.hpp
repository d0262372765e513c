// The help of a command: a usage line, a few sentences, and its options group by group in the order of the
// work, with defaults in brackets.
#pragma once

#include <boost/program_options.hpp>
#include <string>
#include <vector>

namespace dyniv {

std::string help_text(const std::string& synopsis, const std::string& about,
                      const std::vector<boost::program_options::options_description>& groups);

}  // namespace dyniv
