#include "libfit/stimulus/stimulus_spec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

struct Kind {
  std::string_view name;
  std::string_view example;
};
constexpr std::array<Kind, 9> kKinds{{
    {"constant", "constant:amplitude_pA=50"},
    {"step", "step:begin_ms=100,end_ms=600,amplitude_pA=200"},
    {"pulse", "pulse:at_ms=50,charge_fC=500"},
    {"ramp", "ramp:begin_ms=0,end_ms=1000,from_pA=0,to_pA=300"},
    {"sine", "sine:amplitude_pA=50,frequency_Hz=8"},
    {"chirp", "chirp:amplitude_pA=50,from_Hz=1,to_Hz=40"},
    {"log_chirp", "log_chirp:amplitude_pA=50,from_Hz=1,to_Hz=40"},
    {"ou", "ou:mean_pA=20,sd_pA=100/50,tau_ms=3/10"},
    {"poisson", "poisson:rate_Hz=800,charge_fC=60,tau_ms=5"},
}};

const Kind* find_kind(std::string_view name) {
  const auto* const found = std::ranges::find(kKinds, name, &Kind::name);
  return found == kKinds.end() ? nullptr : found;
}

template <class Number>
bool parse_whole(std::string_view text, Number& value) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  return problem == std::errc() && end == text.data() + text.size();
}

std::vector<std::string_view> split(std::string_view text, std::string_view marks) {
  std::vector<std::string_view> words;
  for (;;) {
    const std::size_t place = text.find_first_of(marks);
    words.push_back(text.substr(0, place));
    if (place == std::string_view::npos) return words;
    text.remove_prefix(place + 1);
  }
}

// The values of one part by name. Each is asked for once; what is left over at the end was not meant.
class Values {
 public:
  explicit Values(std::string_view part) : part_(part), kind_(part.substr(0, part.find(':'))) {
    if (part.size() <= kind_.size() + 1) refuse("has no values");
    for (const std::string_view word : split(part.substr(kind_.size() + 1), ",")) {
      const std::size_t mark = word.find('=');
      if (mark == std::string_view::npos || mark == 0) refuse(fmt::format("`{}` is no name=value", word));
      if (!values_.emplace(word.substr(0, mark), word.substr(mark + 1)).second)
        refuse(fmt::format("{} is given twice", word.substr(0, mark)));
    }
  }

  double number(std::string_view name) {
    const auto value = take(name);
    if (!value) refuse(fmt::format("{} is missing", name));
    return to_number(name, *value);
  }
  double number(std::string_view name, double otherwise) {
    const auto value = take(name);
    return value ? to_number(name, *value) : otherwise;
  }
  std::vector<double> numbers(std::string_view name) {
    const auto value = take(name);
    if (!value) refuse(fmt::format("{} is missing", name));
    std::vector<double> list;
    for (const std::string_view word : split(*value, "/")) list.push_back(to_number(name, word));
    return list;
  }
  std::optional<std::uint64_t> seed() {
    const auto value = take("seed");
    std::uint64_t number = 0;
    if (value && !parse_whole(*value, number))
      refuse(fmt::format("seed = {}: must be a whole number from 0 on", *value));
    return value ? std::optional(number) : std::nullopt;
  }
  StimulusWindow window() {
    StimulusWindow window;
    window.begin_ms = number("begin_ms", window.begin_ms);
    window.end_ms = number("end_ms", window.end_ms);
    return window;
  }
  void finish() const {
    if (values_.empty()) return;
    std::string names;
    for (const std::string_view name : asked_) names += fmt::format("{}{}", names.empty() ? "" : ", ", name);
    refuse(fmt::format("there is no {} in it; it has {}", values_.begin()->first, names));
  }
  [[noreturn]] void refuse(std::string_view problem) const {
    throw OptionError(fmt::format("{}: {}; write it as in {}", part_, problem, find_kind(kind_)->example));
  }

