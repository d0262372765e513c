#include "libfit/draw/text_escape.hpp"

#include <gtest/gtest.h>

namespace {

using namespace libfit;

TEST(PlainText, IsOneLineOfValidUtf8) {
  EXPECT_EQ(plain_text("a\nb\tc\x1b[0m\x7f"), "a b c [0m ");
  EXPECT_EQ(plain_text("\xff"
                       "a\xc3"),
            "\xEF\xBF\xBD"
            "a\xEF\xBF\xBD");
  EXPECT_EQ(plain_text("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD");          // overlong '/'
  EXPECT_EQ(plain_text("\xED\xA0\x80").find('\xED'), std::string::npos);  // half of a surrogate pair
  EXPECT_EQ(plain_text("V\xE2\x80\xAEm"), "V m");                         // right-to-left override
  EXPECT_EQ(plain_text(std::string("a\0b", 3)), "a b");
  EXPECT_EQ(plain_text("Δ 膜 😀"), "Δ 膜 😀");
}

TEST(PlainText, IsCutAtItsLimitInCharacters) {
  EXPECT_EQ(plain_text("ΔΔΔΔ", 4), "ΔΔΔΔ");
  EXPECT_EQ(plain_text("ΔΔΔΔΔ", 4), "ΔΔΔ…");
  EXPECT_EQ(character_count(plain_text(std::string(1000, 'x'))), 200U);
}

TEST(GnuplotQuote, SetsSingleQuotesApartAndLeavesTheRest) {
  EXPECT_EQ(gnuplot_quote("it's `x` \"y\" \\"), "'it'.apostrophe.'s `x` \"y\" \\'");
  EXPECT_EQ(gnuplot_quote("'"), "''.apostrophe.''");
}

TEST(LatexEscape, LeavesNoActiveCharacter) {
  EXPECT_EQ(latex_escape("50% & $x_1^2$ #{}~\\"),
            "50\\% \\& \\$x\\_1\\textasciicircum{}2\\$ \\#\\{\\}\\textasciitilde{}\\textbackslash{}");
  EXPECT_EQ(latex_escape("Δ MΩ ±1 mV²"), "$\\Delta$ M$\\Omega$ $\\pm$1 mV$^2$");
  EXPECT_EQ(latex_escape("\\input{/etc/passwd}"), "\\textbackslash{}input\\{/etc/passwd\\}");
}

TEST(CsvField, IsQuotedWhereRfc4180AsksForIt) {
  EXPECT_EQ(csv_field("plain"), "plain");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"x\""), "\"say \"\"x\"\"\"");
}

TEST(MarkdownEscape, LetsNeitherTablesNorHtmlThrough) {
  EXPECT_EQ(markdown_escape("a|b <script> *c*"), "a\\|b &lt;script&gt; \\*c\\*");
}

TEST(FitText, IsNeverWiderThanItsPlace) {
  for (const double width_mm : {3.0, 8.0, 20.0}) {
    EXPECT_LE(text_width_mm(fit_text("a rather long name for a cell", 7.0, width_mm), 7.0), width_mm);
  }
  EXPECT_EQ(fit_text("short", 7.0, 20.0), "short");
}

}  // namespace
