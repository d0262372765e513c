// The same laws for every model of the catalogue: a new one is tested by its row.
#include "libfit/model/catalogue.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <set>

#include "libfit/core/error.hpp"
#include "libfit/core/text.hpp"
#include "libfit/model/fixed_points.hpp"
#include "libfit/model/model_file.hpp"
#include "libfit/model/parameters.hpp"

namespace libfit {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::vector<Model> textbook_cells() {
  std::vector<Model> cells;
  for (const CatalogueRow& row : catalogue())
    if (row.textbook_cell != nullptr) cells.push_back(row.textbook_cell());
  return cells;
}

TEST(Catalogue, HasARowForEveryModelUnderItsOwnName) {
  std::set<std::string_view> names, labels;
  std::set<std::size_t> alternatives, by_hand;
  for (const CatalogueRow& row : catalogue()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_TRUE(labels.insert(row.label).second) << row.label;
    EXPECT_EQ(model_name(row.empty()), row.name);
    EXPECT_EQ(find_row(row.name), &row);
    EXPECT_EQ(label_of_model(row.name), row.label);
    EXPECT_EQ(row.rank > 0, row.shown > static_cast<unsigned>(Shown::overview) || row.colour > 0) << row.name;
    alternatives.insert(row.empty().index());
    if (row.textbook_cell == nullptr) continue;
    EXPECT_EQ(model_name(row.textbook_cell()), row.name);
    by_hand.insert(row.textbook_cell().index());
  }
  EXPECT_EQ(alternatives.size(), std::variant_size_v<Model>);
  EXPECT_EQ(by_hand.size(), std::variant_size_v<Model>);
  EXPECT_EQ(find_row("hodgkin"), nullptr);
  EXPECT_FALSE(fires("passive"));
  EXPECT_TRUE(fires("lif"));
  EXPECT_TRUE(fires("eif_tuned"));
}

TEST(Catalogue, GivesEveryModelAColourOfItsOwn) {
  std::set<unsigned> colours;
  for (const CatalogueRow& row : catalogue()) {
    if (row.colour > 0) {
      EXPECT_TRUE(colours.insert(row.colour).second) << row.name;
    }
  }
  EXPECT_GE(colours.size(), 7U);
}

// With the adaptation current of an AdEx at its own rest.
double steady_F(const Model& model, double V) {
  const auto curve = steady_drift_curve(model);
  return curve ? curve->F_mV_per_ms(V) : drift_mV_per_ms(model, V);
}

TEST(EveryModel, RestsAtAStableZero) {
  for (const Model& model : textbook_cells()) {
    for (const double I : {-100.0, 0.0, 20.0}) {
      const auto V = rest_mV(model, I);
      ASSERT_TRUE(V) << model_name(model) << " " << I;
      const double shift = I / capacitance_pF(model);
      EXPECT_NEAR(steady_F(model, *V) + shift, 0.0, 1e-9) << model_name(model) << " " << I;
      EXPECT_GT(steady_F(model, *V - 0.01) + shift, 0.0) << model_name(model) << " " << I;
      EXPECT_LT(steady_F(model, *V + 0.01) + shift, 0.0) << model_name(model) << " " << I;
    }
  }
}

// The larger change is followed into halves of halves: over a jump it would not shrink.
TEST(EveryModel, HasAContinuousF) {
  for (const Model& model : textbook_cells()) {
    for (double begin = -100.0; begin < spike_voltage_mV(model).value_or(0.0); begin += 0.25) {
      double low = begin, high = begin + 0.25;
      const auto change = [&](double a, double b) {
        return std::abs(drift_mV_per_ms(model, b) - drift_mV_per_ms(model, a));
      };
      for (int i = 0; i < 35; ++i) {
        const double middle = 0.5 * (low + high);
        (change(low, middle) > change(middle, high) ? high : low) = middle;
      }
      EXPECT_LE(change(low, high), 1e-8 * (1.0 + std::abs(drift_mV_per_ms(model, high))))
          << model_name(model) << " at " << high << " mV";
    }
  }
}

TEST(EveryModel, ComesBackFromAFile) {
  for (const Model& model : textbook_cells()) {
    const std::string text = to_json_text({model});
    const ModelDocument read = parse_model(text, "x.json");
    EXPECT_EQ(to_json_text(read), text);
    const auto before = scalar_parameters(model), after = scalar_parameters(read.model);
    ASSERT_EQ(before.size(), after.size());
    for (std::size_t i = 0; i < before.size(); ++i)
      EXPECT_EQ(before[i].value, after[i].value) << before[i].name();
  }
}

TEST(EveryModel, NamesItsParametersWithTheirUnits) {
  for (const Model& model : textbook_cells()) {
    std::set<std::string_view> names;
    for (const ParameterValue& parameter : scalar_parameters(model)) {
      const Quantity& q = *parameter.quantity;
      EXPECT_TRUE(names.insert(q.name).second) << model_name(model) << " " << q.name;
      EXPECT_FALSE(q.meaning.empty()) << q.name;
      EXPECT_EQ(find_quantity(q.name), &q) << q.name;
      std::string unit(q.unit);
      if (unit.starts_with("1/")) unit.replace(0, 2, "per_");
      if (const auto slash = unit.find('/'); slash != std::string::npos) unit.replace(slash, 1, "_per_");
      EXPECT_EQ(q.name, fmt::format("{}_{}", q.symbol, unit));
    }
    EXPECT_TRUE(names.contains("C_pF")) << model_name(model);
  }
}

TEST(EveryModel, RefusesAParameterOutsideOfItsDomain) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  for (const Model& model : textbook_cells()) {
    EXPECT_NO_THROW(validate(model)) << model_name(model);
    for (const ParameterValue& parameter : scalar_parameters(model)) {
      std::vector<double> bad{kNaN, -std::numeric_limits<double>::infinity()};
      if (parameter.quantity->domain != Domain::real) bad.push_back(-1.0);
      if (parameter.quantity->domain == Domain::positive) bad.push_back(0.0);
      for (const double value : bad) {
        Model broken = model;
        std::visit(
            [&](auto& m) {
              for_each_parameter(m, [&](const Quantity& quantity, double& place) {
                if (&quantity == parameter.quantity) place = value;
              });
            },
            broken);
        try {
          validate(broken);
          ADD_FAILURE() << model_name(model) << " takes " << parameter.name() << " = " << value;
        } catch (const OptionError& error) {
          EXPECT_THAT(error.what(), StartsWith(std::string(parameter.name()))) << model_name(model);
        }
      }
    }
  }
}