 private:
  std::optional<std::string_view> take(std::string_view name) {
    asked_.push_back(name);
    const auto found = values_.find(name);
    if (found == values_.end()) return std::nullopt;
    const std::string_view value = found->second;
    values_.erase(found);
    return value;
  }
  double to_number(std::string_view name, std::string_view text) const {
    double value = 0.0;
    if (!parse_whole(text, value) || !std::isfinite(value))
      refuse(fmt::format("{} = {}: is not a number", name, text));
    return value;
  }

  std::string_view part_, kind_;
  std::map<std::string_view, std::string_view> values_;
  std::vector<std::string_view> asked_;
};

PulsePart read_pulse(Values& values) {
  PulsePart part;
  part.at_ms = values.number("at_ms");
  part.charge_fC = values.number("charge_fC");
  part.width_ms = values.number("width_ms", part.width_ms);
  part.count = values.number("count", part.count);
  part.period_ms = values.number("period_ms", part.period_ms);
  return part;
}

NoisePart read_noise(Values& values) {
  NoisePart part{values.window(), {}, values.seed()};
  const auto sds = values.numbers("sd_pA");
  const auto taus = values.numbers("tau_ms");
  if (sds.size() != taus.size())
    values.refuse(fmt::format("{} values of sd_pA and {} of tau_ms", sds.size(), taus.size()));
  for (std::size_t i = 0; i < sds.size(); ++i) part.noise.components.push_back({sds[i], taus[i]});
  part.noise.mean_pA = values.number("mean_pA", part.noise.mean_pA);
  part.noise.modulation_depth = values.number("modulation_depth", part.noise.modulation_depth);
  part.noise.modulation_Hz = values.number("modulation_Hz", part.noise.modulation_Hz);
  return part;
}

PoissonPart read_poisson(Values& values) {
  PoissonPart part;
  part.window = values.window();
  part.seed = values.seed();
  part.rate_Hz = values.number("rate_Hz");
  part.charge_fC = values.number("charge_fC");
  part.tau_ms = values.number("tau_ms");
  part.tau_rise_ms = values.number("tau_rise_ms", part.tau_rise_ms);
  return part;
}

StimulusPart read_part(std::string_view kind, Values& values) {
  if (kind == "pulse") return read_pulse(values);
  if (kind == "ou") return read_noise(values);
  if (kind == "poisson") return read_poisson(values);
  const StimulusWindow window = values.window();
  if (kind == "ramp") return RampPart{window, values.number("from_pA"), values.number("to_pA")};
  const double amplitude_pA = values.number("amplitude_pA");
  if (kind == "sine")
    return SinePart{window, amplitude_pA, values.number("frequency_Hz"), values.number("phase_deg", 0.0)};
  if (kind == "chirp" || kind == "log_chirp") {
    return ChirpPart{window, amplitude_pA, values.number("from_Hz"), values.number("to_Hz"),
                     kind == "log_chirp"};
  }
  return StepPart{window, amplitude_pA};
}

StimulusPart parse_part(std::string_view text) {
  const std::string_view kind = text.substr(0, text.find(':'));
  if (!is_stimulus_spec(text))
    throw OptionError(fmt::format("{}: is no current; write one of\n{}", text, stimulus_kinds()));
  Values values(text);
  StimulusPart part = read_part(kind, values);
  values.finish();
  try {
    validate(part);
  } catch (const OptionError& problem) {
    throw OptionError(fmt::format("{}: {}", text, problem.what()));
  }
  return part;
}

