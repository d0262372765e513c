#include "libfit/draw/table.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "libfit/core/error.hpp"

namespace {

using namespace libfit;

Table cells() {
  Table table;
  table.columns = {{"cell", "", Alignment::left}, {"C", "pF"}, {"E", "mV"}};
  table.rows.push_back({std::string("a_1"), Estimate{284.123, Interval{268.21, 301.79}}, -68.456});
  table.rows.push_back({std::string("b, \"two\""), Estimate{134.0, std::nullopt}, std::monostate{}});
  return table;
}

TEST(Numbers, CarryTheirSignificantDigits) {
  EXPECT_EQ(format_number(284.123, 3), "284");
  EXPECT_EQ(format_number(1.1623, 3), "1.16");
  EXPECT_EQ(format_number(9.996, 3), "10.0");
  EXPECT_EQ(format_number(0.00123, 3), "0.00123");
  EXPECT_EQ(format_number(12345.6, 3), "12346");
  EXPECT_EQ(format_number(-68.456, 3), "-68.5");
  EXPECT_EQ(format_number(-0.0, 2), "0.0");
  EXPECT_EQ(format_number(2.5e-7, 3), "2.50e-07");
  EXPECT_EQ(format_number(std::numeric_limits<double>::quiet_NaN(), 3), "nan");
  EXPECT_EQ(format_number(-std::numeric_limits<double>::infinity(), 3), "-inf");
}

TEST(Estimates, CarryTheDigitsThatTheirIntervalSupports) {
  EXPECT_EQ(format_estimate({284.123, Interval{268.21, 301.79}}, 3), "284 [268, 302]");
  EXPECT_EQ(format_estimate({0.7432, Interval{0.7011, 0.7855}}, 3), "0.743 [0.701, 0.785]");
  EXPECT_EQ(format_estimate({-49.512, Interval{-49.9, -49.1}}, 3), "-49.51 [-49.90, -49.10]");
  EXPECT_EQ(format_estimate({1.5, std::nullopt}, 3), "1.50");
  EXPECT_EQ(format_estimate({1.5, Interval{1.5, 1.5}}, 3), "1.50 [1.50, 1.50]");
}

TEST(TableAsCsv, GivesIntervalsColumnsAndQuotesFields) {
  EXPECT_EQ(table_as_csv(cells()),
            "cell,C (pF),C low (pF),C high (pF),E (mV)\n"
            "a_1,284.123,268.21,301.79,-68.456\n"
            "\"b, \"\"two\"\"\",134,,,\n");
}

TEST(TableAsText, AlignsByCharactersNotBytes) {
  Table table;
  table.columns = {{"Δ", "", Alignment::left}, {"n", ""}};
  table.rows = {{std::string("ΔΔΔ"), 7.0}, {std::string("x"), 12.0}};
  EXPECT_EQ(table_as_text(table),
            "Δ       n\n"
            "---  ----\n"
            "ΔΔΔ  7.00\n"
            "x    12.0\n");
}

TEST(TableAsText, ShowsCountsAsWholeNumbers) {
  Table table;
  table.columns = {{"spikes"}, {"rate", "Hz"}};
  table.rows = {{std::size_t{12}, 12.0}, {std::size_t{1234567890}, 1.0}};
  EXPECT_EQ(table_as_text(table),
            "    spikes  rate (Hz)\n"
            "----------  ---------\n"
            "        12       12.0\n"
            "1234567890       1.00\n");
  EXPECT_EQ(table_as_csv(table), "spikes,rate (Hz)\n12,12\n1234567890,1\n");
}

TEST(TableAsText, WrapsTheWordsOfALastColumnThatWouldLeaveTheTerminal) {
  Table table;
  table.columns = {{std::string(80, 'x')}, {"note", "", Alignment::left}};
  table.rows = {{1.0, std::string("too wide for a place of 18")}, {2.0, std::string("short")}};
  EXPECT_EQ(table_as_text(table), std::string(80, 'x') + "  note\n" + std::string(80, '-') + "  " +
                                      std::string(18, '-') + "\n" + std::string(76, ' ') +
                                      "1.00  too wide for a\n" + std::string(82, ' ') + "place of 18\n" +
                                      std::string(76, ' ') + "2.00  short\n");
}

TEST(TableAsText, PutsColumnsBelowThatWouldLeaveTheTerminal) {
  Table table;
  table.columns = {{"model", "", Alignment::left}, {std::string(60, 'a')}, {std::string(60, 'b')}};
  table.rows = {{std::string("eif"), 1.0, 2.0}};
  EXPECT_EQ(table_as_text(table), "model  " + std::string(60, 'a') + "\n-----  " + std::string(60, '-') +
                                      "\neif    " + std::string(56, ' ') + "1.00\n\nmodel  " +
                                      std::string(60, 'b') + "\n-----  " + std::string(60, '-') +
                                      "\neif    " + std::string(56, ' ') + "2.00\n");
}

TEST(TableAsLatex, UsesBooktabsAndEscapesWords) {
  EXPECT_EQ(table_as_latex(cells()),
            "\\begin{tabular}{lrr}\n\\toprule\ncell & C (pF) & E (mV) \\\\\n\\midrule\n"
            "a\\_1 & 284 {[}268, 302{]} & $-$68.5 \\\\\n"
            "b, \\char34{}two\\char34{} & 134 &  \\\\\n\\bottomrule\n\\end{tabular}\n");
}

TEST(TableAsMarkdown, EscapesBars) {
  Table table;
  table.columns = {{"a|b", "", Alignment::left}, {"n", ""}};
  table.rows = {{std::string("x\ny"), 1.0}};
  EXPECT_EQ(table_as_markdown(table), "| a\\|b | n |\n| --- | ---: |\n| x y | 1.00 |\n");
}

TEST(Tables, RefuseRowsThatDoNotFit) {
  Table table = cells();
  table.rows.front().pop_back();
  EXPECT_THROW(table_as_csv(table), ContractError);
  EXPECT_THROW(table_as_text(table), ContractError);
  EXPECT_THROW(table_as_latex(table), ContractError);
  EXPECT_THROW(table_as_markdown(Table{}), ContractError);
}

}  // namespace
