#pragma once

/// \file schema_arrays.hpp
/// Sets of arrays become expressions of a grammar.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "schema_writer.hpp"

namespace tamis::guided::detail {

inline Grammar::Expression SchemaWriter::brackets(Expression inside, bool may_be_empty, bool is_distinct) {
  if (may_be_empty) inside = g_.optional(inside);
  return is_distinct ? parts_.distinct(false, inside) : parts_.brackets(inside);
}

inline Grammar::Expression SchemaWriter::of_array(const ArraySet& set) {
  const bool is_distinct = set.is_unique && set.most > 1;
  if (is_distinct) {
    if (const auto few = of_few_values(set)) return *few;
    // No more than there are values, where that is known.
    const std::size_t values = set.first.empty() ? most_values_of(set.rest, 3) : many_values;
    if (values < many_values && values < set.most) {
      ArraySet bounded = set;
      bounded.most = static_cast<std::uint32_t>(values);
      return set.least > values ? g_.nothing() : of_array(bounded);
    }
  }
  if (!set.contained.empty()) return of_containing(set);
  const Expression comma = parts_.comma();
  const auto item = [&](std::size_t place) { return value_of(set.at(place)); };
  const auto fixed = static_cast<std::uint32_t>(set.first.size());
  // From the last of the first items backwards: that item, and what follows it.
  const auto tail = [&](std::uint32_t least, std::uint32_t most) {
    return g_.repeat(g_.sequence({comma, value_of(set.rest)}), least, most);
  };
  const auto after = [&](std::uint32_t count) { return set.least > count ? set.least - count : 0; };
  const auto left = [&](std::uint32_t count) {
    return set.most == Grammar::unlimited ? set.most : set.most - std::min(set.most, count);
  };
  if (set.most == 0) return parts_.brackets(g_.empty());
  if (fixed == 0) return brackets(g_.sequence({item(0), tail(after(1), left(1))}), set.least == 0, is_distinct);
  Expression rest = tail(after(fixed), left(fixed));
  for (std::uint32_t place = fixed; place-- > 0;) {
    if (place >= set.most) {
      rest = g_.empty();
      continue;
    }
    const Expression one = place == 0 ? item(0) : g_.sequence({comma, item(place)});
    rest = g_.sequence({one, rest});
    if (place > 0 && place >= set.least) rest = g_.optional(rest);
  }
  return brackets(rest, set.least == 0, is_distinct);
}

/// How many values there are at most; `many_values` for so many, or where that is not seen.
inline std::size_t SchemaWriter::most_values_of(const Conjunction& all, int depth) {
  std::size_t sum = 0;
  const auto times = [](std::size_t x, std::size_t y) { return std::min(many_values, x * y); };
  for (const ValueSet& one : e_.expand(all)) {
    std::size_t count = many_values;
    if (one.kind == ValueSet::Kind::null) {
      count = 1;
    } else if (one.kind == ValueSet::Kind::boolean) {
      count = std::size_t{one.allows_false} + one.allows_true;
    } else if (one.kind == ValueSet::Kind::string && one.string.texts) {
      count = one.string.texts->size();
    } else if (one.kind == ValueSet::Kind::number && one.number.language) {
      if (const auto values = NumberLanguage::values(*one.number.language, many_values)) count = values->size();
    } else if (one.kind == ValueSet::Kind::array && depth > 0 && one.array.most <= 8) {
      count = one.array.least == 0;
      std::size_t lists = 1;
      for (std::uint32_t length = 1; length <= one.array.most; ++length) {
        lists = times(lists, most_values_of(one.array.at(length - 1), depth - 1));
        if (length >= one.array.least) count += lists;
      }
    } else if (one.kind == ValueSet::Kind::object && depth > 0 && one.object.unnamed.empty() &&
               std::any_of(one.object.shapes.begin(), one.object.shapes.end(), [](const ObjectShape& shape) {
                 return shape.others == SchemaExpansion::nothing() && shape.patterns.empty();
               })) {
      count = 1;
      for (const std::string& name : one.object.all_named()) {
        const std::size_t values = most_values_of(e_.of_member(one.object, name), depth - 1);
        count = times(count, one.object.required.count(name) > 0 ? values : values + 1);
      }
    }
    sum = std::min(many_values, sum + count);
  }
  return sum;
}

/// Rules for how many items have come, and how many of them are of each kind that is counted.
inline Grammar::Expression SchemaWriter::of_containing(const ArraySet& set) {
  constexpr std::uint64_t most_rules = 4000;
  constexpr std::size_t most_kinds = 4;
  const std::vector<Contained>& all = set.contained;
  if (all.size() > most_kinds) return refuse("so many contains at once are not supported"), parts_.array();
  const auto limit = [](std::uint32_t least, std::uint32_t most) {
    return most == Grammar::unlimited ? least : most + 1;
  };
  std::uint32_t places = std::max({1u, static_cast<std::uint32_t>(set.first.size()), limit(set.least, set.most)});
  for (const Contained& one : all) places = std::max(places, one.from);
  std::uint64_t total = 1;
  for (const Contained& one : all) total *= std::uint64_t{limit(one.least, one.most)} + 1;
  if ((std::uint64_t{places} + 1) * total > most_rules)
    return refuse("contains with counts this large is not supported"), parts_.array();
  const auto counts = static_cast<std::uint32_t>(total);
  const Expression comma = parts_.comma();
  std::vector<Grammar::Rule> rules;
  for (std::uint32_t i = 0; i < (places + 1) * counts; ++i) rules.push_back(g_.add_rule("items"));
  for (std::uint32_t place = 0; place <= places; ++place) {
    for (std::uint32_t at = 0; at < counts; ++at) {
      const bool is_too_long = set.most != Grammar::unlimited && place > set.most;
      bool is_enough = place >= set.least, is_too_much = is_too_long;
      std::vector<std::uint32_t> count;
      for (std::uint32_t i = 0, left = at; i < all.size(); ++i) {
        const std::uint32_t base = limit(all[i].least, all[i].most) + 1;
        count.push_back(left % base);
        left /= base;
        is_enough &= count[i] >= all[i].least;
        is_too_much |= all[i].most != Grammar::unlimited && count[i] > all[i].most;
      }
      std::vector<Expression> ways;
      if (is_enough && !is_too_much) ways.push_back(g_.empty());
      for (std::uint32_t which = 0; which < 1u << all.size() && !is_too_much; ++which) {
        Conjunction item = set.at(place);
        std::uint32_t next = 0, step = 1;
        bool is_way = true;
        for (std::uint32_t i = 0; i < all.size(); ++i) {
          const std::uint32_t last = limit(all[i].least, all[i].most);
          const bool is_counted = which >> i & 1u;
          if (place >= all[i].from)
            item = both(item, is_counted ? all[i].what : all[i].other);
          else
            is_way &= !is_counted;
          next += step * std::min(last, count[i] + (is_counted ? 1 : 0));
          step *= last + 1;
        }
        if (!is_way || e_.is_surely_empty(item)) continue;
        std::vector<Expression> parts{value_of(item), g_.call(rules[std::min(place + 1, places) * counts + next])};
        if (place > 0) parts.insert(parts.begin(), comma);
        ways.push_back(g_.sequence(std::move(parts)));
      }
      g_.define(rules[place * counts + at], g_.choice(std::move(ways)));
    }
  }
  return brackets(g_.call(rules[0]), false, set.is_unique);
}

/// Items of which no two are alike, where there are few values: each comes once at most.
inline std::optional<Grammar::Expression> SchemaWriter::of_few_values(const ArraySet& set) {
  constexpr std::size_t most_values = 200;
  std::vector<Expression> values;
  bool is_finite = set.first.empty() && set.contained.empty();
  const ValueSets sets = is_finite ? e_.expand(set.rest) : ValueSets{};
  std::set<std::string> texts;
  std::set<std::string> others;  // as JSON writes them
  for (const ValueSet& one : sets) {
    if (one.kind == ValueSet::Kind::null) {
      others.insert("null");
    } else if (one.kind == ValueSet::Kind::boolean) {
      if (one.allows_true) others.insert("true");
      if (one.allows_false) others.insert("false");
    } else if (one.kind == ValueSet::Kind::string && one.string.texts) {
      texts.insert(one.string.texts->begin(), one.string.texts->end());
    } else if (one.kind == ValueSet::Kind::string) {
      const auto language = one.string.regular();
      const auto all = language ? language->texts(most_values) : std::nullopt;
      is_finite &= all.has_value();
      if (all) texts.insert(all->begin(), all->end());
    } else if (one.kind == ValueSet::Kind::number && one.number.language) {
      const auto all = NumberLanguage::values(*one.number.language, most_values);
      is_finite &= all.has_value();
      if (all) others.insert(all->begin(), all->end());
    } else {
      is_finite = false;
    }
  }
  if (!is_finite || texts.size() + others.size() > most_values) return std::nullopt;
  for (const std::string& text : texts) values.push_back(of_texts({text}));
  for (const std::string& text : others) values.push_back(g_.text(text));
  Grammar::Members list{{}, parts_.comma_rule(), set.least, set.most};
  for (const Expression value : values) list.members.push_back({g_.add_rule("item", value)});
  if (set.least > list.members.size()) return g_.nothing();
  if (list.members.empty()) return parts_.brackets(g_.empty());
  return brackets(g_.members(std::move(list)), false, false);
}

}  // namespace tamis::guided::detail
