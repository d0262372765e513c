// One cell as one NWB 2 file: response and stimulus of every sweep with the stored numbers and conversions of
// the original, the tables of intracellular recordings with the role of each sweep, metadata, and the schema
// (docs/formats/nwb.md). What is read back is the same to the last bit. The same content gives the same
// bytes: no clock is looked at, and object ids follow from the identifier.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libfit/recording/recording.hpp"

namespace libfit {

struct NwbSubject {
  std::string id;  // all empty: the file has no subject
  std::string species;
  std::string sex;  // "M", "F", "U" or "O"
  std::string age;  // ISO 8601 duration ("P30D")
  std::string description;
};

struct NwbMetadata {
  std::string identifier;  // not empty; identifies this file among all others
  std::string session_description = "current-clamp recording";  // not empty
  // ISO 8601 with time zone. Times within the file count from it.
  std::string session_start = "1970-01-01T00:00:00+00:00";
  std::string electrode_description = "intracellular electrode";
  std::string electrode_location;
  std::string device = "amplifier";
  std::string experimenter;
  std::string institution;
  std::string lab;
  std::string notes;
  NwbSubject subject;

  void validate() const;  // throws OptionError
};

// Sweeps of one role: "electrode", "training", "test", or none.
struct NwbPart {
  std::string role;
  Recording recording;

  double duration_s() const;  // of all its sweeps
};

// Voltage without the electrode, of a sweep of a part; stands in a processing module beside the raw series.
struct NwbCompensated {
  std::size_t part = 0;
  std::size_t sweep = 0;
  std::vector<double> voltage_mV;
};

struct NwbCell {
  std::vector<NwbPart> parts;
  std::vector<NwbCompensated> compensated;
  std::string compensation;  // how, in words; not empty where there is compensated voltage
  NwbMetadata about;
};

// An identifier that follows from what a file is made of (checksums of inputs, options).
std::string nwb_identifier(const std::vector<std::string>& ingredients);

// The bytes of the file. Throws OptionError for metadata that NWB does not take, ContractError without a
// sweep.
std::string nwb_file(const NwbCell& cell);

}  // namespace libfit
