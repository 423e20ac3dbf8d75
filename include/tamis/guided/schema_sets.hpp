#pragma once

/// \file schema_sets.hpp
/// What a JSON schema says, kind by kind: sets of values, and what is in two of them.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "grammar.hpp"
#include "regex.hpp"
#include "regular.hpp"

namespace tamis::guided::detail {

/// Schemas that hold together: numbers that SchemaDocument gives them, twice the place, and one
/// more where the schema must not hold. Ascending. None: every value.
using Conjunction = std::vector<std::uint32_t>;

inline Conjunction both(const Conjunction& x, const Conjunction& y) {
  Conjunction out;
  std::set_union(x.begin(), x.end(), y.begin(), y.end(), std::back_inserter(out));
  return out;
}

/// How patterns in schemas are read: ECMAScript's, anywhere in the text.
inline constexpr RegexOptions schema_regex{.is_search = true, .is_ecmascript = true, .unicode_classes = false};

inline Result<Regular> regular_of_pattern(const std::string& pattern) {
  const auto tree = RegexParser(pattern, schema_regex).parse();
  if (!tree) return tree.error();
  return RegularBuilder::of(*tree, true);
}

struct StringSet {
  std::optional<std::vector<std::string>> texts = {};  ///< these alone
  std::vector<std::string> patterns = {};              ///< all match
  std::optional<Regular> language = {};
  std::uint32_t least = 0, most = Grammar::unlimited;  ///< characters

  bool is_any() const { return !texts && patterns.empty() && !language && least == 0 && most == Grammar::unlimited; }

  /// The set as a language. An error, if it is too large.
  Result<Regular> regular() const {
    if (texts) return Regular::of_texts(*texts);
    Regular out = language ? *language : Regular::all();
    for (const std::string& pattern : patterns) {
      const auto one = regular_of_pattern(pattern);
      if (!one) return one;
      const auto common = out.common(*one);
      if (!common) return common;
      out = *common;
    }
    if (least == 0 && most == Grammar::unlimited) return out;
    if (least > Regular::most_states / 2 || (most != Grammar::unlimited && most > Regular::most_states / 2))
      return Error{"a pattern or a list of keys together with a length above " +
                   std::to_string(Regular::most_states / 2) + " is too large"};
    return out.common(Regular::lengths(least, most));
  }
};

struct NumberSet {
  std::optional<Regular> language = {};  ///< of texts without exponent; nothing: every number
};

/// A demand on how many items are of a kind.
struct Contained {
  Conjunction what, other;  ///< the kind, and what is not of it
  std::uint32_t least = 1, most = Grammar::unlimited;
  std::uint32_t from = 0;  ///< items before are not counted
  bool evaluates = false;  ///< for `unevaluatedItems`: has looked at what is of the kind
};

struct ArraySet {
  std::vector<Conjunction> first = {};  ///< the schemas of the first items
  Conjunction rest = {};                ///< of the others
  std::uint32_t least = 0, most = Grammar::unlimited;
  std::vector<Contained> contained = {};
  bool is_unique = false;
  std::size_t evaluated = 0;    ///< for `unevaluatedItems`: so many items, from the first, have been looked at
  bool evaluates_rest = false;  ///< or all of them

  const Conjunction& at(std::size_t place) const { return place < first.size() ? first[place] : rest; }
};

/// What one schema says of the members of an object.
struct ObjectShape {
  std::map<std::string, Conjunction> named = {};
  std::vector<std::pair<std::string, Conjunction>> patterns = {};
  Conjunction others = {};  ///< of keys that are neither named nor match a pattern
  bool evaluates = false;   ///< for `unevaluatedProperties`: has looked at what is named or matches
  bool evaluates_others = false;
};

/// A demand that there is some member of such a key and such a value.
struct Demanded {
  std::set<std::string> but = {};              ///< none of these keys
  std::vector<std::string> but_matching = {};  ///< nor one that matches one of these patterns
  std::optional<std::string> matching = {};    ///< but one that matches this
  Conjunction names = {};                      ///< and is, as a string, such
  Conjunction what = {};                       ///< its value
};

struct ObjectSet {
  std::vector<ObjectShape> shapes = {};  ///< all hold
  std::set<std::string> required = {};
  std::uint32_t least = 0, most = Grammar::unlimited;
  std::vector<Conjunction> names = {};  ///< each key is a string that these allow
  std::vector<Demanded> demanded = {};
  /// Of what was demanded, what a member with a key that is not named shall be: one member for each
  /// list.
  std::vector<std::vector<Demanded>> unnamed = {};

  bool is_any() const {
    return shapes.empty() && required.empty() && least == 0 && most == Grammar::unlimited && names.empty() &&
           demanded.empty() && unnamed.empty();
  }
  /// Every key that is spoken of.
  std::set<std::string> all_named() const {
    std::set<std::string> out = required;
    for (const ObjectShape& shape : shapes)
      for (const auto& [name, schema] : shape.named) out.insert(name);
    return out;
  }
};

/// Values of one kind.
struct ValueSet {
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

