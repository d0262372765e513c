// Prints the table of docs/validation/coverage.md: how often the 95 % intervals contain the truth.
// Usage: coverage_study [recordings = 100] [threads = 2] [condition contains] [draws = 200]
#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

#include "libfit/core/parallel.hpp"
#include "libfit/core/statistics.hpp"
#include "tests/science/known_truth.hpp"

namespace {

using namespace dyniv_science;

struct Found {
  std::optional<double> estimate;
  std::optional<libfit::Interval> interval;
};

std::vector<Condition> conditions() {
  return {eif_condition(), at_rate(eif_condition(), 10.0), with_electrode(eif_condition())};
}

void print(const Condition& condition, const std::string& parameter, const std::vector<Found>& all) {
  const double truth = true_value(condition, parameter);
  std::vector<double> estimates, widths;
  std::size_t inside = 0, below = 0, above = 0;
  for (const Found& found : all) {
    if (!found.estimate || !found.interval) continue;
    estimates.push_back(*found.estimate);
    widths.push_back((found.interval->high - found.interval->low) / (2.0 * 1.96));
    if (truth > found.interval->high)
      ++below;
    else if (truth < found.interval->low)
      ++above;
    else
      ++inside;
  }
  fmt::print("| {} | `{}` | {} of {} | {} / {} | {:+.2g} | {:.2g} | {:.2g} |\n", condition.name, parameter,
             inside, estimates.size(), below, above, libfit::mean(estimates).value_or(std::nan("")) - truth,
             std::sqrt(libfit::variance(estimates).value_or(std::nan(""))),
             libfit::mean(widths).value_or(std::nan("")));
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t recordings = argc > 1 ? std::stoul(argv[1]) : 100;
  const auto threads = static_cast<unsigned>(argc > 2 ? std::stoul(argv[2]) : 2);
  const std::string wanted = argc > 3 ? argv[3] : "";
  const std::size_t draws = argc > 4 ? std::stoul(argv[4]) : 200;
  fmt::print(
      "| condition | parameter | inside | interval below / above the truth | mean error | SD of the "
      "estimates | mean half width / 1.96 |\n");
  fmt::print("| --- | --- | --- | --- | --- | --- | --- |\n");
  for (const Condition& condition : conditions()) {
    if (condition.name.find(wanted) == std::string::npos) continue;
    std::vector<std::vector<Found>> found(condition.parameters.size(), std::vector<Found>(recordings));
    libfit::parallel_for(recordings, threads, [&](std::size_t r) {
      const Analysis analysis = analyse(condition, 1000 + r, draws, 1);
      for (std::size_t p = 0; p < condition.parameters.size(); ++p) {
        const std::string& parameter = condition.parameters[p];
        found[p][r] = {estimate_of(condition, analysis, parameter),
                       interval_of(condition, analysis, parameter)};
      }
    });
    for (std::size_t p = 0; p < condition.parameters.size(); ++p)
      print(condition, condition.parameters[p], found[p]);
    std::fflush(stdout);
  }
  return 0;
}
