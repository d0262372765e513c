#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "libfit/core/json_internal.hpp"

namespace libfit {
namespace {

TEST(Json, ANumberThatIsNotFiniteIsNull) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(json_line(Json{{"a", std::nan("")}, {"b", infinity}, {"c", 0.1}}),
            R"({"a":null,"b":null,"c":0.1})");
  EXPECT_EQ(json_line(Json(std::vector<double>{1.0, std::nan(""), -infinity})), "[1.0,null,null]");
}

TEST(Json, WhatIsAbsentIsNull) {
  EXPECT_EQ(json_line(Json{{"rate_Hz", std::optional<double>()}, {"spikes", std::optional<int>(3)}}),
            R"({"rate_Hz":null,"spikes":3})");
  EXPECT_EQ(json_line(text_or_null("")), "null");
  EXPECT_EQ(json_line(text_or_null("eif")), "\"eif\"");
}

TEST(Json, IntervalsAndEstimatesHaveOneForm) {
  EXPECT_EQ(json_line(Json(Interval{1.5, 2.0})), "[1.5,2.0]");
  EXPECT_EQ(json_line(Json(Interval{1.5, std::nan("")})), "[1.5,null]");
  EXPECT_EQ(json_line(Json(Estimate{1.0, Interval{0.5, 2.0}})), R"({"value":1.0,"ci95":[0.5,2.0]})");
  EXPECT_EQ(json_line(Json(Estimate{1.0, std::nullopt})), R"({"value":1.0,"ci95":null})");
  EXPECT_EQ(json_line(Json(std::optional<Estimate>())), "null");
  Json json;
  add_estimate(json, "gamma", Estimate{1.0, Interval{0.5, 2.0}});
  add_estimate(json, "md_star", std::nullopt);
  EXPECT_EQ(json_line(json), R"({"gamma":1.0,"gamma_ci95":[0.5,2.0],"md_star":null,"md_star_ci95":null})");
}

TEST(Json, EverySchemaBeginsAlike) {
  const Json json = json_header("dyniv.score");
  EXPECT_EQ(json_line(json),
            R"({"schema":"dyniv.score","version":1,"dyniv_version":")" + std::string(kVersion) + "\"}");
}

TEST(Json, BytesThatAreNoUtf8NeverStopAResult) {
  const Json json = {{"path", "a\xff.abf"}};
  EXPECT_EQ(json_line(json), "{\"path\":\"a\xEF\xBF\xBD.abf\"}");
  EXPECT_EQ(json_text(json), "{\n  \"path\": \"a\xEF\xBF\xBD.abf\"\n}\n");
}

TEST(Json, WhatIsReadIsRefusedWhereItIsNoJsonOrTooDeep) {
  EXPECT_EQ(parse_json<Json>("[1]", "x", "give y"), Json::array({1}));
  EXPECT_THROW(parse_json<Json>("[1", "x", "give y"), InputError);
  const auto nested = [](int depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_NO_THROW(parse_json<Json>(nested(kDeepestJson), "x", "give y"));
  EXPECT_THROW(parse_json<Json>(nested(kDeepestJson + 2), "x", "give y"), InputError);
}

}  // namespace
}  // namespace libfit
