#include "libfit/report/warnings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace libfit {
namespace {

constexpr WarningKind kKinds[] = {
    {"training.rate_of_models", Consequence::prediction,
     "wrong firing rate on the training current, so do not simulate with: {}"},
    {"model.not_simulable", Consequence::prediction,
     "wrong at rest or under constant current, so simulate nothing unlike training with: {}"},
    {"test.rate_of_models", Consequence::prediction,
     "wrong firing rate on the test current: see the column Hz of the scores, and the cell's"},
    {"training.rate", Consequence::prediction,
     "the cell's rate changes over training: fit a steadier part with --from and --to"},
    {"test.drift", Consequence::prediction,
     "the cell drifts over the test repetitions: compare models with each other, not with the ceiling"},
    {"test.one_repetition", Consequence::prediction,
     "one test sweep: no Md*, no reliability, no ceiling; record its current several times"},
    {"test.other_current", Consequence::prediction,
     "test sweeps with another current than the first are not scored; choose with --test-sweeps"},
    {"model.too_few_spikes", Consequence::model,
     "too few spikes for models that fire: record longer, or drive the cell harder"},
    {"model.failed", Consequence::model, "not fitted: {}"},
    {"model.not_identified", Consequence::model, "not identified, so do not interpret their parameters: {}"},
    {"gif.folds", Consequence::model,
     "the GIF family is not cross-validated, its spikes are too few or too uneven: record longer"},
    {"training.drift", Consequence::parameter,
     "the voltage drifts over training, E and V_T are averages: fit a steadier part with --from and --to"},
    {"training.rundown", Consequence::parameter,
     "spikes shrink over training: fit an earlier part with --to"},
    {"electrode.negative", Consequence::parameter,
     "the electrode's resistance is negative: compensated already, or current and voltage not in step"},
    {"electrode.no_sweep", Consequence::parameter,
     "no electrode sweep: R_e is uncertain and C a lower bound; record 10 s of weak noise"},
    {"electrode.bridge", Consequence::parameter,
     "bridge-balanced already and compensated once more; pass --no-compensation if the balance was right"},
    {"electrode.no_membrane", Consequence::parameter,
     "the electrode sweep does not resolve the membrane: record 10 s of weak fast noise"},
    {"electrode.slow_part", Consequence::parameter,
     "the cell is not isopotential: R_e holds a fast mode of it, C is that near the electrode"},
    {"lag.unknown", Consequence::parameter,
     "no lag between current and voltage could be measured; they are taken as sampled together"},
    {"lag.late", Consequence::parameter,
     "the recorded current lags: give an electrode sweep, or leave out --no-compensation"},
    {"capacitance.disagreement", Consequence::parameter,
     "C of plateau and electrode sweep disagree, the latter is used: see their table"},
    {"capacitance.no_plateau", Consequence::parameter,
     "C has no plateau over the voltage: treat it as a lower bound if there was no electrode sweep"},
    {"capacitance.regression_only", Consequence::parameter,
     "C is from the regression over all voltages alone: record longer"},
    {"capacitance.above", Consequence::parameter,
     "C is larger by other methods, likely a slow outward current near threshold: see their table"},
    {"capacitance.below", Consequence::parameter,
     "C is smaller by other methods: check compensation, and whether current and voltage are in step"},
    {"capacitance.residual", Consequence::parameter,
     "electrode resistance is left in the voltage: check bridge balance or compensation"},
    {"curve.after_spikes", Consequence::parameter,
     "the cell fires too often to leave out all that follows a spike: that is in F(V) too"},
    {"fit.bound", Consequence::parameter, "a parameter is on its bound, the curve has another shape: {}"},
    {"fit.spike_onset", Consequence::parameter,
     "V_th of {} is the median spike onset, as F(V) does not return to zero"},
    {"sampling.coarse", Consequence::parameter,
     "sampled below 5 kHz: check the step, and read kinetic parameters with caution"},
    {"electrode.not_used", Consequence::bookkeeping,
     "--no-compensation: the electrode recording was not used"},
    {"channel.name", Consequence::bookkeeping, "channels are named against their units; the units decide"},
    {"unit.stated", Consequence::bookkeeping,
     "units of the file are replaced by --current-unit or --voltage-unit"},
    {"sweeps.unequal", Consequence::bookkeeping, "sweeps are of unequal length"},
};

// Where " [kind]" begins; npos for a sentence without one.
std::size_t place_of_kind(std::string_view warning) {
  const std::size_t place = warning.rfind(" [");
  if (place == std::string_view::npos || !warning.ends_with(']')) return std::string_view::npos;
  const std::string_view kind = warning.substr(place + 2, warning.size() - place - 3);
  const bool word =
      std::ranges::all_of(kind, [](unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == '_'; });
  const std::size_t dot = kind.find('.');
  // "[0.5]" is a number.
  return word && dot != std::string_view::npos && std::isalpha(static_cast<unsigned char>(kind.front())) != 0
             ? place
             : std::string_view::npos;
}

const WarningKind* kind_of(std::string_view warning) {
  const std::size_t place = place_of_kind(warning);
  if (place == std::string_view::npos) return nullptr;
  const std::string_view name = warning.substr(place + 2, warning.size() - place - 3);
  const auto* found = std::ranges::find(kKinds, name, &WarningKind::kind);
  return found == std::end(kKinds) ? nullptr : found;
}

// What sentences of one cause share: without the file in front, and whatever the numbers.
std::string without_place_and_numbers(std::string_view sentence) {
  const std::size_t colon = sentence.find(": ");
  if (colon != std::string_view::npos &&
      sentence.substr(0, colon).find_first_of("/.") != std::string_view::npos)
    sentence.remove_prefix(colon);
  std::string shared;
  for (const char c : sentence) {
    const bool digit = std::isdigit(static_cast<unsigned char>(c)) != 0;
    if (!digit) shared += c;
    if (digit && !shared.ends_with('#')) shared += '#';
  }
  return shared;
}

// The names before the first colon of each sentence, "eif, adex: ...", each once.
std::string subjects_of(const WarningGroup& group, std::span<const std::string> warnings) {
  std::vector<std::string> names;
  for (const std::size_t member : group.members) {
    std::string_view rest = std::string_view(warnings[member]).substr(0, warnings[member].find(": "));
    while (!rest.empty()) {
      const std::size_t comma = rest.find(", ");
      const std::string name(rest.substr(0, comma));
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
      rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 2);
    }
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string headline_of(const WarningGroup& group, const WarningKind* kind,
                        std::span<const std::string> warnings) {
  if (kind != nullptr) return fmt::format(fmt::runtime(kind->headline), subjects_of(group, warnings));
  std::string text(sentence_of(warnings[group.members.front()]));
  if (group.members.size() > 1) text += fmt::format(" (and {} more like it)", group.members.size() - 1);
  return text;
}

}  // namespace

const char* consequence_name(Consequence consequence) {
  switch (consequence) {
    case Consequence::prediction:
      return "prediction";
    case Consequence::model:
      return "model";
    case Consequence::unknown:
      return "unknown";
    case Consequence::parameter:
      return "parameter";
    case Consequence::bookkeeping:
      return "bookkeeping";
  }
  return "";
}

std::span<const WarningKind> warning_kinds() { return kKinds; }

std::string_view sentence_of(std::string_view warning) { return warning.substr(0, place_of_kind(warning)); }

std::vector<WarningGroup> group_warnings(std::span<const std::string> warnings) {
  std::vector<WarningGroup> groups;
  std::vector<std::string> causes;  // one per group
  for (std::size_t i = 0; i < warnings.size(); ++i) {
    const WarningKind* kind = kind_of(warnings[i]);
    std::string cause = kind != nullptr ? kind->kind : without_place_and_numbers(warnings[i]);
    const auto known = static_cast<std::size_t>(std::ranges::find(causes, cause) - causes.begin());
    if (known == groups.size()) {
      groups.push_back({kind != nullptr ? kind->kind : "",
                        kind != nullptr ? kind->touches : Consequence::unknown,
                        {},
                        {}});
      causes.push_back(std::move(cause));
    }
    groups[known].members.push_back(i);
  }
  for (WarningGroup& group : groups)
    group.headline = headline_of(group, kind_of(warnings[group.members.front()]), warnings);
  std::ranges::stable_sort(groups, {}, &WarningGroup::touches);
  return groups;
}

}  // namespace libfit
