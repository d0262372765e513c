// The catalogue of models, one row each: what a model is called in files, tables and figures, its colour and
// where it is shown, what it is fitted to, an empty one and a textbook cell. Every list of models, in fits,
// files, figures, tables, options and docs, comes from here. A new model is a struct in the variant
// (model.hpp), its parameter_rows (parameters.hpp), a row here, and the overloads that the compiler then
// asks for.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libfit/model/model.hpp"

namespace libfit {

enum class ModelGroup {
  curve,   // parameters fitted to F(V)
  table,   // F(V) itself
  memory,  // an EIF that also depends on past spikes
  chance   // draws its spikes from a hazard
};

// Where a model is shown when not all are; a row adds them up.
enum class Shown : unsigned {
  curve = 1,        // on the measured F(V)
  predictions = 2,  // voltage, raster and f-I curve beside those of the cell
  scores = 4,
  repetitions = 8,  // spikes per test repetition
  thresholds = 16,
  comparison = 32,  // of cells
  overview = 64     // on the terminal
};

struct CatalogueRow {
  std::string_view name;   // in files and options: "refractory_eif"
  std::string_view label;  // in figures: "refractory EIF"
  ModelGroup group;
  unsigned colour;  // place in the palette of figures; 0: the next that is free
  unsigned rank;    // place among the models of a figure; 0: in none
  unsigned shown;   // sum of Shown
  Model (*empty)();
  Model (*textbook_cell)();  // defaults of a model made by hand; nullptr: it cannot be
};

// In the order of the variant, a Gif once for each kind.
std::span<const CatalogueRow> catalogue();

const CatalogueRow& row_of(const Model& model);
// nullptr for a name that is not in the catalogue.
const CatalogueRow* find_row(std::string_view name);

std::vector<std::string_view> names_of(ModelGroup group);
// By rank, those without one first.
std::vector<std::string_view> names_shown_in(Shown place);

// Whether the model of that name, or of that fit, has spikes at all: all but the passive membrane.
bool fires(std::string_view name);

// As people write it: "EIF"; of a fit: "EIF, tuned" for "eif_tuned". A name that is not in the catalogue in
// capitals.
std::string label_of_model(std::string_view name);

// Colours by label: a model has the same one in all figures, whichever others are in it.
std::vector<unsigned> model_colours(const std::vector<std::string>& labels);

}  // namespace libfit
