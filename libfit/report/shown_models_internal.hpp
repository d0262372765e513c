// The models that a figure shows, each with the label and the colour that it has in every figure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "libfit/draw/figure_pieces.hpp"
#include "libfit/simulate/model_analysis.hpp"

namespace libfit {

// Where spikes are predicted: EIF and QIF, and what adaptation and a threshold that follows the voltage add.
inline constexpr std::string_view kPredictingModels[] = {"eif", "qif", "adex", "history_gif"};

template <class Entry>
struct ShownModel {
  const Entry* entry;
  std::string label;
  unsigned colour;
};

// Those of `entries` that have one of `names`, in the order of the names; `name_of` gives the name of an
// entry.
template <class Entry, std::size_t count, class NameOf>
std::vector<ShownModel<Entry>> shown_models(const std::vector<Entry>& entries,
                                            const std::string_view (&names)[count], NameOf name_of) {
  std::vector<ShownModel<Entry>> shown;
  std::vector<std::string> labels;
  for (const std::string_view name : names) {
    const auto found = std::ranges::find(entries, name, name_of);
    if (found == entries.end()) continue;
    labels.push_back(label_of_model(name));
    shown.push_back({&*found, labels.back(), kBlack});
  }
  const std::vector<unsigned> colours = model_colours(labels);
  for (std::size_t i = 0; i < shown.size(); ++i) shown[i].colour = colours[i];
  return shown;
}

}  // namespace libfit
