// Usage: fuzz_seeds FOLDER     writes FOLDER/TARGET/NUMBER: what the fuzzer of that name begins with.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <span>

#include "libfit/model/model_by_hand.hpp"
#include "libfit/model/model_file.hpp"
#include "libfit/stimulus/protocol_file.hpp"
#include "tests/fuzz/whole_files.hpp"

namespace libfit::fuzz {
namespace {

// Small, so that mutations meet headers and the runs are many; long enough for a recording.
constexpr std::size_t kSamples = 40;

using Seeds = std::map<std::string, std::vector<std::string>>;

std::string text_of(const written::Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void add_abf(Seeds& seeds) {
  written::AbfFile file = abf_file(kSamples);
  const auto add = [&] {
    seeds["abf1"].push_back(text_of(written::abf1(file)));
    seeds["abf2"].push_back(text_of(written::abf2(file)));
  };
  add();
  file.mode = 1;  // sweeps of varying length
  file.synch_lengths = {2 * kSamples - 20, 20};
  add();
  file.mode = 3;  // gap-free
  file.synch_lengths.clear();
  file.synch_starts.clear();
  seeds["abf1"].push_back(text_of(written::abf1(file, 4)));
  file.values.assign(file.raw.begin(), file.raw.end());
  add();
}

void add_waves(Seeds& seeds) {
  for (const std::endian order : {std::endian::little, std::endian::big}) {
    written::IgorWave one = wave(kSamples, order);
    for (const int version : {1, 2, 3})
      seeds["igor_wave"].push_back(text_of(written::igor2(one, order, version)));
    one.rows = kSamples / 2;
    one.columns = 2;
    one.unit = "millivolt";
    seeds["igor_wave"].push_back(text_of(written::igor5(one, order)));
  }
}

void add_text(Seeds& seeds) {
  seeds["text"] = {text_of(text(kSamples).bytes), "1;-0,5;-65\n2;1,5;-64,5\n",
                   "t (s)\tI (nA)\tVm\n0\t0.1\t-65\n1e-4\t\"-.2\"\t-64\n",
                   "\xFF\xFE"
                   "1\0,\0"};
  seeds["axon_text"] = {
      text_of(axon_text(kSamples).bytes),
      "ATF\t1.0\n1\t5\n\"Signals=\"\t\"IN 0\"\t\"IN 1\"\t\"IN 0\"\t\"IN 1\"\n\"Time (s)\"\t\"Trace #1 "
      "(mV)\"\t"
      "\"Trace #1 (pA)\"\t\"Trace #2 (mV)\"\t\"Trace #2 (pA)\"\n0\t-65\t1\t-66\t2\n0.0001\t-64\t3\t-65\t4\n"};
  seeds["igor_text"] = {
      text_of(igor_text(kSamples).bytes),
      "IGOR\nWAVES/N=(2,2) V0\nBEGIN\n-65 -64\n-63 -62\nEND\nX SetScale/P x 0,0.1,\"ms\", V0; SetScale y 0,0,"
      "\"mV\", V0\n"};
  seeds["spike_trains"] = {"# ms\n1.5 20, 30\n\n2e2\t+3\n",
                           "\xEF\xBB\xBF"
                           "5\r\n6,5;7,5\r\n"};
}

void add_hdf5(Seeds& seeds) {
  for (const WholeFile& whole :
       {hdf5(kSamples, 0), hdf5(kSamples, 4), nwb(kSamples, false), nwb(kSamples, true)})
    seeds["hdf5"].push_back(text_of(whole.bytes));
}

void add_json(Seeds& seeds) {
  for (const std::string& name : model_names()) {
    const std::string settings = name == "tabulated" ? "V_mV=-80:-60:-50,F_mV_per_ms=1:0:2" : "";
    seeds["model_file"].push_back(to_json_text({model_by_hand(name, settings), R"({"inputs":[1,null]})"}));
  }
  ProtocolOptions options;
  options.electrode_s = 1.0;
  for (const std::string_view name : protocol_names())
    seeds["protocol_file"].push_back(to_json_text({make_protocol(name, options), {{"train", "a.atf"}}}));
}

void write(const Seeds& seeds, const std::filesystem::path& folder) {
  for (const auto& [target, contents] : seeds) {
    std::filesystem::create_directories(folder / target);
    for (std::size_t i = 0; i < contents.size(); ++i)
      std::ofstream(folder / target / std::to_string(i), std::ios::binary) << contents[i];
  }
}

}  // namespace
}  // namespace libfit::fuzz

int main(int count, char** words) {
  if (count != 2) {
    std::cerr << "usage: fuzz_seeds FOLDER\n";
    return 2;
  }
  libfit::fuzz::Seeds seeds;
  libfit::fuzz::add_abf(seeds);
  libfit::fuzz::add_waves(seeds);
  libfit::fuzz::add_text(seeds);
  libfit::fuzz::add_hdf5(seeds);
  libfit::fuzz::add_json(seeds);
  libfit::fuzz::write(seeds, words[1]);
  return 0;
}
