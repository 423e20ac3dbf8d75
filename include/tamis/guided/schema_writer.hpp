#pragma once

/// \file schema_writer.hpp
/// Sets of values become rules of a grammar.

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
#include "bounded_pattern.hpp"
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
      case ValueSet::Kind::null:
        return g_.text("null");
      case ValueSet::Kind::boolean: {
        std::vector<std::string> words;
        if (set.allows_false) words.push_back("false");
        if (set.allows_true) words.push_back("true");
        return g_.words(std::move(words));
      }
      case ValueSet::Kind::number:
        return set.number.language ? set.number.language->write(g_, false) : parts_.number();
      case ValueSet::Kind::string:
        return of_string(set.string);
      case ValueSet::Kind::array:
        return of_array(set.array);
      case ValueSet::Kind::object:
        return of_object(set.object);
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
    constexpr std::size_t most_product = 4000;  // of the pattern's automaton, times the length
    if (set.patterns.size() == 1 && !set.language) {
      const auto& one = e_.language_of(set.patterns[0]);
      const std::size_t longest = set.most == Grammar::unlimited ? set.least : set.most;
      if (!one || one->size() * longest > most_product) {
        const auto tree = RegexParser(set.patterns[0], schema_regex).parse();
        const auto bounded = tree ? bounded_pattern(*tree, set.least, set.most) : std::nullopt;
        if (bounded) return quoted(write_regex(*bounded, bounded->root(), g_, true));
      }
    }
    const auto language = set.regular();
    if (language) return quoted(language->write(g_, true));
    refuse(language.error().message);
    return parts_.string();
  }

  Expression of_array(const ArraySet& set);
  Expression of_containing(const ArraySet& set);
  std::optional<Expression> of_few_values(const ArraySet& set);
  static constexpr std::size_t many_values = 1000;
  std::size_t most_values_of(const Conjunction& all, int depth);
  Expression brackets(Expression inside, bool may_be_empty, bool is_distinct);

  Expression of_object(const ObjectSet& set);
  Expression of_demanding(const ObjectSet& set);
  bool add_others(const ObjectSet& set, const std::vector<std::string>& names, Grammar::Members& list);
  std::optional<Regular> keys_of(const ObjectSet& set, const std::vector<std::string>& names);
  std::optional<Regular> keys_for(Regular keys, const std::vector<Demanded>& all);
  std::optional<Regular> allowed_keys(const Conjunction& rule);

  Grammar& g_;
  SchemaDocument& d_;
  SchemaExpansion& e_;
  JsonParts parts_;
  std::map<Conjunction, Grammar::Rule> rules_;
  std::vector<std::pair<Grammar::Rule, Conjunction>> pending_;
  const JsonValue* at_ = nullptr;  ///< the schema that is being written
  std::size_t ways_ = 0;           ///< to place what is demanded
};

}  // namespace tamis::guided::detail

#include "schema_arrays.hpp"
#include "schema_objects.hpp"
