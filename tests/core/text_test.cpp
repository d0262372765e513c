#include "libfit/core/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

std::string plain(const std::string& raw) {
  std::string storage;
  return std::string(decoded_text(raw, "t", storage));
}

std::string in_utf16(const std::u16string& text, bool big) {
  std::string raw;
  for (const char16_t unit : text) {
    const auto high = static_cast<char>(unit >> 8);
    const auto low = static_cast<char>(unit & 0xFF);
    raw += big ? high : low;
    raw += big ? low : high;
  }
  return raw;
}

TEST(PlainText, OfUtf16InEitherOrderWithAndWithoutItsMarkIsUtf8) {
  // U+2212 takes three bytes, U+1F9E0 a pair of units and four bytes.
  const std::u16string text =
      u"time_ms,V_mV\n0,\u2212"
      u"65 \U0001F9E0 \u00B5 and more of the letters\n";
  const std::string wanted =
      "time_ms,V_mV\n0,\xE2\x88\x92"
      "65 \xF0\x9F\xA7\xA0 \xC2\xB5 and more of the letters\n";
  for (const bool big : {false, true}) {
    EXPECT_EQ(plain(in_utf16(u"\uFEFF" + text, big)), wanted);
    EXPECT_EQ(plain(in_utf16(text, big)), wanted);
  }
  EXPECT_EQ(plain("\xFF\xFE"
                  "a\0\n"s),
            "a");  // half of the last end of a line
}

TEST(PlainText, HasNoByteOrderMarkAndNoReturnAlone) {
  EXPECT_EQ(plain("\xEF\xBB\xBF"
                  "a\nb"),
            "a\nb");
  EXPECT_EQ(plain("a\rb\r\rc\r"), "a\nb\n\nc\n");
  EXPECT_EQ(plain("a\r\r\nb\rc"), "a\nb\nc");
  EXPECT_EQ(plain("a\r\nb\r\n"), "a\r\nb\r\n");  // lines take the return off
  EXPECT_EQ(plain(in_utf16(u"\uFEFFa\rb", false)), "a\nb");
  EXPECT_EQ(plain("\xB5"
                  "A\n"),
            "\xB5"
            "A\n");
  EXPECT_EQ(plain(""), "");
}

TEST(PlainText, ThatIsDamagedIsRefused) {
  std::string storage;
  for (const std::string& raw : {"\xFF\xFE\x00\xD8"s,
                                 "\xFF\xFE\x00\xD8"
                                 "a\0"s,
                                 "\xFF\xFE\x00\xDC"s, "\xFF\xFE\0\0"s,
                                 "\xFF\xFE"
                                 "a\0b"s,
                                 "\xFF\xFE"
                                 "a\0\0\0"s,
                                 "\0\0\xFE\xFF\0\0\0a"s})
    EXPECT_THAT([&] { decoded_text(raw, "t.csv", storage); },
                ThrowsMessage<InputError>(testing::AllOf(HasSubstr("t.csv: "), HasSubstr("UTF-8"))));
}

TEST(Lines, EndInLineFeedOrReturnAndLineFeedAndAreCounted) {
  Lines lines{"a\r\n\nb"};
  std::vector<std::string> found;
  for (std::string_view line; lines.next(line);) found.emplace_back(line);
  EXPECT_THAT(found, ElementsAre("a", "", "b"));
  EXPECT_EQ(lines.number, 3U);
}

}  // namespace
}  // namespace libfit
