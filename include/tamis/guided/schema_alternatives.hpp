#pragma once

/// \file schema_alternatives.hpp
/// The words of JSON Schema that offer several schemas: `oneOf`, and `anyOf` where it matters which
/// of them hold.

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "schema_expansion.hpp"

namespace tamis::guided::detail {

/// For what asks which of them hold: each set of them that may hold together.
inline ValueSets SchemaExpansion::any_of_them(const JsonValue& parts) {
  constexpr std::size_t most = 6;
  if (parts.items.size() > most)
    return refuse(parts, "",
                  "more than " + std::to_string(most) + " alternatives beside unevaluated words are too many");
  ValueSets out;
  for (std::size_t which = 1; which < std::size_t{1} << parts.items.size(); ++which) {
    ValueSets all = all_values();
    for (std::size_t i = 0; i < parts.items.size(); ++i)
      if (which >> i & 1) meet(all, expand(parts.items[i]), parts);
    add(out, std::move(all));
  }
  return out;
}

inline ValueSets SchemaExpansion::one_of(const JsonValue& parts) {
  std::vector<ValueSets> all;
  std::vector<Tags> tags;
  for (const JsonValue& part : parts.items) {
    all.push_back(expand(part));
    tags.push_back(tags_of(all.back()));
  }
  ValueSets out;
  for (std::size_t i = 0; i < all.size() && fault_.empty(); ++i) {
    ValueSets only = all[i];
    for (std::size_t j = 0; j < all.size() && fault_.empty() && !only.empty(); ++j) {
      if (j == i || are_apart(all[i], tags[i], all[j], tags[j]) ||
          is_surely_empty(both(one(parts.items[i]), one(parts.items[j]))))
        continue;
      meet(only, negate(parts.items[j]), parts.items[j]);
    }
    add(out, std::move(only));
  }
  return out;
}

inline SchemaExpansion::Tags SchemaExpansion::tags_of(const ValueSets& sets) {
  Tags out(sets.size());
  for (std::size_t i = 0; i < sets.size(); ++i) {
    if (sets[i].kind != ValueSet::Kind::object) continue;
    for (const std::string& name : sets[i].object.required) {
      const Conjunction what = of_member(sets[i].object, name);
      if (what.size() != 1 || what[0] % 2 != 0) continue;
      const JsonValue& schema = d_.schema(what[0] / 2);
      if (!schema.find("const") && !schema.find("enum")) continue;
      const ValueSets values = expand(what);
      if (values.size() == 1 && values[0].kind == ValueSet::Kind::string && values[0].string.texts)
        out[i].try_emplace(name, values[0].string.texts->begin(), values[0].string.texts->end());
    }
  }
  return out;
}

/// Whether no value is in both, as kinds and tags show.
inline bool SchemaExpansion::are_apart(const ValueSets& x, const Tags& x_tags, const ValueSets& y, const Tags& y_tags) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < y.size(); ++j) {
      if (x[i].kind != y[j].kind) continue;
      const bool differ = std::any_of(x_tags[i].begin(), x_tags[i].end(), [&](const auto& tag) {
        const auto other = y_tags[j].find(tag.first);
        return other != y_tags[j].end() && std::none_of(tag.second.begin(), tag.second.end(), [&](const auto& text) {
                 return other->second.count(text) > 0;
               });
      });
      if (!differ) return false;
    }
  }
  return true;
}

}  // namespace tamis::guided::detail
