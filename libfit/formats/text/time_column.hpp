// The sampling step of a column of printed times. Times are regular when some step and some start lie
// within the rounding of all their printed digits (%g, four decimals); the step is then the roundest that
// does so, as step or as rate, since rigs are set to round numbers.
#pragma once

#include <string>
#include <vector>

namespace libfit {

// Step in ms of times, one per row, in a unit of `unit_ms`. Throws InputError, with the row, for times that
// do not increase or leave out a sample; `check` false: the mean step, whatever the times do.
double time_step_ms(const std::vector<double>& time, double unit_ms, const std::string& path, bool check);

}  // namespace libfit