  Kind kind;
  bool allows_false = true, allows_true = true;
  NumberSet number = {};
  StringSet string = {};
  ArraySet array = {};
  ObjectSet object = {};
};

/// A union of sets of values.
using ValueSets = std::vector<ValueSet>;

inline ValueSets all_values() {
  ValueSets out;
  for (const auto kind : {ValueSet::Kind::null, ValueSet::Kind::boolean, ValueSet::Kind::number, ValueSet::Kind::string,
                          ValueSet::Kind::array, ValueSet::Kind::object})
    out.push_back({kind});
  return out;
}

/// What of a list of texts a string set allows.
inline Result<std::vector<std::string>> allowed_texts(const std::vector<std::string>& texts, StringSet set) {
  if (set.texts) {
    std::vector<std::string> out;
    for (const std::string& text : texts)
      if (std::find(set.texts->begin(), set.texts->end(), text) != set.texts->end()) out.push_back(text);
    return out;
  }
  const std::uint32_t least = std::exchange(set.least, 0), most = std::exchange(set.most, Grammar::unlimited);
  const auto language = set.regular();
  if (!language) return language.error();
  std::vector<std::string> out;
  for (const std::string& text : texts) {
    std::uint32_t length = 0;
    for (TextReader reader(text); !reader.at_end(); ++length) reader.next();
    if (length >= least && length <= most && language->matches(text)) out.push_back(text);
  }
  return out;
}

/// Makes x what is in both. An error, if that is too large.
inline Result<void> narrow(StringSet& x, const StringSet& y) {
  if (x.texts || y.texts) {
    const bool has = x.texts.has_value();
    const auto texts = allowed_texts(has ? *x.texts : *y.texts, has ? y : x);
    if (!texts) return texts.error();
    x = StringSet{*texts};
    return {};
  }
  for (const std::string& pattern : y.patterns)
    if (std::find(x.patterns.begin(), x.patterns.end(), pattern) == x.patterns.end()) x.patterns.push_back(pattern);
  if (y.language) {
    const auto common = x.language ? x.language->common(*y.language) : Result<Regular>(*y.language);
    if (!common) return common.error();
    x.language = *common;
  }
  x.least = std::max(x.least, y.least);
  x.most = std::min(x.most, y.most);
  return {};
}

inline Result<void> narrow(NumberSet& x, const NumberSet& y) {
  if (!y.language) return {};
  const auto common = x.language ? x.language->common(*y.language) : Result<Regular>(*y.language);
  if (!common) return common.error();
  x.language = *common;
  return {};
}

inline void narrow(ArraySet& x, const ArraySet& y) {
  ArraySet out = x;
  out.first.resize(std::max(x.first.size(), y.first.size()));
  for (std::size_t i = 0; i < out.first.size(); ++i) out.first[i] = both(x.at(i), y.at(i));
  out.rest = both(x.rest, y.rest);
  out.least = std::max(x.least, y.least);
  out.most = std::min(x.most, y.most);
  out.contained.insert(out.contained.end(), y.contained.begin(), y.contained.end());
  out.is_unique |= y.is_unique;
  out.evaluated = std::max(x.evaluated, y.evaluated);
  out.evaluates_rest |= y.evaluates_rest;
  x = std::move(out);
}

inline void narrow(ObjectSet& x, const ObjectSet& y) {
  x.shapes.insert(x.shapes.end(), y.shapes.begin(), y.shapes.end());
  x.required.insert(y.required.begin(), y.required.end());
  x.least = std::max(x.least, y.least);
  x.most = std::min(x.most, y.most);
  x.names.insert(x.names.end(), y.names.begin(), y.names.end());
  x.demanded.insert(x.demanded.end(), y.demanded.begin(), y.demanded.end());
}

inline Result<void> narrow(ValueSet& x, const ValueSet& y) {
  switch (x.kind) {
    case ValueSet::Kind::boolean:
      x.allows_false &= y.allows_false;
      x.allows_true &= y.allows_true;
      return {};
    case ValueSet::Kind::number:
      return narrow(x.number, y.number);
    case ValueSet::Kind::string:
      return narrow(x.string, y.string);
    case ValueSet::Kind::array:
      narrow(x.array, y.array);
      return {};
    case ValueSet::Kind::object:
      narrow(x.object, y.object);
      return {};
    default:
      return {};
  }
}

/// Whether nothing is in it, as far as that is seen without looking at members and items.
inline bool is_empty(const ValueSet& set) {
  switch (set.kind) {
    case ValueSet::Kind::boolean:
      return !set.allows_false && !set.allows_true;
    case ValueSet::Kind::number:
      return set.number.language && set.number.language->is_empty();
    case ValueSet::Kind::string:
      return (set.string.texts && set.string.texts->empty()) ||
             (set.string.language && set.string.language->is_empty()) || set.string.least > set.string.most;
    case ValueSet::Kind::array:
      return set.array.least > set.array.most;
    case ValueSet::Kind::object:
      return set.object.least > set.object.most || set.object.required.size() > set.object.most;
    default:
      return false;
  }
}

/// What is in both unions.
inline Result<ValueSets> common(const ValueSets& x, const ValueSets& y) {
  constexpr std::size_t most = 4000;
  ValueSets out;
  for (const ValueSet& a : x) {
    for (const ValueSet& b : y) {
      if (a.kind != b.kind) continue;
      ValueSet one = a;
      if (const auto narrowed = narrow(one, b); !narrowed) return narrowed.error();
      if (is_empty(one)) continue;
      if (out.size() == most)
        return Error{"there are more than " + std::to_string(most) + " ways to choose among its alternatives"};
      out.push_back(std::move(one));
    }
  }
  return out;
}

}  // namespace tamis::guided::detail
