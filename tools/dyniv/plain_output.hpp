// What the command says, made safe for a terminal: a name out of a file can hold anything, and a terminal
// obeys control characters.
#pragma once

#include <streambuf>
#include <string>
#include <string_view>

namespace dyniv {

// Valid UTF-8 on one line, however long: control characters become spaces.
std::string shown(std::string_view text);

// Passes lines on to another buffer as shown() makes them; line ends stay.
class PlainLines : public std::streambuf {
 public:
  explicit PlainLines(std::streambuf* sink) : sink_(sink) {}

 protected:
  int_type overflow(int_type letter) override;
  std::streamsize xsputn(const char* text, std::streamsize count) override;
  int sync() override;

 private:
  bool pass_on();  // what is there, with its line end if it has one

  std::streambuf* sink_;
  std::string line_;
};

}  // namespace dyniv
