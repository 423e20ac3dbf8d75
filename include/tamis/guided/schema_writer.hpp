#pragma once

/// \file schema_writer.hpp
/// Sets of values become rules of a grammar.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "grammar.hpp"
#include "json.hpp"
#include "regex.hpp"
#include "schema_expansion.hpp"
#include "schema_sets.hpp"

namespace tamis::guided::detail {

/// A text as JSON writes it, quotes included: in UTF-8, and, where that differs, in ASCII.
inline std::vector<std::string> json_spellings(const std::string& text) {
  std::string plain = "\"", ascii = "\"";
  const auto unit = [](std::uint32_t value) {
    constexpr const char* digits = "0123456789abcdef";
    std::string out = "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out.push_back(digits[value >> shift & 15]);
    return out;
  };
  for (TextReader reader(text); !reader.at_end();) {
    const char32_t c = reader.next();
    constexpr std::pair<char32_t, const char*> known[] = {{'"', "\\\""}, {'\\', "\\\\"}, {'\b', "\\b"}, {'\f', "\\f"},
                                                          {'\n', "\\n"}, {'\r', "\\r"},  {'\t', "\\t"}};
    const auto* found =
        std::find_if(std::begin(known), std::end(known), [&](const auto& one) { return one.first == c; });
    std::string both;
    if (found != std::end(known))
      both = found->second;
    else if (c < 0x20)
      both = unit(c);
    else if (c < 0x7f)
      both = std::string(1, static_cast<char>(c));
    plain += both;
    ascii += both;
    if (!both.empty()) continue;
    append_utf8(plain, c);
    ascii += c < 0x10000 ? unit(c) : unit(0xd800 + ((c - 0x10000) >> 10)) + unit(0xdc00 + ((c - 0x10000) & 0x3ff));
  }
  plain += '"';
  ascii += '"';
  if (plain == ascii) return {plain};
  return {plain, ascii};
}

/// Writes conjunctions of schemas as rules, each once.
class SchemaWriter {
 public:
  using Expression = Grammar::Expression;

  SchemaWriter(Grammar& grammar, SchemaDocument& document, SchemaExpansion& expansion, const JsonSchemaOptions& options)
      : g_(grammar), d_(document), e_(expansion), parts_(grammar, options.space) {}

  Expression space() const { return parts_.space(); }

  /// What follows from the rule, written until nothing is missing.
  Grammar::Rule write(const Conjunction& all) {
    const Grammar::Rule rule = rule_for(all);
    for (std::size_t at = 0; at < pending_.size() && e_.fault().empty(); ++at) {
      const auto [its, conjunction] = pending_[at];
      at_ = conjunction.empty() ? nullptr : &d_.schema(conjunction.front() / 2);
      std::vector<Expression> kinds;
      const ValueSets sets = e_.expand(conjunction);
      for (const ValueSet& set : sets) kinds.push_back(of(set));
      g_.define(its, g_.choice(std::move(kinds)));
      if (g_.size() > most_expressions) refuse("the schema is too large");
    }
    return rule;
  }

 private:
  static constexpr std::size_t most_expressions = 2'000'000;

  Grammar::Rule rule_for(const Conjunction& all) {
    const auto [found, is_new] = rules_.try_emplace(all, 0);
    if (is_new) {
      found->second = g_.add_rule("schema " + std::to_string(rules_.size()));
      pending_.push_back({found->second, all});
    }
    return found->second;
  }
  Expression value_of(const Conjunction& all) { return all.empty() ? parts_.value() : g_.call(rule_for(all)); }

  void refuse(const std::string& why) { e_.refuse(at_ ? *at_ : d_.root(), "", why); }

