#include "libfit/core/unfinished.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <string>

#ifdef __linux__
#include <sys/syscall.h>
#endif

namespace libfit {
namespace {

enum class SlotState : int { free, being_set, folder, group, ended };

struct Slot {
  std::atomic<SlotState> state{SlotState::free};
  int group = 0;
  std::array<char, PATH_MAX> folder{};
};

// Fixed storage: a handler can neither allocate nor wait for a lock.
std::array<Slot, 256> slots;

// The number of a slot that is now ours, -1 when all are taken.
int take_slot() {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    SlotState expected = SlotState::free;
    if (slots[i].state.compare_exchange_strong(expected, SlotState::being_set)) return static_cast<int>(i);
  }
  return -1;
}

// What is being made when a signal comes is on the list in a moment.
void wait_for_listing(const Slot& slot) noexcept {
  const timespec moment{0, 2000000};
  for (int attempt = 0; attempt < 50 && slot.state == SlotState::being_set; ++attempt)
    ::nanosleep(&moment, nullptr);
}

#ifdef __linux__

constexpr int kDeepest = 16;

void remove_tree(int parent, const char* name, int depth) noexcept;

// Everything in an open folder. readdir() allocates; the system call does not.
void remove_entries(int folder, int depth) noexcept {
  // As the kernel lays it out: inode, offset, length of the entry, type, name.
  constexpr std::size_t kLengthAt = 2 * sizeof(std::uint64_t);
  constexpr std::size_t kNameAt = kLengthAt + sizeof(std::uint16_t) + 1;
  alignas(std::uint64_t) std::array<char, 2048> buffer;
  for (;;) {
    const long got = ::syscall(SYS_getdents64, folder, buffer.data(), buffer.size());
    if (got <= 0) return;
    for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
      std::uint16_t length = 0;
      std::memcpy(&length, buffer.data() + at + kLengthAt, sizeof length);
      const char* name = buffer.data() + at + kNameAt;
      if (std::strcmp(name, ".") != 0 && std::strcmp(name, "..") != 0) remove_tree(folder, name, depth + 1);
      at += length;
    }
  }
}

void remove_tree(int parent, const char* name, int depth) noexcept {
  if (::unlinkat(parent, name, 0) == 0 || depth > kDeepest) return;
  // Other threads may still be writing: some patience, but not without end.
  for (int attempt = 0; attempt < 50; ++attempt) {
    const int folder = ::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0) return;
    remove_entries(folder, depth);
    ::close(folder);
    if (::unlinkat(parent, name, AT_REMOVEDIR) == 0) return;
    if (errno != ENOTEMPTY && errno != EEXIST) return;
    const timespec moment{0, 2000000};
    ::nanosleep(&moment, nullptr);
  }
}

#else

void remove_tree(int parent, const char* name, int) noexcept { ::unlinkat(parent, name, AT_REMOVEDIR); }

#endif

}  // namespace

SignalsHeld::SignalsHeld() {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before_);
}

SignalsHeld::~SignalsHeld() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

Unfinished::Unfinished(const std::function<std::filesystem::path()>& make) : slot_(-1) {
  const SignalsHeld held;  // by this thread; a handler in another one waits for the slot
  slot_ = take_slot();     // NOLINT(cppcoreguidelines-prefer-member-initializer): not before signals are held
  const auto release = [&] {
    if (slot_ >= 0) slots[slot_].state = SlotState::free;
    slot_ = -1;
  };
  try {
    const std::string name = std::filesystem::absolute(make()).string();
    if (name.size() >= PATH_MAX) release();
    if (slot_ < 0) return;
    std::strcpy(slots[slot_].folder.data(), name.c_str());
    slots[slot_].state = SlotState::folder;
  } catch (...) {
    release();
    throw;
  }
}

Unfinished::Unfinished(int group) : slot_(take_slot()) {
  if (slot_ < 0) return;
  slots[slot_].group = group;
  slots[slot_].state = SlotState::group;
}

Unfinished::~Unfinished() {
  if (slot_ < 0) return;
  // Unless the handler has it: then it stays as it is, for the handler may be reading it.
  for (const SlotState listed : {SlotState::folder, SlotState::group}) {
    SlotState expected = listed;
    if (slots[slot_].state.compare_exchange_strong(expected, SlotState::free)) return;
  }
}

void end_unfinished() noexcept {
  const int before = errno;
  for (const Slot& slot : slots) wait_for_listing(slot);
  // Children first: they write into the folders.
  for (const SlotState kind : {SlotState::group, SlotState::folder}) {
    for (Slot& slot : slots) {
      SlotState expected = kind;
      if (!slot.state.compare_exchange_strong(expected, SlotState::ended)) continue;
      if (kind == SlotState::group) ::kill(-slot.group, SIGKILL);
      if (kind == SlotState::folder) remove_tree(AT_FDCWD, slot.folder.data(), 0);
    }
  }
  errno = before;
}

}  // namespace libfit
