// Text as editors, spreadsheets and instruments save it, made plain in one place for every reader of text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace libfit {

// Whether the bytes are UTF-16: by its mark, or by the zero bytes beside its Latin letters.
bool looks_like_utf16(std::string_view raw);

// `raw` as UTF-8 without a byte order mark, with lines that end in LF or CR LF: UTF-16 is converted, and a CR
// alone becomes LF. The result lies in `storage` where it differs from `raw`. Bytes that are no UTF-8 stay as
// they are. Throws InputError, which carries `name`, for UTF-16 that is damaged and for UTF-32.
std::string_view decoded_text(std::string_view raw, const std::string& name, std::string& storage);

// The same of a file; InputError as read_file() has it.
std::string read_decoded_text(const std::filesystem::path& path, std::uintmax_t limit_bytes);

// The lines of plain text, one after the other.
struct Lines {
  std::string_view rest;
  std::size_t number = 0;  // of the line last taken, from 1

  // The next line without its end; false at the end of the text.
  bool next(std::string_view& line);
};

// Text without blanks, ends of lines and zero bytes around it.
std::string_view trimmed(std::string_view text);

}  // namespace libfit
