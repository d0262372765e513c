// Files are read by the HDF5 library in a child process, which hands the result over as bytes. The library
// (1.10) trusts what a file says of itself: a damaged or hostile one can crash it, keep it busy for ever or
// make it ask for any amount of memory. The child has limits of time and memory that grow with the file, and
// whatever ends it early is a sentence; the process that asked never meets the file (decision 0026).
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "libfit/recording/signal_file.hpp"

namespace libfit::guarded {

struct Limits {
  std::uint64_t seconds = 0;  // of computing; four times as much and a minute may pass, on a slow disk
  std::uint64_t bytes = 0;    // beyond what the parent has
};
// Generous for an honest file of its size.
Limits limits_for(const std::string& path);

// The child's end: bytes go to the parent.
class Sender {
 public:
  static constexpr bool kSends = true;
  explicit Sender(int descriptor) : descriptor_(descriptor) {}
  void bytes(const void* from, std::size_t count);
  void flush();
  void expect(std::uint64_t, std::size_t) {}

 private:
  void write(std::string_view rest);
  int descriptor_;
  std::string waiting_;
};

// The parent's end: starts the child, which runs `work` and ends.
class Child {
 public:
  static constexpr bool kSends = false;
  // Throws InputError where no process is to be had.
  Child(std::string path, const Limits& limits, const std::function<void(Sender&)>& work);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  // Waits for the first word of the child. Throws what `work` threw there, InputError for what ended it.
  void wait_for_result();
  // Both throw InputError where the child ended before it had sent them.
  void bytes(void* to, std::size_t count);
  void expect(std::uint64_t count, std::size_t size);

 private:
  [[noreturn]] void refuse();
  int reap();
  std::size_t read_some(void* to, std::size_t most);

  std::string path_;
  Limits limits_;
  pid_t child_ = -1;
  int descriptor_ = -1;
  std::string received_;
  std::size_t taken_ = 0;  // of received_
};

// The members of what is handed over. A new member makes these fail to compile until it is named here.
inline auto members(Encoding& encoding) {
  auto& [type, scale, offset] = encoding;
  return std::tie(type, scale, offset);
}
inline auto members(SweepNote& note) {
  auto& [number, name, stimulus, role, dt, points, start, amplitude, bridge, capacitance, bias] = note;
  return std::tie(number, name, stimulus, role, dt, points, start, amplitude, bridge, capacitance, bias);
}
inline auto members(Channel& channel) {
  auto& [name, unit, role, sweeps, to_internal, telegraph, stored, notes, numbers] = channel;
  return std::tie(name, unit, role, sweeps, to_internal, telegraph, stored, notes, numbers);
}
inline auto members(CommandedSteps& steps) {
  auto& [begin, end, amplitude] = steps;
  return std::tie(begin, end, amplitude);
}
inline auto members(SignalFile& file) {
  auto& [path, format, dt, channels, command_units, experiment, stated, steps, left_out, sweeps_chosen,
         samples_read, warnings] = file;
  return std::tie(path, format, dt, channels, command_units, experiment, stated, steps, left_out,
                  sweeps_chosen, samples_read, warnings);
}

template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};

// Sends `value`, whose memory is given back at once, or receives it.
template <typename Pipe, typename T>
void pass(Pipe& pipe, T& value) {
  if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
    pipe.bytes(&value, sizeof(value));
  } else if constexpr (IsOptional<T>::value) {
    bool there = value.has_value();
    pass(pipe, there);
    if (there && !value) value.emplace();
    if (there) pass(pipe, *value);
  } else if constexpr (requires { value.resize(0); }) {
    std::uint64_t count = value.size();
    pass(pipe, count);
    pipe.expect(count, sizeof(typename T::value_type));
    value.resize(count);
    if constexpr (std::is_arithmetic_v<typename T::value_type>) {
      pipe.bytes(value.data(), count * sizeof(typename T::value_type));
    } else {
      for (auto& one : value) pass(pipe, one);
    }
    if constexpr (Pipe::kSends) T().swap(value);
  } else {
    std::apply([&](auto&... each) { (pass(pipe, each), ...); }, members(value));
  }
}

// What `read` makes of the file at `path`, made in a child process. Throws what `read` throws, InputError for
// whatever ends the child. No other thread may use the HDF5 library meanwhile.
template <typename T>
T read(const std::string& path, const std::function<T()>& read, const Limits& limits) {
  Child child(path, limits, [&](Sender& sender) {
    T result = read();
    bool done = true;
    pass(sender, done);
    pass(sender, result);
  });
  child.wait_for_result();
  T result;
  pass(child, result);
  return result;
}
template <typename T>
T read(const std::string& path, const std::function<T()>& work) {
  return read<T>(path, work, limits_for(path));
}

}  // namespace libfit::guarded
