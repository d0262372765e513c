// The models that a figure shows, each with the label and the colour that it has in every figure.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "libfit/draw/figure_pieces.hpp"
#include "libfit/model/catalogue.hpp"

namespace libfit {

template <class Entry>
struct ShownModel {
  const Entry* entry;
  std::string label;
  unsigned colour;
};

// Those of `entries` that the catalogue shows there, in its order; `name_of` gives the name of an entry.
template <class Entry, class NameOf>
std::vector<ShownModel<Entry>> shown_models(const std::vector<Entry>& entries, Shown place, NameOf name_of) {
  std::vector<ShownModel<Entry>> shown;
  std::vector<std::string> labels;
  for (const std::string_view name : names_shown_in(place)) {
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
