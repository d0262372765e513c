// Spike trains as every room hands them on. They are aliases: a train is sorted and its times are checked
// where it comes in (detection, simulation, reading), and a class of its own would add nothing to that.
#pragma once

#include <vector>

namespace libfit {

using SpikeTrain = std::vector<double>;       // times in ms from the start of the sweep, ascending
using SpikeTrains = std::vector<SpikeTrain>;  // one a sweep, a repetition or a trial

}  // namespace libfit
