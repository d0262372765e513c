// What must not outlive the process when a signal ends it: folders in which something is being made, and
// groups of child processes. The library lists them and installs no handler: a program that wants them gone
// calls end_unfinished() in its own, as tools/dyniv does, and then lets the signal take its course.
#pragma once

#include <csignal>
#include <filesystem>
#include <functional>

namespace libfit {

// Signals to this thread are held back while it lives.
class SignalsHeld {
 public:
  SignalsHeld();
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;
  ~SignalsHeld();

 private:
  sigset_t before_{};
};

// On the list while it lives. At most 256 at a time; what does not fit is not listed.
class Unfinished {
 public:
  // A folder, which goes with everything in it: the one that `make` makes, and no signal comes between its
  // making and its listing. Throws what `make` throws; then nothing is listed.
  explicit Unfinished(const std::function<std::filesystem::path()>& make);
  // A group of processes, which is killed.
  explicit Unfinished(int group);
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  ~Unfinished();

 private:
  int slot_;  // -1: not listed
};

// Kills what is listed and removes it. Safe in a signal handler; what is listed afterwards stays.
void end_unfinished() noexcept;

}  // namespace libfit
