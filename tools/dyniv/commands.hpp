// The subcommands, each in command_NAME.cpp: they take the words after their name and return an exit code.
#pragma once

#include <string>
#include <vector>

namespace dyniv {

int command_analyze(const std::vector<std::string>& arguments);
int command_compare(const std::vector<std::string>& arguments);
int command_compensate(const std::vector<std::string>& arguments);
int command_fit(const std::vector<std::string>& arguments);
int command_import(const std::vector<std::string>& arguments);
int command_inspect(const std::vector<std::string>& arguments);
int command_iv(const std::vector<std::string>& arguments);
int command_plot(const std::vector<std::string>& arguments);
int command_run(const std::vector<std::string>& arguments);
int command_score(const std::vector<std::string>& arguments);
int command_simulate(const std::vector<std::string>& arguments);
int command_steps(const std::vector<std::string>& arguments);
int command_stimulus(const std::vector<std::string>& arguments);

}  // namespace dyniv
