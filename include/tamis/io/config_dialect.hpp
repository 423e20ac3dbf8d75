#pragma once

/// \file config_dialect.hpp
/// How somebody else says what GenerationConfig says: their keys, their ranges, and what they say
/// that does not concern us.

#include <span>
#include <string_view>
#include <vector>

#include "generation_fields.hpp"
#include "value_range.hpp"

namespace tamis {

/// One of their keys, for one of our parameters.
struct Spelling {
  std::string_view theirs;
  std::string_view ours = theirs;
  ValueRange range = {};  ///< what they allow, if it is less than what we do
};

/// A key that is understood, and refused because this library does not do what it asks; with the
/// one value, as JSON, that asks for nothing.
struct Unsupported {
  std::string_view key;
  std::string_view neutral;
  std::string_view remedy;
};

/// The keys of one kind of JSON object. A key that is nowhere in it is unknown.
struct Dialect {
  std::string_view object;  ///< what the JSON is, for a sentence: "the OpenAI request"
  std::span<const Spelling> spellings;
  bool our_names;  ///< our own names are keys too
  std::span<const std::string_view> ignored;
  std::span<const Unsupported> unsupported;

  /// Their spelling `key`; nullptr if they have none of this name.
  constexpr const Spelling* spelling_of(std::string_view key) const {
    for (const Spelling& spelling : spellings) {
      if (spelling.theirs == key) return &spelling;
    }
    return nullptr;
  }

  /// The parameter that `key` stands for; nullptr if none.
  constexpr const GenerationField* field_of(std::string_view key) const {
    if (const Spelling* spelling = spelling_of(key)) return field_named(spelling->ours);
    return our_names ? field_named(key) : nullptr;
  }

  /// Every key there is, to look for the one that was meant.
  std::vector<std::string_view> keys() const {
    std::vector<std::string_view> all;
    if (our_names) {
      for (const GenerationField& field : generation_fields) all.push_back(field.name);
    }
    for (const Spelling& spelling : spellings) all.push_back(spelling.theirs);
    for (const Unsupported& key : unsupported) all.push_back(key.key);
    all.insert(all.end(), ignored.begin(), ignored.end());
    return all;
  }
};

}  // namespace tamis
