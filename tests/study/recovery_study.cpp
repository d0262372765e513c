// Prints the recovery table of docs/validation/known-truth.md: truth, mean estimate, mean and largest error
// over seeds, for every condition. Usage: recovery_study [seeds = 10] [threads = 2] [condition contains]
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "libfit/core/parallel.hpp"
#include "libfit/core/statistics.hpp"
#include "tests/science/known_truth.hpp"

namespace {

using namespace dyniv_science;

struct Row {
  std::vector<double> estimates;
  std::size_t absent = 0;
};

void print(const Condition& condition, const std::string& parameter, const Row& row) {
  const double truth = true_value(condition, parameter);
  const double mean = libfit::mean(row.estimates).value_or(std::nan(""));
  const double sd = std::sqrt(libfit::variance(row.estimates).value_or(std::nan("")));
  double largest = 0.0;
  for (const double value : row.estimates) {
    if (std::abs(value - truth) > std::abs(largest)) largest = value - truth;
  }
  // Voltages have no natural zero: their errors are shown in mV only.
  const bool relative =
      parameter.find("_mV") == std::string::npos || parameter == "Delta_T_mV" || parameter == "a_nS_per_mV";
  const auto percent = [&](double error) {
    return relative ? fmt::format("{:+.1f} %", 100.0 * error / truth) : fmt::format("{:+.2f} mV", error);
  };
  fmt::print("| {} | `{}` | {:g} | {:.4g} | {:.2g} | {} | {} |{}\n", condition.name, parameter, truth, mean,
             sd, percent(mean - truth), percent(largest),
             row.absent > 0 ? fmt::format(" {} absent |", row.absent) : "");
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t seeds = argc > 1 ? std::stoul(argv[1]) : 10;
  const auto threads = static_cast<unsigned>(argc > 2 ? std::stoul(argv[2]) : 2);
  const std::string wanted = argc > 3 ? argv[3] : "";
  fmt::print("| condition | parameter | truth | mean estimate | SD | mean error | largest error |\n");
  fmt::print("| --- | --- | --- | --- | --- | --- | --- |\n");
  for (const Condition& condition : all_conditions()) {
    if (condition.name.find(wanted) == std::string::npos) continue;
    std::vector<std::vector<std::optional<double>>> found(seeds);
    libfit::parallel_for(seeds, threads, [&](std::size_t s) {
      const Analysis analysis = analyse(condition, s + 1, 0, 1);
      for (const std::string& parameter : condition.parameters)
        found[s].push_back(estimate_of(condition, analysis, parameter));
    });
    for (std::size_t p = 0; p < condition.parameters.size(); ++p) {
      Row row;
      for (const auto& estimates : found) {
        if (estimates[p])
          row.estimates.push_back(*estimates[p]);
        else
          ++row.absent;
      }
      print(condition, condition.parameters[p], row);
    }
    std::fflush(stdout);
  }
  return 0;
}
