// Warnings as people read them: fewer, what matters most first, each with what to do. Every stage keeps its
// warnings as sentences. A sentence may end with its kind in brackets, "... [test.drift]", as compilers name
// theirs; sentences of one kind (of several models, files or sweeps) are one group with one headline. A
// sentence without a kind, or of one that is not in the table of warnings.cpp, is shown as it is, between
// what touches a model and what touches a parameter.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace libfit {

// What a warning touches, the gravest first.
enum class Consequence { prediction, model, unknown, parameter, bookkeeping };
const char* consequence_name(Consequence consequence);

struct WarningKind {
  const char* kind;
  Consequence touches;
  const char* headline;  // {}: the models that the sentences name before their first colon
};
// Every kind, the gravest first.
std::span<const WarningKind> warning_kinds();

struct WarningGroup {
  std::string kind;  // empty: none
  Consequence touches = Consequence::unknown;
  std::string headline;
  std::vector<std::size_t> members;  // places among the warnings given
};

// The gravest group first, else in the order of their first sentences. Sentences without a kind that differ
// in numbers and place only are one group.
std::vector<WarningGroup> group_warnings(std::span<const std::string> warnings);

// The sentence without its kind.
std::string_view sentence_of(std::string_view warning);

}  // namespace libfit
