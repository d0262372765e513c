// Files that belong together: a source of the library and its test, a public header and the lines that use
// it.
#pragma once

#include <string>
#include <vector>

#include "tests/project/source_rules.hpp"

namespace dyniv::project {

// A source libfit/ROOM/.../NAME.cpp has its test tests/ROOM/NAME_test.cpp (or tests/ROOM/.../NAME_test.cpp),
// or a row in the table of source_pairs.cpp names the test that covers it. A row that no source needs, or
// whose test does not exist, is a violation as well.
Violations check_mirror(const std::vector<SourceFile>& project);

// The headers that libfit/libfit.hpp includes show, in their opening comments, the body of the function under
// their path in tests/project/sketches.cpp. Those of core need none.
Violations check_sketches(const std::vector<SourceFile>& project);

}  // namespace dyniv::project
