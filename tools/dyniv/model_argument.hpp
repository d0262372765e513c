// A model as an option: the name of a file, or of a kind of model with its parameters by hand.
#pragma once

#include <boost/program_options.hpp>
#include <string>
#include <vector>

#include "libfit/model/model_file.hpp"
#include "libfit/report/provenance.hpp"

namespace dyniv {

// Whether the word is a kind of model and no file has this name; a folder is no model, whatever it is called.
bool names_a_model(const std::string& word);

struct ModelArgument {
  std::string model;  // file or kind; empty: none given
  std::vector<std::string> settings;

  bool given() const { return !model.empty(); }
  // Whether `model` names a kind of model.
  bool by_hand() const;
  // Throws libfit::OptionError, or libfit::InputError for a file that is no model.
  libfit::Model read() const { return read_document().model; }
  // The same with what the file holds beside the model.
  libfit::ModelDocument read_document() const;
  // As an input `model`: the file, or the words.
  void add_to(libfit::ResultProvenance& provenance) const;
};

// Adds --model and --set; `about` describes --model in the help.
void add_model_options(boost::program_options::options_description& group, ModelArgument& argument,
                       const std::string& about);

}  // namespace dyniv
