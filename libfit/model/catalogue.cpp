#include "libfit/model/catalogue.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace libfit {
namespace {

constexpr Reset kReset{-60.0, 3.0};

Model textbook_passive() { return Passive{150.0, 10.0, -65.0}; }
Model textbook_lif() { return Lif{150.0, 10.0, -65.0, -50.0, kReset}; }
Model textbook_qif() { return Qif{150.0, 0.5, -65.0, -45.0, 20.0, kReset}; }
Model textbook_eif() { return Eif{150.0, 10.0, -65.0, -50.0, 1.5, 20.0, kReset}; }
Model textbook_table() {
  return Tabulated{150.0, {-80.0, -65.0, -55.0, -50.0, -45.0}, {1.0, 0.0, -0.5, 0.0, 4.0}, 20.0, kReset};
}
Model textbook_refractory_eif() {
  return RefractoryEif{150.0, 10.0, -65.0, -50.0, 1.5, 10.0, 25.0,  10.0,
                       12.0,  0.0,  40.0,  0.0,   8.0, 20.0, kReset};
}
Model textbook_adex() { return Adex{150.0, 10.0, -65.0, -50.0, 1.5, 2.0, 50.0, 100.0, 20.0, kReset}; }

// Fires at 1/ms where V is at -50 mV, e times as often 2 mV above.
Model textbook_gif() {
  Gif m;
  m.C_pF = 150.0;
  m.g_nS = 10.0;
  m.E_mV = -65.0;
  m.reset = kReset;
  m.currents = {{20.0, 100.0}};
  m.reference_mV = -50.0;
  m.filters = {{0.0, 0.5}};
  m.V_spike_mV = 20.0;
  adopt_membrane_as_drive(m);
  return m;
}

template <class M>
Model empty() {
  return M{};
}
template <GifKind kind>
Model empty_gif() {
  Gif model;
  model.kind = kind;
  return model;
}

constexpr unsigned in(std::initializer_list<Shown> places) {
  unsigned sum = 0;
  for (const Shown place : places) sum += static_cast<unsigned>(place);
  return sum;
}

using enum Shown;
constexpr unsigned kEverySpike = in({predictions, scores, repetitions, comparison});
constexpr std::array kRows = {
    CatalogueRow{"passive", "passive", ModelGroup::curve, 0, 0, in({overview}), empty<Passive>,
                 textbook_passive},
    CatalogueRow{"lif", "LIF", ModelGroup::curve, 0, 0, in({overview}), empty<Lif>, textbook_lif},
    CatalogueRow{"qif", "QIF", ModelGroup::curve, 2, 2,
                 in({curve, predictions, scores, comparison, overview}), empty<Qif>, textbook_qif},
    CatalogueRow{"eif", "EIF", ModelGroup::curve, 1, 1, kEverySpike + in({curve, overview}), empty<Eif>,
                 textbook_eif},
    CatalogueRow{"tabulated", "measured F", ModelGroup::table, 0, 0, 0, empty<Tabulated>, textbook_table},
    CatalogueRow{"refractory_eif", "refractory EIF", ModelGroup::memory, 3, 3,
                 in({scores, repetitions, comparison}), empty<RefractoryEif>, textbook_refractory_eif},
    CatalogueRow{"adex", "AdEx", ModelGroup::memory, 4, 4, kEverySpike, empty<Adex>, textbook_adex},
    CatalogueRow{"gif", "GIF", ModelGroup::chance, 5, 5, in({scores, thresholds, comparison, overview}),
                 empty_gif<GifKind::gif>, textbook_gif},
    CatalogueRow{"exp_gif", "exponential GIF", ModelGroup::chance, 0, 0, 0, empty_gif<GifKind::exp_gif>,
                 nullptr},
    CatalogueRow{"igif", "iGIF", ModelGroup::chance, 0, 0, 0, empty_gif<GifKind::igif>, nullptr},
    CatalogueRow{"igif2", "iGIF, 2 states", ModelGroup::chance, 7, 6, in({thresholds, comparison}),
                 empty_gif<GifKind::igif2>, nullptr},
    CatalogueRow{"history_gif", "history GIF", ModelGroup::chance, 6, 7,
                 kEverySpike + in({thresholds, overview}), empty_gif<GifKind::history_gif>, nullptr}};

constexpr std::size_t kFirstGif = std::variant_size_v<Model> - 1;
static_assert(std::is_same_v<std::variant_alternative_t<kFirstGif, Model>, Gif>);
static_assert(kRows.size() == kFirstGif + kGifKinds.size(), "a row for every model");

constexpr unsigned kColours = std::ranges::max(kRows, {}, &CatalogueRow::colour).colour;

std::vector<std::string_view> names_where(auto&& wanted) {
  std::vector<std::string_view> names;
  for (const CatalogueRow& row : kRows)
    if (wanted(row)) names.push_back(row.name);
  return names;
}

}  // namespace

std::span<const CatalogueRow> catalogue() { return kRows; }

const CatalogueRow& row_of(const Model& model) {
  const auto* gif = std::get_if<Gif>(&model);
  return kRows.at(model.index() + (gif == nullptr ? 0 : static_cast<std::size_t>(gif->kind)));
}

const CatalogueRow* find_row(std::string_view name) {
  const auto* row = std::ranges::find(kRows, name, &CatalogueRow::name);
  return row == kRows.end() ? nullptr : row;
}

std::string_view model_name(const Model& model) { return row_of(model).name; }

std::string_view gif_kind_name(GifKind kind) {
  return kRows.at(kFirstGif + static_cast<std::size_t>(kind)).name;
}

bool is_stochastic(const Model& model) { return row_of(model).group == ModelGroup::chance; }

std::vector<std::string_view> names_of(ModelGroup group) {
  return names_where([group](const CatalogueRow& row) { return row.group == group; });
}

std::vector<std::string_view> names_shown_in(Shown place) {
  auto names = names_where(
      [place](const CatalogueRow& row) { return (row.shown & static_cast<unsigned>(place)) != 0; });
  std::ranges::stable_sort(names, {}, [](std::string_view name) { return find_row(name)->rank; });
  return names;
}

bool fires(std::string_view name) {
  const CatalogueRow* row = find_row(name);
  return row == nullptr || spike_voltage_mV(row->empty()).has_value();
}

std::string label_of_model(std::string_view name) {
  constexpr std::string_view kTuned = "_tuned";
  if (name.ends_with(kTuned)) return label_of_model(name.substr(0, name.size() - kTuned.size())) + ", tuned";
  if (const CatalogueRow* row = find_row(name)) return std::string(row->label);
  std::string label(name);
  std::ranges::transform(label, label.begin(), [](unsigned char c) { return std::toupper(c); });
  return label;
}

std::vector<unsigned> model_colours(const std::vector<std::string>& labels) {
  constexpr unsigned kFreeColours = 6;  // of the palette, for models without one of their own
  std::vector<unsigned> colours(labels.size(), 0);
  std::array<bool, kColours> taken{};
  for (std::size_t m = 0; m < labels.size(); ++m) {
    const auto* row = std::ranges::find(kRows, labels[m], &CatalogueRow::label);
    if (row == kRows.end() || row->colour == 0 || taken[row->colour - 1]) continue;
    colours[m] = row->colour;
    taken[row->colour - 1] = true;
  }
  unsigned next = 0;
  for (unsigned& colour : colours) {
    if (colour != 0) continue;
    while (next < taken.size() && taken[next]) ++next;
    colour = 1 + next++ % kFreeColours;
  }
  return colours;
}

}  // namespace libfit
