// A loop over independent pieces of work on a few threads. Pieces are handed out one by one, so their cost
// may vary; each writes only its own result, so results do not depend on the number of threads.
#pragma once

#include <cstddef>
#include <functional>

namespace libfit {

// Threads to use for `requested` (0: all that the machine has).
unsigned thread_count(unsigned requested);

// Calls body(i) once for every i in [0, count), on up to `threads` threads (0: all; fewer where the system
// grants no more). The first exception thrown by a body stops the hand-out and is rethrown in the caller.
void parallel_for(std::size_t count, unsigned threads, const std::function<void(std::size_t)>& body);

}  // namespace libfit
