// One-byte damages and hostile structures that the HDF5 library (1.10) does not survive, each made on a file
// that the test writes: a sentence is the answer, and soon.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>
#include <sys/resource.h>

#include <chrono>

#include "libfit/core/error.hpp"
#include "libfit/core/file.hpp"
#include "libfit/formats/assemble.hpp"
#include "libfit/formats/open.hpp"
#include "tests/formats/nwb_files.hpp"
#include "tests/formats/written_files.hpp"

namespace libfit {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;
using written::Bytes;
using written::Folder;

ReadOptions in_cell() {
  ReadOptions options;
  options.voltage_dataset = "/cell/voltage";
  options.current_dataset = "/cell/current";
  return options;
}

Bytes bytes_of(std::initializer_list<int> values) {
  Bytes bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

std::vector<std::size_t> places_of(const Bytes& part, const Bytes& whole) {
  std::vector<std::size_t> places;
  for (auto at = whole.begin();; ++at) {
    at = std::search(at, whole.end(), part.begin(), part.end());
    if (at == whole.end()) return places;
    places.push_back(static_cast<std::size_t>(at - whole.begin()));
  }
}

// Refused as the world being wrong, within seconds and 2 GB.
void expect_an_error(const std::filesystem::path& path, const ReadOptions& options, const std::string& what) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THROW(read_recording({path}, options), Error) << what;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  EXPECT_LT(took.count(), 5.0) << what;
  rusage children{};
  ::getrusage(RUSAGE_CHILDREN, &children);
  EXPECT_LT(children.ru_maxrss, 2 << 20) << what;
}

Bytes int16_nwb(const Folder& folder) {
  written::NwbFile file;
  file.series = {written::response("V", 400), written::stimulus("I", 400)};
  for (written::NwbSeries& series : file.series) {
    const double unit = series.unit == "volts" ? 1e-5 : 1e-14;
    for (double& value : series.data) value = std::round(value / unit);
    series.conversion = unit;
    series.int16 = true;
  }
  written::nwb(folder / "whole", file);
  EXPECT_NO_THROW(read_recording({folder / "whole"}));
  return read_file(folder / "whole");
}

// A message of a type [HDF5 File Format Specification, IV.A.2.d]: version and class, bit field, size, then
// bit offset and precision.
TEST(Hdf5Damage, ATypeThatClaimsBitsItDoesNotHave) {
  const Folder folder;
  const Bytes whole = int16_nwb(folder);
  const auto types = places_of(bytes_of({0x10, 0x08, 0, 0, 2, 0, 0, 0, 0, 0, 16, 0}), whole);
  ASSERT_EQ(types.size(), 2U);
  for (const std::size_t type : types) {
    for (const auto& [at, value] : {std::pair{8, 200}, {10, 0}, {10, 255}, {11, 255}, {4, 0}}) {
      Bytes damaged = whole;
      damaged[type + static_cast<std::size_t>(at)] = static_cast<std::byte>(value);
      expect_an_error(folder.write("damaged", damaged), {}, std::to_string(at) + "=" + std::to_string(value));
    }
  }
}

// Layout of version 3, chunked: dimensions with that of the bytes, address, sizes.
TEST(Hdf5Damage, ChunksOfAnotherRankThanTheData) {
  const Folder folder;
  written::Hdf5File file;
  file.voltage.assign(2000, -65.0F);
  file.current.assign(2000, 10.0F);
  for (std::size_t k = 0; k < file.voltage.size(); k += 3) file.voltage[k] = file.current[k] = 1.0F;
  file.sweeps = 2;
  file.gzip = 4;
  written::hdf5(folder / "whole", file);
  const Bytes whole = read_file(folder / "whole");
  const auto layouts = places_of(bytes_of({3, 2, 3}), whole);
  ASSERT_GE(layouts.size(), 2U);
  for (const std::size_t layout : layouts) {
    for (const int rank : {0, 1, 2, 4, 5, 255}) {
      Bytes damaged = whole;
      damaged[layout + 2] = static_cast<std::byte>(rank);
      expect_an_error(folder.write("damaged", damaged), in_cell(), "rank " + std::to_string(rank));
    }
    for (std::size_t side = 0; side < 2; ++side) {
      Bytes damaged = whole;
      for (std::size_t i = 0; i < 4; ++i) damaged[layout + 11 + 4 * side + i] = std::byte{0};
      expect_an_error(folder.write("damaged", damaged), in_cell(), "a side of no length");
    }
  }
}

// A tree of names whose node is its own child is walked by the library until the stack ends.
TEST(Hdf5Damage, ATreeOfNamesThatLeadsBackToItself) {
  const Folder folder;
  written::Hdf5File file;
  file.voltage.assign(100, -65.0F);
  file.current.assign(100, 10.0F);
  written::hdf5(folder / "whole", file);
  const Bytes whole = read_file(folder / "whole");
  const auto trees = places_of(bytes_of({'T', 'R', 'E', 'E', 0}), whole);
  ASSERT_GE(trees.size(), 2U);
  testing::internal::CaptureStderr();
  for (const std::size_t tree : trees) {
    Bytes damaged = whole;
    damaged[tree + 5] = std::byte{1};
    for (std::size_t i = 0; i < 8; ++i)
      damaged[tree + 32 + i] = static_cast<std::byte>(std::uint64_t{tree} >> (8 * i));
    expect_an_error(folder.write("damaged", damaged), in_cell(), "tree at " + std::to_string(tree));
    expect_an_error(folder / "damaged", {}, "listing of tree at " + std::to_string(tree));
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

class Groups {
 public:
  explicit Groups(const std::filesystem::path& path)
      : file_(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)) {}
  Groups(const Groups&) = delete;
  Groups& operator=(const Groups&) = delete;
  ~Groups() { H5Fclose(file_); }
  void add(const std::string& path) {
    H5Gclose(H5Gcreate2(file_, path.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  }
  void link(const std::string& target, const std::string& path) {
    EXPECT_GE(H5Lcreate_hard(file_, target.c_str(), file_, path.c_str(), H5P_DEFAULT, H5P_DEFAULT), 0);
  }
  void samples(const std::string& path) {
    const hsize_t size = 100;
    const std::vector<double> values(size, -65.0);
    const hid_t space = H5Screate_simple(1, &size, nullptr);
    const hid_t made =
        H5Dcreate2(file_, path.c_str(), H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    EXPECT_GE(H5Dwrite(made, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), 0);
    H5Dclose(made);
    H5Sclose(space);
  }

 private:
  hid_t file_;
};

void expect_listed(const std::filesystem::path& path, const std::string& dataset) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THAT([&] { open_signal_file(path); }, ThrowsMessage<OptionError>(HasSubstr(dataset)));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  EXPECT_LT(took.count(), 2.0);
}

// Legal: a group may be a member of itself, and of many others.
TEST(Hdf5Damage, GroupsLinkedIntoThemselvesAndFansOfLinksAreListedOnce) {
  const Folder folder;
  {
    Groups file(folder / "cycle");
    file.add("/a");
    for (int i = 0; i < 30; ++i) file.link("/a", "/a/again_" + std::to_string(i));
    file.link("/", "/a/root");
    file.samples("/a/voltage");
  }
  expect_listed(folder / "cycle", "datasets of numbers in it: /a/voltage");
  {
    Groups file(folder / "fan");
    std::string path = "/g";
    file.add(path);
    for (int depth = 0; depth < 10; ++depth) {
      const std::string next = path + "/x0";
      file.add(next);
      for (int i = 1; i < 20; ++i) file.link(next, path + "/x" + std::to_string(i));
      path = next;
    }
    file.samples(path + "/current");
  }
  expect_listed(folder / "fan", "/g/x0/x0/x0/x0/x0/x0/x0/x0/x0/x0/current");
}

TEST(Hdf5Damage, ChunksThatWereNeverWrittenAreNoZeros) {
  const Folder folder;
  for (const bool gzip : {true, false}) {
    for (const std::string series : {"/acquisition/V", "/stimulus/presentation/I"}) {
      written::NwbFile file;
      file.series = {written::response("V", 1000), written::stimulus("I", 1000)};
      written::nwb(folder / "n", file);
      written::write_half(folder / "n", series, 100, 1000, gzip);
      EXPECT_NO_THROW(read_recording({folder / "n"}));
      written::nwb(folder / "n", file);
      written::write_half(folder / "n", series, 100, 600, gzip);
      EXPECT_THAT(
          [&] { read_recording({folder / "n"}); },
          ThrowsMessage<InputError>(HasSubstr("of its 1000 samples those from 600 on were never written "
                                              "(6 of 10 chunks exist)")));
      ReadOptions begin;
      begin.selection.to_ms = 60.0;
      EXPECT_EQ(read_recording({folder / "n"}, begin).sweeps.at(0).size(), 600U);
      begin.selection.to_ms = 60.1;
      EXPECT_THROW(read_recording({folder / "n"}, begin), InputError);
    }
  }
}

}  // namespace
}  // namespace libfit
