#pragma once

/// \file schema_objects.hpp
/// Sets of objects become expressions of a grammar.

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

inline Grammar::Expression SchemaWriter::of_object(const ObjectSet& set) {
  if (set.is_any()) return parts_.object();
  if (!set.demanded.empty()) return of_demanding(set);
  const std::set<std::string> named = set.all_named();
  const std::vector<std::string> names(named.begin(), named.end());
  std::vector<std::string> allowed = names;
  for (const Conjunction& rule : set.names) allowed = e_.names_in(allowed, rule);

  Grammar::Members list{{}, parts_.comma_rule(), set.least, set.most};
  const Expression colon = parts_.colon();
  for (const std::string& name : names) {
    const bool is_required = set.required.count(name) > 0;
    const Conjunction what = e_.of_member(set, name);
    if (std::find(allowed.begin(), allowed.end(), name) == allowed.end() || what == SchemaExpansion::nothing()) {
      if (is_required) return g_.nothing();
      continue;
    }
    list.members.push_back(
        {g_.add_rule("member", g_.sequence({of_texts({name}), colon, value_of(what)})), is_required});
  }
  if (!add_others(set, names, list)) return g_.nothing();
  const auto singles = static_cast<std::uint32_t>(
      std::count_if(list.members.begin(), list.members.end(), [](const auto& m) { return !m.repeats; }));
  const bool repeats = singles < list.members.size();
  const auto required = static_cast<std::uint32_t>(set.required.size());
  if (!repeats && set.least > singles) return g_.nothing();
  const bool is_distinct = (repeats || !set.unnamed.empty()) && set.least > required + 1;  // else a key twice does no harm
  if (list.members.empty()) return parts_.braces(g_.empty());
  const bool may_be_empty = list.least == 0 && required == 0 && set.unnamed.empty();
  const Expression some = g_.members(std::move(list));
  if (is_distinct) return parts_.distinct(true, some);
  return parts_.braces(may_be_empty ? g_.optional(some) : some);
}

/// Each way to find what is demanded: in a member that is named, in one for another demand, or in
/// one of its own.
inline Grammar::Expression SchemaWriter::of_demanding(const ObjectSet& set) {
  constexpr std::size_t most_ways = 2000;
  if ((ways_ += 1) > most_ways) return refuse("what must not hold can fail in too many ways"), parts_.object();
  ObjectSet rest = set;
  const Demanded one = rest.demanded.back();
  rest.demanded.pop_back();
  std::vector<Expression> ways;
  for (const std::string& name : set.all_named()) {
    if (!e_.is_for(one, name) || e_.is_surely_empty(both(e_.of_member(set, name), one.what))) continue;
    ObjectSet with = rest;
    with.required.insert(name);
    ObjectShape shape;
    shape.named[name] = one.what;
    with.shapes.push_back(std::move(shape));
    ways.push_back(of_object(with));
  }
  for (std::size_t i = 0; i <= rest.unnamed.size(); ++i) {
    ObjectSet with = rest;
    if (i == with.unnamed.size()) with.unnamed.push_back({});
    with.unnamed[i].push_back(one);
    ways.push_back(of_object(with));
  }
  return g_.choice(std::move(ways));
}

/// The strings that schemas allow; nothing, if they are too many to tell.
inline std::optional<Regular> SchemaWriter::allowed_keys(const Conjunction& rule) {
  Regular allowed = Regular::of_texts({});
  for (const ValueSet& one : e_.expand(rule)) {
    if (one.kind != ValueSet::Kind::string) continue;
    const auto language = one.string.regular();
    const auto united = language ? allowed.united(*language) : language;
    if (!united) return refuse(united.error().message), std::nullopt;
    allowed = *united;
  }
  return allowed;
}

/// The keys that are not named.
inline std::optional<Regular> SchemaWriter::keys_of(const ObjectSet& set, const std::vector<std::string>& names) {
  Regular keys = names.empty() ? Regular::all() : Regular::of_texts(names).complement();
  for (const Conjunction& rule : set.names) {
    const auto allowed = allowed_keys(rule);
    if (!allowed) return std::nullopt;
    const auto common = keys.common(*allowed);
    if (!common) return refuse(common.error().message), std::nullopt;
    keys = *common;
  }
  return keys;
}

