// "name=value, ..." as parameters of a model are set by hand.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libfit/model/parameters.hpp"

namespace libfit {

// Parts between separators, without blanks around them.
std::vector<std::string_view> split_settings(std::string_view text, char separator);

// Throws OptionError, naming the setting, for text that is no finite number.
double setting_as_number(std::string_view name, std::string_view text);

// One "name=value"; `used` when some parameter took it.
struct Setting {
  std::string name;  // as given
  std::string key;   // in lower case
  std::string value;
  bool used = false;
};

class Settings {
 public:
  // Throws OptionError for a part without "=" and a name that is given twice.
  explicit Settings(std::string_view text);

  // The value of a name, in any case; nullptr or absent where it is not given.
  const std::string* take(std::string_view name);
  std::optional<double> take_number(std::string_view name);
  // The first that nothing took; nullptr: none.
  const Setting* unused() const;

 private:
  Setting* find(const std::string& key);
  std::vector<Setting> list_;
};

template <class M>
void set_parameters(M& model, Settings& settings) {
  for_each_parameter(model, [&](const Quantity& quantity, double& value) {
    value = settings.take_number(quantity.name).value_or(value);
  });
}

}  // namespace libfit