  Expression of(const ValueSet& set) {
    switch (set.kind) {
      case ValueSet::Kind::null: return g_.text("null");
      case ValueSet::Kind::boolean: {
        std::vector<std::string> words;
        if (set.allows_false) words.push_back("false");
        if (set.allows_true) words.push_back("true");
        return g_.words(std::move(words));
      }
      case ValueSet::Kind::number: return set.number.language ? set.number.language->write(g_, false) : parts_.number();
      case ValueSet::Kind::string: return of_string(set.string);
      case ValueSet::Kind::array: return of_array(set.array);
      case ValueSet::Kind::object: return of_object(set.object);
    }
    return g_.nothing();
  }

  Expression quoted(Expression inner) { return g_.sequence({g_.text("\""), inner, g_.text("\"")}); }

  Expression of_texts(const std::vector<std::string>& texts) {
    std::vector<std::string> words;
    for (const std::string& text : texts)
      for (std::string& spelling : json_spellings(text)) words.push_back(std::move(spelling));
    return g_.words(std::move(words));
  }

  Expression of_string(const StringSet& set) {
    if (set.is_any()) return parts_.string();
    if (set.texts) return of_texts(*set.texts);
    const bool has_length = set.least > 0 || set.most != Grammar::unlimited;
    if (set.patterns.empty() && !set.language) return quoted(g_.repeat(parts_.character(), set.least, set.most));
    if (set.patterns.size() == 1 && !set.language && !has_length) {
      const auto tree = RegexParser(set.patterns[0], schema_regex).parse();
      const auto written = tree ? write_pattern(*tree, schema_regex, g_, true) : Result<Expression>(tree.error());
      if (written) return quoted(*written);
      refuse(written.error().message);
      return parts_.string();
    }
    const auto language = set.regular();
    if (language) return quoted(language->write(g_, true));
    refuse(language.error().message);
    return parts_.string();
  }

  // Arrays.

  Expression brackets(Expression inside, bool may_be_empty) {
    const Expression whole = g_.sequence({g_.text("["), space(), inside, space(), g_.text("]")});
    if (!may_be_empty) return whole;
    return g_.choice({g_.sequence({g_.text("["), space(), g_.text("]")}), whole});
  }

  Expression of_array(const ArraySet& set) {
    if (set.is_unique && set.most > 1) return of_unique(set);
    if (!set.contained.empty()) return of_containing(set);
    const Expression comma = parts_.between(",");
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
    if (set.most == 0) return g_.sequence({g_.text("["), space(), g_.text("]")});
    if (fixed == 0) return brackets(g_.sequence({item(0), tail(after(1), left(1))}), set.least == 0);
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
    return brackets(rest, set.least == 0);
  }

  /// Rules for how many items have come, and how many of them are of the kind that is counted.
  Expression of_containing(const ArraySet& set) {
    constexpr std::uint32_t most_rules = 4000;
    if (set.contained.size() > 1) return refuse("several contains at once are not supported"), parts_.array();
    const Contained& c = set.contained[0];
    const auto limit = [](std::uint32_t least, std::uint32_t most) {
      return most == Grammar::unlimited ? least : most + 1;
    };
    const std::uint32_t places =
        std::max({1u, static_cast<std::uint32_t>(set.first.size()), limit(set.least, set.most)});
    const std::uint32_t counts = limit(c.least, c.most);
    if (std::uint64_t{places + 1} * (counts + 1) > most_rules)
      return refuse("contains with counts this large is not supported"), parts_.array();
    Conjunction other;
    for (const std::uint32_t literal : c.what) {
      if (c.what.size() > 1) return refuse("contains of several schemas is not supported"), parts_.array();
      other = {literal ^ 1u};
    }
    if (c.what.empty()) other = SchemaExpansion::nothing();
    const Expression comma = parts_.between(",");
    const auto at = [&](std::uint32_t place, std::uint32_t count) { return place * (counts + 1) + count; };
    std::vector<Grammar::Rule> rules;
    for (std::uint32_t i = 0; i < (places + 1) * (counts + 1); ++i) rules.push_back(g_.add_rule("items"));
    for (std::uint32_t place = 0; place <= places; ++place) {
      for (std::uint32_t count = 0; count <= counts; ++count) {
        std::vector<Expression> ways;
        const bool is_enough = place >= set.least && count >= c.least;
        const bool is_too_much =
            (set.most != Grammar::unlimited && place > set.most) || (c.most != Grammar::unlimited && count > c.most);
        if (is_enough && !is_too_much) ways.push_back(g_.empty());
        if (!is_too_much) {
          const Conjunction& item = set.at(place);
          const std::uint32_t next = std::min(place + 1, places);
          const auto way = [&](const Conjunction& what, std::uint32_t total) {
            std::vector<Expression> parts{g_.call(rule_for(both(item, what))),
                                          g_.call(rules[at(next, std::min(total, counts))])};
            if (place > 0) parts.insert(parts.begin(), comma);
            ways.push_back(g_.sequence(std::move(parts)));
          };
          way(c.what, count + 1);
          way(other, count);
        }
        g_.define(rules[at(place, count)], g_.choice(std::move(ways)));
      }
    }
    return brackets(g_.call(rules[0]), false);
  }