/// Those of them that can be what is demanded.
inline std::optional<Regular> SchemaWriter::keys_for(Regular keys, const std::vector<Demanded>& all) {
  const auto keep = [&](const Result<Regular>& kept) {
    if (kept)
      keys = *kept;
    else
      refuse(kept.error().message);
    return kept.has_value();
  };
  for (const Demanded& one : all) {
    if (!one.but.empty() && !keep(keys.without(Regular::of_texts({one.but.begin(), one.but.end()}))))
      return std::nullopt;
    for (const std::string& pattern : one.but_matching) {
      const auto& language = e_.language_of(pattern);
      if (!keep(language ? keys.without(*language) : language)) return std::nullopt;
    }
    if (one.matching) {
      const auto& language = e_.language_of(*one.matching);
      if (!keep(language ? keys.common(*language) : language)) return std::nullopt;
    }
    if (one.names.empty()) continue;
    const auto allowed = allowed_keys(one.names);
    if (!allowed || !keep(keys.common(*allowed))) return std::nullopt;
  }
  return keys;
}

/// Members whose keys are not named, in regions whose keys match the same patterns. False, if one
/// that is demanded cannot be.
inline bool SchemaWriter::add_others(const ObjectSet& set, const std::vector<std::string>& names,
                                     Grammar::Members& list) {
  struct Region {
    Regular keys;
    std::set<std::string> patterns;
  };
  std::set<std::string> patterns;
  for (const ObjectShape& shape : set.shapes)
    for (const auto& [pattern, schema] : shape.patterns) patterns.insert(pattern);
  const bool is_closed = std::any_of(set.shapes.begin(), set.shapes.end(),
                                     [](const auto& s) { return s.others == SchemaExpansion::nothing(); });
  if (patterns.empty() && is_closed) return set.unnamed.empty();
  const auto keys = keys_of(set, names);
  if (!keys) return true;
  std::vector<Region> regions{{*keys, {}}};
  for (const std::string& pattern : patterns) {
    const auto& language = e_.language_of(pattern);
    std::vector<Region> split;
    for (const Region& region : regions) {
      const auto in = language ? region.keys.common(*language) : language,
                 out = language ? region.keys.without(*language) : language;
      if (!in || !out) return refuse(!in ? in.error().message : out.error().message), true;
      if (!in->is_empty()) {
        split.push_back({*in, region.patterns});
        split.back().patterns.insert(pattern);
      }
      if (!out->is_empty()) split.push_back({*out, region.patterns});
    }
    regions = std::move(split);
    if (regions.size() > 256) return refuse("the patterns of keys overlap in too many ways"), true;
  }
  const Expression colon = parts_.colon();
  const auto member = [&](const Regular& its, const Conjunction& what) {
    return g_.sequence({its.is_all() ? parts_.string() : quoted(its.write(g_, true)), colon, value_of(what)});
  };
  std::vector<std::vector<Expression>> demanded(set.unnamed.size());
  for (const Region& region : regions) {
    if (region.keys.is_empty()) continue;
    Conjunction what;
    for (const ObjectShape& shape : set.shapes) {
      bool is_other = true;
      for (const auto& [pattern, schema] : shape.patterns) {
        if (region.patterns.count(pattern) == 0) continue;
        what = both(what, schema);
        is_other = false;
      }
      if (is_other) what = both(what, shape.others);
    }
    if (std::binary_search(what.begin(), what.end(), SchemaExpansion::nothing()[0])) continue;
    list.members.push_back({g_.add_rule("member", member(region.keys, what)), false, true});
    for (std::size_t i = 0; i < set.unnamed.size(); ++i) {
      Conjunction more = what;
      for (const Demanded& one : set.unnamed[i]) more = both(more, one.what);
      const auto its = keys_for(region.keys, set.unnamed[i]);
      if (its && !its->is_empty() && !e_.is_surely_empty(more)) demanded[i].push_back(member(*its, more));
    }
  }
  for (std::vector<Expression>& ways : demanded) {
    if (ways.empty()) return false;
    list.members.push_back({g_.add_rule("member", g_.choice(std::move(ways))), true});
  }
  return true;
}

}  // namespace tamis::guided::detail
