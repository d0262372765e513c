// OpenBLAS, where Ceres brings it along, starts a thread for every processor as soon as it is loaded, and
// none of them ever works for us. Where memory or threads are short, those threads ask for more without end,
// also when the program is done, or end it before it began (decision 0028). The one cure is in the
// environment, and main() is too late for it: this function runs before any library does, and begins the
// program again with the setting.
#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <dlfcn.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstddef>
#include <cstring>

namespace {

extern "C" void begin_with_one_blas_thread(int, char** words, char** environment) {
  if (::dlsym(RTLD_DEFAULT, "openblas_get_num_threads") == nullptr) return;
  static char name[] = "OPENBLAS_NUM_THREADS=";
  static char setting[] = "OPENBLAS_NUM_THREADS=1";
  static std::array<char*, 4096> changed;
  std::size_t count = 0;
  for (; environment[count] != nullptr; ++count) {
    const bool decided = std::strncmp(environment[count], name, std::strlen(name)) == 0;
    if (decided || count + 2 == changed.size()) return;
    changed[count] = environment[count];
  }
  changed[count] = setting;
  static std::array<char, PATH_MAX> program;
  if (::readlink("/proc/self/exe", program.data(), program.size() - 1) <= 0) return;
  ::execve(program.data(), words, changed.data());
}

[[gnu::section(".preinit_array"),
  gnu::used]] void (*const before_libraries)(int, char**, char**) = begin_with_one_blas_thread;

}  // namespace

#endif