  /// Items of which no two are alike: where there are few values, each comes once at most.
  Expression of_unique(const ArraySet& set) {
    std::vector<Expression> values;
    bool is_finite = set.first.empty() && set.contained.empty();
    const ValueSets sets = is_finite ? e_.expand(set.rest) : ValueSets{};
    for (const ValueSet& one : sets) {
      if (one.kind == ValueSet::Kind::null ||
          (one.kind == ValueSet::Kind::boolean && one.allows_false != one.allows_true)) {
        values.push_back(of(one));
      } else if (one.kind == ValueSet::Kind::boolean) {
        values.push_back(g_.text("true"));
        values.push_back(g_.text("false"));
      } else if (one.kind == ValueSet::Kind::string && one.string.texts) {
        const std::set<std::string> texts(one.string.texts->begin(), one.string.texts->end());
        for (const std::string& text : texts) values.push_back(of_texts({text}));
      } else {
        is_finite = false;
      }
    }
    if (!is_finite) {
      refuse("uniqueItems can be held to where the items are of a few texts, true, false or null");
      ArraySet without = set;
      without.is_unique = false;
      return of_array(without);
    }
    Grammar::Members list{{}, g_.add_rule("comma", parts_.between(",")), set.least, set.most};
    for (const Expression value : values) list.members.push_back({g_.add_rule("item", value)});
    if (set.least > list.members.size()) return g_.nothing();
    if (list.members.empty()) return g_.sequence({g_.text("["), space(), g_.text("]")});
    return brackets(g_.members(std::move(list)), false);
  }

  // Objects.

  Expression of_object(const ObjectSet& set) {
    if (set.shapes.empty() && set.required.empty() && set.names.empty() && set.least == 0 &&
        set.most == Grammar::unlimited)
      return parts_.object();
    std::set<std::string> named = set.required;
    for (const ObjectShape& shape : set.shapes)
      for (const auto& [name, schema] : shape.named) named.insert(name);
    const std::vector<std::string> names(named.begin(), named.end());
    std::vector<std::string> allowed = names;
    for (const Conjunction& rule : set.names) allowed = of_names(allowed, rule);

    Grammar::Members list{{}, g_.add_rule("comma", parts_.between(",")), set.least, set.most};
    const Expression colon = parts_.between(":");
    for (const std::string& name : names) {
      const bool is_required = set.required.count(name) > 0;
      if (std::find(allowed.begin(), allowed.end(), name) == allowed.end()) {
        if (is_required) return g_.nothing();
        continue;
      }
      const Conjunction what = e_.of_member(set, name);
      if (what == SchemaExpansion::nothing()) {
        if (is_required) return g_.nothing();
        continue;
      }
      list.members.push_back(
          {g_.add_rule("member", g_.sequence({of_texts({name}), colon, value_of(what)})), is_required});
    }
    add_others(set, names, colon, list);
    const auto singles = static_cast<std::uint32_t>(
        std::count_if(list.members.begin(), list.members.end(), [](const auto& m) { return !m.repeats; }));
    const bool repeats = singles < list.members.size();
    const auto required = static_cast<std::uint32_t>(set.required.size());
    if (!repeats && set.least > singles) return g_.nothing();
    if (repeats && set.least > required + 1) {
      refuse("minProperties can be held to for " + std::to_string(required + 1) +
             " members, for keys that are not named cannot be told apart");
      list.least = required + 1;
    }
    if (list.members.empty()) return g_.sequence({g_.text("{"), space(), g_.text("}")});
    const Expression open = g_.sequence({g_.text("{"), space()});
    const bool may_be_empty = list.least == 0 && required == 0;
    const Expression some = g_.sequence({open, g_.members(std::move(list)), space(), g_.text("}")});
    return may_be_empty ? g_.choice({g_.sequence({open, g_.text("}")}), some}) : some;
  }