// Writes `name=value` for each value that is not what is taken when it is left out.
class Words {
 public:
  explicit Words(std::string_view kind) : text_(kind) {}
  Words& add(std::string_view name, double value) {
    text_ += fmt::format("{}{}={}", mark_, name, value);
    mark_ = ',';
    return *this;
  }
  Words& add_unless(std::string_view name, double value, double otherwise) {
    return value == otherwise ? *this : add(name, value);
  }
  Words& add(const StimulusWindow& window) {
    add_unless("begin_ms", window.begin_ms, 0.0);
    return add_unless("end_ms", window.end_ms, StimulusWindow{}.end_ms);
  }
  Words& add_seed(const std::optional<std::uint64_t>& seed) {
    if (seed) text_ += fmt::format("{}seed={}", mark_, *seed);
    return *this;
  }
  Words& add_components(const std::vector<NoiseComponent>& components) {
    std::string sds, taus;
    for (const NoiseComponent& c : components) {
      sds += fmt::format("{}{}", sds.empty() ? "" : "/", c.sd_pA);
      taus += fmt::format("{}{}", taus.empty() ? "" : "/", c.tau_ms);
    }
    text_ += fmt::format("{}sd_pA={},tau_ms={}", mark_, sds, taus);
    mark_ = ',';
    return *this;
  }
  std::string text() const { return text_; }

 private:
  std::string text_;
  char mark_ = ':';
};

std::string in_words(const StepPart& p) {
  return Words("step").add(p.window).add("amplitude_pA", p.amplitude_pA).text();
}
std::string in_words(const PulsePart& p) {
  return Words("pulse")
      .add("at_ms", p.at_ms)
      .add("charge_fC", p.charge_fC)
      .add_unless("width_ms", p.width_ms, 0.0)
      .add_unless("count", p.count, 1.0)
      .add_unless("period_ms", p.period_ms, 0.0)
      .text();
}
std::string in_words(const RampPart& p) {
  return Words("ramp").add(p.window).add("from_pA", p.from_pA).add("to_pA", p.to_pA).text();
}
std::string in_words(const SinePart& p) {
  return Words("sine")
      .add(p.window)
      .add("amplitude_pA", p.amplitude_pA)
      .add("frequency_Hz", p.frequency_Hz)
      .add_unless("phase_deg", p.phase_deg, 0.0)
      .text();
}
std::string in_words(const ChirpPart& p) {
  return Words(p.logarithmic ? "log_chirp" : "chirp")
      .add(p.window)
      .add("amplitude_pA", p.amplitude_pA)
      .add("from_Hz", p.from_Hz)
      .add("to_Hz", p.to_Hz)
      .text();
}
std::string in_words(const NoisePart& p) {
  return Words("ou")
      .add(p.window)
      .add_components(p.noise.components)
      .add_unless("mean_pA", p.noise.mean_pA, 0.0)
      .add_unless("modulation_depth", p.noise.modulation_depth, 0.0)
      .add_unless("modulation_Hz", p.noise.modulation_Hz, NoiseOptions{}.modulation_Hz)
      .add_seed(p.seed)
      .text();
}
std::string in_words(const PoissonPart& p) {
  return Words("poisson")
      .add(p.window)
      .add("rate_Hz", p.rate_Hz)
      .add("charge_fC", p.charge_fC)
      .add("tau_ms", p.tau_ms)
      .add_unless("tau_rise_ms", p.tau_rise_ms, 0.0)
      .add_seed(p.seed)
      .text();
}

}  // namespace

bool is_stimulus_spec(std::string_view word) {
  const std::size_t colon = word.find(':');
  return colon != std::string_view::npos && find_kind(word.substr(0, colon)) != nullptr;
}

std::string stimulus_kinds() {
  std::string text;
  for (const Kind& kind : kKinds) text += fmt::format("  {}\n", kind.example);
  return text;
}

std::vector<StimulusPart> parse_stimulus(std::string_view text) {
  std::vector<StimulusPart> parts;
  for (const std::string_view word : split(text, " \t")) {
    if (!word.empty()) parts.push_back(parse_part(word));
  }
  if (parts.empty())
    throw OptionError(fmt::format("a current without parts; write one of\n{}", stimulus_kinds()));
  return parts;
}

std::string stimulus_as_text(std::span<const StimulusPart> parts) {
  std::string text;
  for (const StimulusPart& part : parts) {
    if (!text.empty()) text += ' ';
    text += std::visit([](const auto& p) { return in_words(p); }, part);
  }
  return text;
}

}  // namespace libfit
