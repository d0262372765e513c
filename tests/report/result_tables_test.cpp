#include "libfit/report/result_tables.hpp"

#include <gtest/gtest.h>

namespace libfit {
namespace {

TEST(ResultTables, HaveARowForEachParameterAndOneForAModelThatFailed) {
  ModelFit fit;
  fit.model = Lif();
  fit.status = FitStatus::not_identified;
  fit.parameters = {{&quantities::C_pF, 100.0, {}, Interval{90.0, 110.0}, Interval{95.0, 105.0}},
                    {&quantities::a_nS_per_mV, 5.0, {}, {}, {}}};
  const Table table = parameter_table({fit, failed_fit(Eif(), "no curve")});
  ASSERT_EQ(table.rows.size(), 3U);
  for (const auto& row : table.rows) EXPECT_EQ(row.size(), table.columns.size());
  EXPECT_EQ(std::get<std::string>(table.rows[0][1]), "C");
  EXPECT_EQ(std::get<std::string>(table.rows[1][1]), "a");
  EXPECT_EQ(std::get<std::string>(table.rows[1][2]), "nS/mV");
  EXPECT_EQ(std::get<Estimate>(table.rows[0][3]).value, 100.0);
  EXPECT_EQ(std::get<std::string>(table.rows[0][4]), "95 to 105");
  EXPECT_EQ(std::get<std::string>(table.rows[0][5]), "not identified");
  EXPECT_EQ(std::get<std::string>(table.rows[1][4]), "");  // no range over the limits was computed
  EXPECT_TRUE(std::holds_alternative<std::monostate>(table.rows[2][3]));
  EXPECT_EQ(std::get<std::string>(table.rows[2][5]), "failed");
}

TEST(ResultTables, FindTheExplainedVarianceOfOneWidth) {
  SpikeScore score;
  score.explained_variance.resize(2);
  score.explained_variance[0].sigma_ms = 4.0;
  score.explained_variance[1].sigma_ms = 10.0;
  EXPECT_EQ(explained_at(score, 10.0), &score.explained_variance[1]);
  EXPECT_EQ(explained_at(score, 100.0), nullptr);
}

}  // namespace
}  // namespace libfit
