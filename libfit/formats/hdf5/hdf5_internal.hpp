// Owning handles over the C library of HDF5, for the sources of this room only: a handle closes what it
// opened, errors are values (a negative identifier), and nothing is printed while a Silence lives.
#pragma once

#include <hdf5.h>

#include <utility>

namespace libfit::hdf5 {

class Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Handle(hid_t id, Close close) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&&) = delete;
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  hid_t get() const { return id_; }
  bool ok() const { return id_ >= 0; }

 private:
  hid_t id_;
  Close close_;
};

// The library prints a stack of errors by default; a library room never prints.
class Silence {
 public:
  Silence() {
    // At exit the library closes what a damaged file kept open, or prints that it cannot. Every handle here
    // closes itself, so that clean-up is not wanted. Works only before the first other call.
    [[maybe_unused]] static const herr_t no_clean_up = H5dont_atexit();
    H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() { H5Eset_auto2(H5E_DEFAULT, function_, data_); }

 private:
  H5E_auto2_t function_ = nullptr;
  void* data_ = nullptr;
};

}  // namespace libfit::hdf5
