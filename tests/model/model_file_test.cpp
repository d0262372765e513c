#include "libfit/model/model_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "libfit/core/error.hpp"
#include "libfit/model/parameters.hpp"

namespace libfit {
namespace {

Gif a_gif() {
  Gif m;
  m.kind = GifKind::igif2;
  m.C_pF = 100.0 / 3.0;
  m.g_nS = 5.0;
  m.E_mV = -65.0;
  m.reset = {-58.0, 4.0};
  m.currents = {{30.0, 20.0}};
  m.drive = {7.0, 0.1, -60.0, -50.0, {{10.0, 30.0}, {1.0 / 3.0, 300.0}}};
  m.reference_mV = -55.0;
  m.log_rate_per_ms = -5.0;
  m.filters = {{0.0, 0.6}, {12.0, 0.05}};
  m.thresholds = {{15.0, -58.0, 3.0, 1.0, -0.3}, {6.0, -62.0, 2.0, -1.0, 0.2}};
  m.history = {{5.0, 15.0, -2.0}};
  m.spike_lead_ms = 0.6;
  return m;
}

const Model models[] = {
    Model(Passive{150.1, 10.0 / 3.0, -65.0}),
    Model(Lif{150.0, 10.0, -65.0, -50.0, {-60.0, 3.0}}),
    Model(Qif{150.0, 0.1, -65.0, -48.0, 20.0, {-60.0, 3.0}}),
    Model(Eif{150.0, 10.0, -65.0, -50.0, 1.1, 20.0, {-60.0, 0.0}}),
    Model(Tabulated{150.0, {-80.0, -60.1, -45.0}, {2.0 / 3.0, -0.5, 4.0}, 20.0, {-60.0, 3.0}}),
    Model(RefractoryEif{284.0,
                        15.2,
                        -68.5,
                        -52.7,
                        1.16,
                        26.0,
                        25.0,
                        14.8,
                        12.7,
                        2.0 / 3.0,
                        40.0,
                        3.0,
                        8.0,
                        20.0,
                        {-60.0, 4.0}}),
    Model(Adex{150.0, 10.0, -65.0, -50.0, 1.5, 4.0, 60.0, 120.1, 20.0, {-60.0, 3.0}}),
    Model(a_gif())};

TEST(ModelFile, GivesBackEveryModelBitForBit) {
  for (const Model& model : models) {
    const ModelDocument read = parse_model(to_json_text({model}), "x.json");
    EXPECT_EQ(model_name(read.model), model_name(model));
    const auto before = scalar_parameters(model);
    const auto after = scalar_parameters(read.model);
    ASSERT_EQ(before.size(), after.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
      EXPECT_EQ(before[i].value, after[i].value) << before[i].name();
    }
    if (const auto* table = std::get_if<Tabulated>(&model)) {
      EXPECT_EQ(std::get<Tabulated>(read.model).V_mV, table->V_mV);
      EXPECT_EQ(std::get<Tabulated>(read.model).F_mV_per_ms, table->F_mV_per_ms);
    }
  }
}

// Its lists have no == : what is written again is what was read.
TEST(ModelFile, GivesBackTheListsOfAGifBitForBit) {
  const std::string text = to_json_text({Model(a_gif())});
  EXPECT_EQ(to_json_text({parse_model(text, "x.json").model}), text);
  for (const char* key : {"\"currents\"", "\"drive\"", "\"filters\"", "\"thresholds\"", "\"history\""}) {
    std::string damaged = text;
    damaged.replace(damaged.find(key), 3, "\"zz");
    EXPECT_THROW(parse_model(damaged, "x.json"), InputError) << key;
  }
}

TEST(ModelFile, HasTheUpstrokeOfADriveOnlyWhereThereIsOne) {
  EXPECT_THAT(to_json_text({Model(a_gif())}), testing::Not(testing::HasSubstr("Delta_T")));
  Gif m = a_gif();
  m.kind = GifKind::exp_gif;
  m.drive.V_T_mV = -50.0 / 3.0;
  m.drive.Delta_T_mV = 1.7;
  const ModelDocument read = parse_model(to_json_text({Model(m)}), "x.json");
  EXPECT_EQ(model_name(read.model), "exp_gif");
  EXPECT_EQ(std::get<Gif>(read.model).drive.V_T_mV, m.drive.V_T_mV);
  EXPECT_EQ(std::get<Gif>(read.model).drive.Delta_T_mV, m.drive.Delta_T_mV);
}

TEST(ModelFile, NamesParametersAsTheDesignDoes) {
  const std::string text = to_json_text({models[3]});
  for (const char* key :
       {"\"schema\": \"dyniv.model\"", "\"version\": 1", "\"model\": \"eif\"", "\"C_pF\"", "\"g_nS\"",
        "\"E_mV\"", "\"V_T_mV\"", "\"Delta_T_mV\"", "\"V_spike_mV\"", "\"V_reset_mV\"", "\"t_ref_ms\""}) {
    EXPECT_THAT(text, testing::HasSubstr(key));
  }
  EXPECT_THAT(to_json_text({models[1]}), testing::HasSubstr("\"V_th_mV\""));
  EXPECT_THAT(to_json_text({models[2]}), testing::HasSubstr("\"a_nS_per_mV\""));
  EXPECT_THAT(to_json_text({models[4]}), testing::HasSubstr("\"F_mV_per_ms\""));
  for (const char* key : {"\"g1_nS\"", "\"tau_g_ms\"", "\"V_T1_mV\"", "\"tau_T_ms\"", "\"E1_mV\"",
                          "\"tau_E1_ms\"", "\"E2_mV\"", "\"tau_E2_ms\""})
    EXPECT_THAT(to_json_text({models[5]}), testing::HasSubstr(key));
  for (const char* key : {"\"a_nS\"", "\"b_pA\"", "\"tau_w_ms\""})
    EXPECT_THAT(to_json_text({models[6]}), testing::HasSubstr(key));
}

TEST(ModelFile, KeepsProvenanceItDoesNotUnderstand) {
  const std::string provenance = R"({"inputs":[{"path":"a.abf","sha256":"00ff"}],"ci95":{"C_pF":[1,2.5]}})";
  const ModelDocument read = parse_model(to_json_text({models[0], provenance}), "x.json");
  EXPECT_EQ(read.provenance_json, provenance);
  EXPECT_EQ(to_json_text(read), to_json_text({models[0], provenance}));
}

TEST(ModelFile, RefusesProvenanceThatWouldChangeTheModel) {
  EXPECT_THROW(to_json_text({models[0], R"({"parameters":{}})"}), ContractError);
  EXPECT_THROW(to_json_text({models[0], R"({"dyniv_version":"0"})"}), ContractError);
  EXPECT_THROW(to_json_text({models[0], "[1]"}), ContractError);
  EXPECT_THROW(to_json_text({models[0], "{"}), ContractError);
}

TEST(ModelFile, RefusesToWriteAModelThatMakesNoSense) {
  EXPECT_THROW(to_json_text({Model(Passive{0.0, 1.0, 0.0})}), OptionError);
}

void expect_input_error(const std::string& text, const std::string& part) {
  try {
    parse_model(text, "cell.json");
    ADD_FAILURE() << "was read: " << text.substr(0, 200);
  } catch (const InputError& error) {
    EXPECT_THAT(std::string(error.what()), testing::StartsWith("cell.json: ")) << text.substr(0, 200);
    EXPECT_THAT(std::string(error.what()), testing::HasSubstr(part));
  }
}

std::string passive_with(const std::string& parameters) {
  return R"({"schema":"dyniv.model","version":1,"model":"passive","parameters":)" + parameters + "}";
}

TEST(ModelFile, SaysWhichKeyIsWrongAndInWhichFile) {
  expect_input_error("", "not JSON");
  expect_input_error("{\"schema\":", "not JSON");
  expect_input_error("[]", "schema");
  expect_input_error("{}", "schema");
  expect_input_error(R"({"schema":"dyniv.iv"})", "dyniv.model");
  expect_input_error(R"({"schema":"dyniv.model"})", "version");
  expect_input_error(R"({"schema":"dyniv.model","version":2})", "version is 2");
  expect_input_error(R"({"schema":"dyniv.model","version":1})", "model");
  expect_input_error(R"({"schema":"dyniv.model","version":1,"model":"hh"})", "eif");
  expect_input_error(R"({"schema":"dyniv.model","version":1,"model":3})", "eif");
  expect_input_error(R"({"schema":"dyniv.model","version":1,"model":"passive"})", "parameters");
  expect_input_error(passive_with("[]"), "parameters is not an object");
  expect_input_error(passive_with(R"({"C_pF":1,"g_nS":1})"), "parameters.E_mV");
  expect_input_error(passive_with(R"({"C_pF":"1","g_nS":1,"E_mV":0})"), "parameters.C_pF is not a number");
  expect_input_error(passive_with(R"({"C_pF":null,"g_nS":1,"E_mV":0})"), "parameters.C_pF is not a number");
  expect_input_error(passive_with(R"({"C_pF":-1,"g_nS":1,"E_mV":0})"), "parameters.C_pF = -1: must be > 0");
  expect_input_error(passive_with(R"({"C_pF":1e999,"g_nS":1,"E_mV":0})"), "not JSON");
  std::string table = to_json_text({models[4]});
  expect_input_error(table.replace(table.find("-80.0"), 5, "\"a\""), "parameters.V_mV[0]");
}

TEST(ModelFile, RefusesNestingThatWouldExhaustTheStack) {
  std::string text = to_json_text({models[0]});
  text.pop_back();
  text.pop_back();
  text += ",\"deep\":" + std::string(200000, '[') + std::string(200000, ']') + "}";
  expect_input_error(text, "nested");
}

TEST(ModelFile, IsWrittenWholeAndNotOverwrittenUnasked) {
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "dyniv_model_file_test.json";
  std::filesystem::remove(path);
  write_model(path, {models[3]});
  EXPECT_EQ(model_name(read_model(path).model), "eif");
  EXPECT_THROW(write_model(path, {models[0]}), OptionError);
  write_model(path, {models[0]}, Overwrite::allow);
  EXPECT_EQ(model_name(read_model(path).model), "passive");
  std::filesystem::remove(path);
  EXPECT_THROW(read_model(path), InputError);
}

}  // namespace
}  // namespace libfit
