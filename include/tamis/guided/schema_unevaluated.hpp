#pragma once

/// \file schema_unevaluated.hpp
/// The words of JSON Schema that speak of what no other schema has looked at.

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "schema_expansion.hpp"

namespace tamis::guided::detail {

/// The members that no schema has looked at, of those that hold here.
inline void SchemaExpansion::narrow_unevaluated(ObjectSet& object, const JsonValue& rest) {
  ObjectShape shape;
  for (const ObjectShape& other : object.shapes) {
    if (other.evaluates_others) return;
    if (!other.evaluates) continue;
    for (const auto& [name, schema] : other.named) shape.named[name] = {};
    for (const auto& [pattern, schema] : other.patterns) shape.patterns.push_back({pattern, {}});
  }
  shape.others = one(rest);
  shape.evaluates = shape.evaluates_others = true;
  object.shapes.push_back(std::move(shape));
}

inline void SchemaExpansion::narrow_unevaluated(ArraySet& array, const JsonValue& rest) {
  if (std::exchange(array.evaluates_rest, true)) return;
  Conjunction what = one(rest);
  JsonValue any;  // of the rest, or of what is contained
  any.kind = Kind::array;
  const auto add_reference = [&](const JsonValue& to) {
    JsonValue reference;
    reference.kind = Kind::string;
    reference.text = d_.pointer_to(to);
    any.items.push_back(object_of("$ref", std::move(reference)));
  };
  add_reference(rest);
  for (const Contained& one : array.contained) {
    if (!one.evaluates) continue;
    if (one.what.empty()) return;
    add_reference(d_.schema(one.what[0] / 2));
  }
  if (any.items.size() > 1 && !what.empty()) what = one(d_.keep(object_of("anyOf", std::move(any))));
  for (std::size_t i = array.evaluated; i < array.first.size(); ++i) array.first[i] = both(array.first[i], what);
  while (array.first.size() < array.evaluated) array.first.push_back(array.rest);
  array.rest = both(array.rest, what);
}

}  // namespace tamis::guided::detail
