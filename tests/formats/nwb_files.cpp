#include "tests/formats/nwb_files.hpp"

#include <gtest/gtest.h>
#include <hdf5.h>

#include <algorithm>
#include <set>

#include "tests/formats/written_files.hpp"

namespace libfit::written {
namespace {

// Everything is closed at once when the file is.
class Hdf5 {
 public:
  Hdf5(const std::filesystem::path& path, bool fresh, bool checksums = false) {
    [[maybe_unused]] static const herr_t no_clean_up = H5dont_atexit();
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    if (checksums) H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18);
    file_ = fresh ? H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access)
                  : H5Fopen(path.c_str(), H5F_ACC_RDWR, access);
    EXPECT_GE(file_, 0) << path;
    links_ = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(links_, 1);
  }
  Hdf5(const Hdf5&) = delete;
  Hdf5& operator=(const Hdf5&) = delete;
  ~Hdf5() { H5Fclose(file_); }

  hid_t get() const { return file_; }
  bool plain = false;

  void group(const std::string& path) {
    if (!groups_.insert(path).second) return;
    EXPECT_GE(H5Gcreate2(file_, path.c_str(), links_, H5P_DEFAULT, H5P_DEFAULT), 0) << path;
  }
  void dataset(const std::string& path, hid_t type, const void* values, std::vector<hsize_t> shape) {
    const hid_t space = shape.empty()
                            ? H5Screate(H5S_SCALAR)
                            : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
    const hid_t made = H5Dcreate2(file_, path.c_str(), type, space, links_, H5P_DEFAULT, H5P_DEFAULT);
    EXPECT_GE(H5Dwrite(made, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), 0) << path;
  }
  void number(const std::string& path, double value) {
    dataset(path, H5T_NATIVE_DOUBLE, &value, plain ? std::vector<hsize_t>{1} : std::vector<hsize_t>{});
  }
  void text(const std::string& path, const std::string& value) {
    const hid_t type = text_type(value.size());
    const char* pointer = value.c_str();
    dataset(path, type, plain ? static_cast<const void*>(pointer) : &pointer, {});
  }
  void attribute(const std::string& path, const std::string& name, const std::string& value) {
    const hid_t type = text_type(value.size());
    const char* pointer = value.c_str();
    write(path, name, type, plain ? static_cast<const void*>(pointer) : &pointer, H5Screate(H5S_SCALAR));
  }
  void attribute(const std::string& path, const std::string& name, double value) {
    const hsize_t one = 1;
    const hid_t space = plain ? H5Screate_simple(1, &one, nullptr) : H5Screate(H5S_SCALAR);
    write(path, name, H5T_NATIVE_DOUBLE, &value, space);
  }
  hid_t text_type(std::size_t size) const {
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, plain ? size + 1 : H5T_VARIABLE);
    return type;
  }
  hobj_ref_t reference(const std::string& path) {
    hobj_ref_t made = 0;
    EXPECT_GE(H5Rcreate(&made, file_, path.c_str(), H5R_OBJECT, -1), 0) << path;
    return made;
  }

 private:
  void write(const std::string& path, const std::string& name, hid_t type, const void* value, hid_t space) {
    const hid_t object = H5Oopen(file_, path.c_str(), H5P_DEFAULT);
    const hid_t made = H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT);
    EXPECT_GE(H5Awrite(made, type, value), 0) << path << "@" << name;
  }
  hid_t file_;
  hid_t links_;
  std::set<std::string> groups_;
};

void add_series(Hdf5& file, const NwbSeries& series, bool version1) {
  const std::string path = series.group + "/" + series.name;
  file.group(path);
  file.attribute(path, "neurodata_type", version1 ? "TimeSeries" : series.type);
  const std::vector<hsize_t> shape{series.data.size()};
  if (series.int16) {
    const std::vector<std::int16_t> raw(series.data.begin(), series.data.end());
    file.dataset(path + "/data", H5T_NATIVE_INT16, raw.data(), shape);
  } else {
    file.dataset(path + "/data", H5T_NATIVE_DOUBLE, series.data.data(), shape);
  }
  if (!series.unit.empty()) file.attribute(path + "/data", "unit", series.unit);
  if (series.conversion) file.attribute(path + "/data", "conversion", *series.conversion);
  if (series.offset) file.attribute(path + "/data", "offset", *series.offset);
  if (series.timestamps.empty()) {
    file.number(path + "/starting_time", series.start_s);
    file.attribute(path + "/starting_time", "rate", series.rate_Hz);
  } else {
    file.dataset(path + "/timestamps", H5T_NATIVE_DOUBLE, series.timestamps.data(),
                 {series.timestamps.size()});
  }
  for (const auto& [name, value] : series.numbers) file.number(path + "/" + name, value);
  for (const auto& [name, value] : series.texts) file.text(path + "/" + name, value);
  if (version1) return;
  if (series.sweep_number) file.attribute(path, "sweep_number", *series.sweep_number);
  if (!series.stimulus_description.empty())
    file.attribute(path, "stimulus_description", series.stimulus_description);
  const std::string electrode = "/general/intracellular_ephys/" + series.electrode;
  file.group(electrode);
  H5Lcreate_soft(electrode.c_str(), file.get(), (path + "/electrode").c_str(), H5P_DEFAULT, H5P_DEFAULT);
}

