// NWB files of any kind, written by the tests: version 2 as many programs write it, version 1 as the Allen
// Cell Types database has it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace libfit::written {

struct NwbSeries {
  std::string group = "/acquisition";
  std::string name;
  std::string type = "CurrentClampSeries";
  std::string unit = "volts";
  std::vector<double> data;
  bool int16 = false;  // how `data` is stored; else float64
  std::optional<double> conversion = 1.0;
  std::optional<double> offset;
  double start_s = 0.0;
  double rate_Hz = 10000.0;
  std::vector<double> timestamps;  // instead of the rate
  std::string electrode = "elec0";
  std::optional<int> sweep_number;
  std::string stimulus_description;          // an attribute of version 2
  std::map<std::string, double> numbers;     // datasets beside `data`
  std::map<std::string, std::string> texts;  // likewise
};

// Version 1: a part of the file, `count` samples from `first` on.
struct NwbEpoch {
  std::string name;  // "Sweep_5", "Experiment_5"
  int first = 0;
  int count = 0;
  std::string response;  // path of a series
  std::string stimulus;
};

struct NwbFile {
  std::string version = "2.6.0";
  std::vector<NwbSeries> series;
  std::vector<NwbEpoch> epochs;
  std::vector<std::string> generated_by;  // version 1: keys and values in turn
  bool plain = false;                     // fixed texts, and numbers as arrays of one element
  bool checksums = false;                 // headers of the newer format
};

void nwb(const std::filesystem::path& path, const NwbFile& file);

// A dataset of 1e12 samples of which a few are stored, in place of the data of a series.
void claim_samples(const std::filesystem::path& path, const std::string& series, std::uint64_t count);
// `data` of a series in chunks of `chunk` samples, of which only the first `written` samples were written.
void write_half(const std::filesystem::path& path, const std::string& series, std::size_t chunk,
                std::size_t written, bool gzip);
// `data` of a series is a link into another file.
void link_outside(const std::filesystem::path& path, const std::string& series);
// A table of sweeps [SweepTable]: for each number its series.
void add_sweep_table(const std::filesystem::path& path,
                     const std::vector<std::pair<int, std::vector<std::string>>>& sweeps);

// A response and its stimulus that look like a recording, `size` samples, in volts and amperes.
NwbSeries response(const std::string& name, std::size_t size);
NwbSeries stimulus(const std::string& name, std::size_t size);

}  // namespace libfit::written
