// Distances between two spike trains, for readers who know them. All are 0 for identical trains and
// symmetric; none corrects for chance, and none is comparable between rates. Times in ms.
#pragma once

#include <span>

namespace libfit {

// Least cost of turning one train into the other: 1 to add or remove a spike, q |dt| to move one
// [Victor & Purpura 1996, J Neurophysiol 76:1310]. q_per_ms >= 0; at q = 0 the difference of the spike
// counts, for large q the number of spikes without an equal. O(N_a N_b) time, O(N_b) memory.
double victor_purpura_distance(std::span<const double> first_ms, std::span<const double> second_ms,
                               double q_per_ms);

// D with D^2 = (1/tau) integral (f - g)^2 dt over trains convolved with exp(-t/tau), t >= 0
// [van Rossum 2001, Neural Comput 13:751]: one spike more gives D^2 = 1/2. tau_ms > 0. Exact, O(N_a + N_b):
// between spikes f - g is one exponential, whose square is integrated in closed form, without cancellation.
double van_rossum_distance(std::span<const double> first_ms, std::span<const double> second_ms,
                           double tau_ms);

// The two distances of Kreuz and colleagues average a dissimilarity in [0, 1] over [0, duration_ms], with an
// auxiliary spike at each end of every train, as in the second paper (later software corrects the first and
// last interval instead, which changes the values near the ends).

// |x_1 - x_2| / max(x_1, x_2) of the current inter-spike intervals [Kreuz et al. 2007, J Neurosci Methods
// 165:151; here in absolute value]. O(N).
double isi_distance(std::span<const double> first_ms, std::span<const double> second_ms, double duration_ms);

// SPIKE-distance [Kreuz et al. 2013, J Neurophysiol 109:1457, eq. 13 to 19]: differences to the nearest spike
// of the other train, weighted by closeness, over the local interval. Exact (the profile is piecewise
// linear), O(N log N).
double spike_distance(std::span<const double> first_ms, std::span<const double> second_ms,
                      double duration_ms);

}  // namespace libfit