void add_epoch(Hdf5& file, const NwbEpoch& epoch) {
  for (const auto& [half, series] : {std::pair{"response", epoch.response}, {"stimulus", epoch.stimulus}}) {
    const std::string path = "/epochs/" + epoch.name + "/" + half;
    file.group(path);
    const std::int32_t first = epoch.first;
    const std::int32_t count = epoch.count;
    file.dataset(path + "/idx_start", H5T_NATIVE_INT32, &first, {});
    file.dataset(path + "/count", H5T_NATIVE_INT32, &count, {});
    H5Lcreate_soft(series.c_str(), file.get(), (path + "/timeseries").c_str(), H5P_DEFAULT, H5P_DEFAULT);
  }
}

}  // namespace

void nwb(const std::filesystem::path& path, const NwbFile& contents) {
  Hdf5 file(path, true, contents.checksums);
  file.plain = contents.plain;
  const bool version1 = contents.version.find("1.") < 5;
  if (version1) {
    file.text("/nwb_version", contents.version);
  } else {
    file.attribute("/", "nwb_version", contents.version);
  }
  file.group("/acquisition");
  file.group("/stimulus/presentation");
  for (const NwbSeries& series : contents.series) add_series(file, series, version1);
  for (const NwbEpoch& epoch : contents.epochs) add_epoch(file, epoch);
  if (contents.generated_by.empty()) return;
  std::vector<const char*> words;
  for (const std::string& word : contents.generated_by) words.push_back(word.c_str());
  file.plain = false;
  file.dataset("/general/generated_by", file.text_type(0), words.data(), {words.size()});
}

void claim_samples(const std::filesystem::path& path, const std::string& series, std::uint64_t count) {
  Hdf5 file(path, false);
  const std::string data = series + "/data";
  H5Ldelete(file.get(), data.c_str(), H5P_DEFAULT);
  const hsize_t size = count;
  const hsize_t chunk = std::min<hsize_t>(1024, count);
  const hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_chunk(plan, 1, &chunk);
  H5Pset_deflate(plan, 1);
  const hid_t made = H5Dcreate2(file.get(), data.c_str(), H5T_IEEE_F32LE, H5Screate_simple(1, &size, nullptr),
                                H5P_DEFAULT, plan, H5P_DEFAULT);
  EXPECT_GE(made, 0);
  file.attribute(data, "unit", "volts");
}

void write_half(const std::filesystem::path& path, const std::string& series, std::size_t chunk,
                std::size_t written, bool gzip) {
  Hdf5 file(path, false);
  const std::string data = series + "/data";
  const hid_t whole = H5Dopen2(file.get(), data.c_str(), H5P_DEFAULT);
  const hid_t space = H5Dget_space(whole);
  std::vector<double> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  EXPECT_GE(H5Dread(whole, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), 0);
  H5Ldelete(file.get(), data.c_str(), H5P_DEFAULT);
  const hsize_t side = chunk;
  const hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_chunk(plan, 1, &side);
  if (gzip) H5Pset_deflate(plan, 1);
  const hid_t made =
      H5Dcreate2(file.get(), data.c_str(), H5T_IEEE_F64LE, space, H5P_DEFAULT, plan, H5P_DEFAULT);
  const hsize_t first = 0;
  const hsize_t count = written;
  H5Sselect_hyperslab(space, H5S_SELECT_SET, &first, nullptr, &count, nullptr);
  EXPECT_GE(H5Dwrite(made, H5T_NATIVE_DOUBLE, H5Screate_simple(1, &count, nullptr), space, H5P_DEFAULT,
                     values.data()),
            0);
  file.attribute(data, "unit", series.starts_with("/stimulus") ? "amperes" : "volts");
}

void link_outside(const std::filesystem::path& path, const std::string& series) {
  Hdf5 file(path, false);
  H5Ldelete(file.get(), (series + "/data").c_str(), H5P_DEFAULT);
  H5Lcreate_external("other.h5", "/data", file.get(), (series + "/data").c_str(), H5P_DEFAULT, H5P_DEFAULT);
}

void add_sweep_table(const std::filesystem::path& path,
                     const std::vector<std::pair<int, std::vector<std::string>>>& sweeps) {
  Hdf5 file(path, false);
  std::vector<std::uint32_t> numbers;
  std::vector<std::uint32_t> ends;
  std::vector<hobj_ref_t> series;
  for (const auto& [number, names] : sweeps) {
    numbers.push_back(static_cast<std::uint32_t>(number));
    for (const std::string& name : names) series.push_back(file.reference(name));
    ends.push_back(static_cast<std::uint32_t>(series.size()));
  }
  const std::string table = "/general/intracellular_ephys/sweep_table";
  file.dataset(table + "/sweep_number", H5T_NATIVE_UINT32, numbers.data(), {numbers.size()});
  file.dataset(table + "/series", H5T_STD_REF_OBJ, series.data(), {series.size()});
  file.dataset(table + "/series_index", H5T_NATIVE_UINT32, ends.data(), {ends.size()});
}

NwbSeries response(const std::string& name, std::size_t size) {
  NwbSeries series;
  series.name = name;
  for (const double mV : voltage_trace(size)) series.data.push_back(1e-3 * mV);
  return series;
}

NwbSeries stimulus(const std::string& name, std::size_t size) {
  NwbSeries series;
  series.group = "/stimulus/presentation";
  series.type = "CurrentClampStimulusSeries";
  series.unit = "amperes";
  series.name = name;
  for (const double pA : current_trace(size)) series.data.push_back(1e-12 * pA);
  return series;
}

}  // namespace libfit::written