  std::vector<std::string> of_names(const std::vector<std::string>& names, const Conjunction& rule) {
    std::vector<std::string> out;
    for (const ValueSet& set : e_.expand(rule)) {
      if (set.kind != ValueSet::Kind::string) continue;
      const auto fitting = allowed_texts(names, set.string);
      if (!fitting)
        refuse(fitting.error().message);
      else
        out.insert(out.end(), fitting->begin(), fitting->end());
    }
    return out;
  }

  /// Members whose keys are not named, in regions whose keys match the same patterns.
  void add_others(const ObjectSet& set, const std::vector<std::string>& names, Expression colon,
                  Grammar::Members& list) {
    struct Region {
      Regular keys;
      std::set<std::string> patterns;
    };
    std::set<std::string> patterns;
    for (const ObjectShape& shape : set.shapes) {
      for (const auto& [pattern, schema] : shape.patterns) patterns.insert(pattern);
    }
    if (patterns.empty() && std::any_of(set.shapes.begin(), set.shapes.end(),
                                        [](const auto& s) { return s.others == SchemaExpansion::nothing(); }))
      return;
    if (patterns.size() > 8) return refuse("more than 8 patterns of keys in one object are not supported");
    Regular keys = names.empty() ? Regular::all() : Regular::of_texts(names).complement();
    for (const Conjunction& rule : set.names) {
      Regular allowed = Regular::of_texts({});
      for (const ValueSet& one : e_.expand(rule)) {
        if (one.kind != ValueSet::Kind::string) continue;
        const auto language = one.string.regular();
        const auto united = language ? allowed.united(*language) : language;
        if (!united) return refuse(united.error().message);
        allowed = *united;
      }
      const auto common = keys.common(allowed);
      if (!common) return refuse(common.error().message);
      keys = *common;
    }
    std::vector<Region> regions{{keys, {}}};
    for (const std::string& pattern : patterns) {
      const auto language = regular_of_pattern(pattern);
      std::vector<Region> split;
      for (const Region& region : regions) {
        const auto in = language ? region.keys.common(*language) : language,
                   out = language ? region.keys.without(*language) : language;
        if (!in || !out) return refuse(!in ? in.error().message : out.error().message);
        if (!in->is_empty()) {
          split.push_back({*in, region.patterns});
          split.back().patterns.insert(pattern);
        }
        if (!out->is_empty()) split.push_back({*out, region.patterns});
      }
      regions = std::move(split);
    }
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
      const Expression key = region.keys.is_all() ? parts_.string() : quoted(region.keys.write(g_, true));
      list.members.push_back({g_.add_rule("member", g_.sequence({key, colon, value_of(what)})), false, true});
    }
  }

  Grammar& g_;
  SchemaDocument& d_;
  SchemaExpansion& e_;
  JsonParts parts_;
  std::map<Conjunction, Grammar::Rule> rules_;
  std::vector<std::pair<Grammar::Rule, Conjunction>> pending_;
  const JsonValue* at_ = nullptr;  ///< the schema that is being written
};

}  // namespace tamis::guided::detail
