// Files as the project wants them: read whole and bounded, written beside and then renamed, never half there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace libfit {

// Bytes of a regular file. Throws InputError when it is missing, a folder, unreadable or above `limit_bytes`.
std::vector<std::byte> read_file(const std::filesystem::path& path,
                                 std::uintmax_t limit_bytes = std::uintmax_t{8} << 30);

// SHA-256 of a file as 64 hexadecimal digits. Throws InputError when it cannot be read.
std::string sha256_of_file(const std::filesystem::path& path);

enum class Overwrite { refuse, allow };

// Whether these bytes are anywhere in a file. Throws InputError when it cannot be read.
bool file_holds(const std::filesystem::path& path, std::string_view bytes);

// Throws as write_file would, before the work whose result is to be written; nothing stays. Where overwriting
// is allowed, a file that is there and not empty has to be one that `ours` knows as our own: OptionError
// else.
void check_output_file(const std::filesystem::path& path, Overwrite overwrite,
                       const std::function<bool(const std::filesystem::path&)>& ours = {});

// Writes `content` beside its place and moves it there, so that `path` is whole or absent; a symbolic link is
// followed. Throws OptionError when `path` exists and overwriting is refused (also when it appears meanwhile)
// or it is no regular file (a device would be replaced), InputError when the disk or the folder does not
// allow it (nothing is left behind).
void write_file(const std::filesystem::path& path, std::string_view content,
                Overwrite overwrite = Overwrite::refuse);

}  // namespace libfit