std::string doc(const char* path) {
  const char* source = std::getenv("DYNIV_SOURCE_DIR");
  if (source == nullptr) throw std::runtime_error("DYNIV_SOURCE_DIR is not set; run the tests with ctest");
  return read_decoded_text(std::filesystem::path(source) / "docs" / path, std::uintmax_t{1} << 20);
}

const char* words(Domain domain) {
  return domain == Domain::positive ? "> 0" : domain == Domain::not_negative ? ">= 0" : "";
}

// The table of docs/methods/models.md; a failure shows the row that is to be there.
TEST(Documentation, ListsEveryParameterOfEveryModel) {
  const std::string page = doc("methods/models.md");
  std::vector<const Quantity*> quantities;
  for (const Model& model : textbook_cells()) {
    EXPECT_THAT(page, HasSubstr(fmt::format("`{}`", model_name(model))));
    for (const ParameterValue& parameter : scalar_parameters(model))
      if (std::ranges::find(quantities, parameter.quantity) == quantities.end())
        quantities.push_back(parameter.quantity);
  }
  std::string table = "| parameter | unit | domain | meaning | of |\n| --- | --- | --- | --- | --- |\n";
  for (const Quantity* q : quantities) {
    std::string models;
    for (const Model& model : textbook_cells())
      if (value_in(model, *q)) models += fmt::format("{}{}", models.empty() ? "" : ", ", model_name(model));
    table +=
        fmt::format("| `{}` | {} | {} | {} | {} |\n", q->name, q->unit, words(q->domain), q->meaning, models);
  }
  EXPECT_NE(page.find(table), std::string::npos) << "docs/methods/models.md should hold\n" << table;
}

TEST(Documentation, ListsTheModelsOfASummaryAndThoseThatAreShownFirst) {
  std::vector<std::string> names;
  for (const CatalogueRow& row : catalogue()) names.push_back(fmt::format("`{}`", row.name));
  EXPECT_THAT(doc("formats/summary.md"), HasSubstr(fmt::format("{}", fmt::join(names, ", "))));
  for (const char* page : {"commands/run.md", "commands/fit.md", "commands/compare.md"})
    EXPECT_THAT(doc(page), HasSubstr(fmt::format("print every model, not only {} and the best one",
                                                 fmt::join(names_shown_in(Shown::overview), ", "))));
}

}  // namespace
}  // namespace libfit
