#pragma once

/// \file schema_expansion.hpp
/// The words of JSON Schema become sets of values.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "json_document.hpp"
#include "json_schema_options.hpp"
#include "schema_document.hpp"
#include "schema_sets.hpp"
#include "schema_words.hpp"

namespace tamis::guided::detail {

/// Expands schemas to unions of sets of values, all of whose schemas for members and items are
/// still conjunctions.
///
/// What cannot be said so, or would be too large, is an error that names the word by its JSON
/// pointer; where the options are lenient, the word is left out, and its pointer noted.
class SchemaExpansion : public SchemaWords {
 public:
  SchemaExpansion(SchemaDocument& document, const JsonSchemaOptions& options) : SchemaWords(document, options) {}

  /// The values for which all of the schemas hold.
  ValueSets expand(const Conjunction& all) {
    ValueSets out = all_values();
    for (const std::uint32_t literal : all) {
      const JsonValue& schema = d_.schema(literal / 2);
      meet(out, literal % 2 == 0 ? expand(schema) : negate(schema), schema);
      if (out.empty() || !fault_.empty()) break;
    }
    return out;
  }

  /// Whether no value can be in all: seen from kinds, constants and what is required, not deeper.
  bool is_surely_empty(const Conjunction& all, int depth = 2) {
    const auto known = emptiness_.find({all, depth});
    if (known != emptiness_.end()) return known->second;
    const ValueSets sets = expand(all);
    const bool is_empty = fault_.empty() && std::all_of(sets.begin(), sets.end(), [&](const ValueSet& set) {
                            return is_surely_empty(set, depth);
                          });
    emptiness_[{all, depth}] = is_empty;
    return is_empty;
  }

  bool is_surely_empty(const ValueSet& set, int depth) {
    if (set.kind == ValueSet::Kind::string && !set.string.texts && set.string.patterns.size() > 1) {
      const auto language = set.string.regular();
      return language && language->is_empty();
    }
    if (set.kind == ValueSet::Kind::array && depth > 0) {
      for (std::size_t i = 0; i < set.array.least && i <= set.array.first.size(); ++i)
        if (is_surely_empty(set.array.at(i), depth - 1)) return true;
    }
    if (set.kind != ValueSet::Kind::object || depth == 0) return false;
    const auto cannot_be = [&](const std::string& name, const Conjunction& what) {
      return is_surely_empty(both(of_member(set.object, name), what), depth - 1);
    };
    if (std::any_of(set.object.required.begin(), set.object.required.end(),
                    [&](const std::string& name) { return cannot_be(name, {}); }))
      return true;
    const bool is_closed = std::any_of(set.object.shapes.begin(), set.object.shapes.end(), [](const auto& shape) {
      return shape.others == nothing() && shape.patterns.empty();
    });
    if (!is_closed || set.object.demanded.empty()) return false;
    const std::set<std::string> named = set.object.all_named();
    return std::any_of(set.object.demanded.begin(), set.object.demanded.end(), [&](const Demanded& one) {
      return std::all_of(named.begin(), named.end(),
                         [&](const std::string& name) { return !is_for(one, name) || cannot_be(name, one.what); });
    });
  }

  /// Whether a member of this name can be what is demanded.
  bool is_for(const Demanded& one, const std::string& name) {
    if (one.but.count(name) > 0 || (one.matching && !matches(*one.matching, name))) return false;
    if (std::any_of(one.but_matching.begin(), one.but_matching.end(), [&](const auto& p) { return matches(p, name); }))
      return false;
    return one.names.empty() || !names_in({name}, one.names).empty();
  }

  /// Which of these keys are strings that the schemas allow.
  std::vector<std::string> names_in(const std::vector<std::string>& names, const Conjunction& allowed) {
    std::vector<std::string> out;
    for (const ValueSet& set : expand(allowed)) {
      if (set.kind != ValueSet::Kind::string) continue;
      const auto fitting = allowed_texts(names, set.string);
      if (!fitting)
        refuse(d_.root(), "", fitting.error().message);
      else
        out.insert(out.end(), fitting->begin(), fitting->end());
    }
    return out;
  }

  /// What holds of the member of a name.
  Conjunction of_member(const ObjectSet& object, const std::string& name) {
    Conjunction out;
    for (const ObjectShape& shape : object.shapes) {
      bool is_other = true;
      if (const auto named = shape.named.find(name); named != shape.named.end()) {
        out = both(out, named->second);
        is_other = false;
      }
      for (const auto& [pattern, schema] : shape.patterns) {
        if (!matches(pattern, name)) continue;
        out = both(out, schema);
        is_other = false;
      }
      if (is_other) out = both(out, shape.others);
    }
    return out;
  }

  /// The texts that a pattern matches, found once.
  const Result<Regular>& language_of(const std::string& pattern) {
    auto found = patterns_.find(pattern);
    if (found == patterns_.end()) found = patterns_.emplace(pattern, regular_of_pattern(pattern)).first;
    return found->second;
  }

 private:
  friend class SchemaNegation;
  static constexpr int deepest = 60;

  /// Counts how deep one expansion leads to others.
  struct Descent {
    explicit Descent(int& counted) : depth(counted) { ++depth; }
    ~Descent() { --depth; }
    Descent(const Descent&) = delete;
    Descent& operator=(const Descent&) = delete;
    int& depth;
  };

  ValueSets negate(const JsonValue& schema);

  /// Makes the first what is in both. Where they are many, those are left out in which surely
  /// nothing is.
  void meet(ValueSets& into, const ValueSets& other, const JsonValue& at) {
    auto met = common(into, other);
    if (!met) return refuse(at, "", met.error().message), void();
    into = *std::move(met);
    if (into.size() <= 8 || is_pruning_) return;
    is_pruning_ = true;
    std::erase_if(into, [&](const ValueSet& set) { return is_surely_empty(set, 1); });
    is_pruning_ = false;
  }

  bool matches(const std::string& pattern, const std::string& text) {
    const auto& language = language_of(pattern);
    return language && language->matches(text);
  }

  ValueSets expand(const JsonValue& schema) {
    const Descent descent(depth_);
    if (depth_ > deepest)
      return refuse(schema, "",
                    "it leads back to itself without a value between, or too many schemas refer to "
                    "each other");
    if (schema.is(Kind::boolean)) return schema.truth ? all_values() : ValueSets{};
    if (!schema.is(Kind::object)) return refuse(schema, "", "a schema must be an object, true or false");
    ValueSets out = all_values();
    const JsonValue* reference = schema.find("$ref");
    if (reference && d_.is_old()) return expand_reference(schema, "$ref", *reference);
    // What leaves least comes first.
    if (const JsonValue* type = schema.find("type")) meet(out, of_type(schema, *type), schema);
    if (const JsonValue* value = schema.find("const")) meet(out, of_value(*value), schema);
    if (const JsonValue* values = schema.find("enum")) meet(out, of_values(schema, *values), schema);
    for (std::size_t i = 0; i < schema.keys.size() && !out.empty() && fault_.empty(); ++i)
      if (const auto set = of_word(schema, schema.keys[i], schema.items[i])) meet(out, *set, schema);
    if (!out.empty()) {
      if (auto shape = shape_of(schema))
        refine(out, ValueSet::Kind::object, [&](ValueSet& set) { set.object.shapes.push_back(*shape); });
      if (auto list = list_of(schema))
        refine(out, ValueSet::Kind::array, [&](ValueSet& set) { narrow(set.array, *list); });
      if (const JsonValue* rest = schema.find("unevaluatedProperties"))
        refine(out, ValueSet::Kind::object, [&](ValueSet& set) { narrow_unevaluated(set.object, *rest); });
      if (const JsonValue* rest = schema.find("unevaluatedItems"))
        refine(out, ValueSet::Kind::array, [&](ValueSet& set) { narrow_unevaluated(set.array, *rest); });
    }
    return out;
  }

  ValueSets expand_reference(const JsonValue& schema, const std::string& word, const JsonValue& reference) {
    if (!reference.is(Kind::string)) return refuse(schema, word, "a reference must be a string");
    const JsonValue* target = d_.resolve(reference.text, schema);
    if (!target) return refuse(schema, word, "'" + reference.text + "' is not in this document");
    if (word == "$dynamicRef") {
      const std::size_t hash = reference.text.find('#');
      const std::string name = hash == std::string::npos ? "" : reference.text.substr(hash + 1);
      if (d_.dynamic_anchors(name) > 1)
        return refuse(schema, word, "more than one schema has the dynamic anchor '" + name + "'");
    }
    return expand(*target);
  }

  ValueSets expand_recursive(const JsonValue& schema, const JsonValue& reference) {
    const JsonValue* target = reference.is(Kind::string) ? d_.resolve(reference.text, schema) : nullptr;
    if (!target) return refuse(schema, "$recursiveRef", "it leads to nothing in this document");
    const JsonValue* is_anchor = target->find("$recursiveAnchor");
    if (is_anchor && is_anchor->truth && d_.recursive_anchors() > 1)
      return refuse(schema, "$recursiveRef", "more than one schema has a recursive anchor");
    return expand(*target);
  }

  /// One word, if it speaks of values by itself.
  std::optional<ValueSets> of_word(const JsonValue& schema, const std::string& word, const JsonValue& value) {
    using Value = ValueSet::Kind;
    if (word == "$ref" || word == "$dynamicRef") return expand_reference(schema, word, value);
    if (word == "$recursiveRef") return expand_recursive(schema, value);
    if (word == "allOf") {
      ValueSets out = all_values();
      for (const JsonValue& part : value.items) meet(out, expand(part), part);
      return out;
    }
    if (word == "anyOf") {
      if (d_.has_unevaluated()) return any_of_them(value);
      ValueSets out;
      for (const JsonValue& part : value.items) add(out, expand(part));
      return out;
    }
    if (word == "oneOf") return one_of(value);
    if (word == "not") return negate(value);
    if (word == "if") return conditional(schema, value);
    if (word == "minimum" || word == "maximum" || word == "exclusiveMinimum" || word == "exclusiveMaximum" ||
        word == "multipleOf") {
      const auto language = of_number(schema, word, value);
      if (!language) return refuse(schema, word, language.error().message);
      return refined(Value::number, [&](ValueSet& set) { set.number.language = *language; });
    }
    if (word == "minLength")
      return counted(schema, word, value, Value::string, [](ValueSet& set, auto n) { set.string.least = n; });
    if (word == "maxLength")
      return counted(schema, word, value, Value::string, [](ValueSet& set, auto n) { set.string.most = n; });
    if (word == "minItems")
      return counted(schema, word, value, Value::array, [](ValueSet& set, auto n) { set.array.least = n; });
    if (word == "maxItems")
      return counted(schema, word, value, Value::array, [](ValueSet& set, auto n) { set.array.most = n; });
    if (word == "minProperties")
      return counted(schema, word, value, Value::object, [](ValueSet& set, auto n) { set.object.least = n; });
    if (word == "maxProperties")
      return counted(schema, word, value, Value::object, [](ValueSet& set, auto n) { set.object.most = n; });
    if (word == "pattern") {
      const auto tree = RegexParser(value.text, schema_regex).parse();
      if (!tree) return refuse(schema, word, tree.error().message);
      return refined(Value::string, [&](ValueSet& set) { set.string.patterns = {value.text}; });
    }
    if (word == "format") return of_format(schema, value);
    if (word == "required") {
      if (!value.is(Kind::array)) return std::nullopt;  // draft 3's, beside a member
      return refined(Value::object, [&](ValueSet& set) {
        for (const JsonValue& name : value.items) set.object.required.insert(name.text);
      });
    }
    if (word == "propertyNames") return refined(Value::object, [&](ValueSet& set) { set.object.names = {one(value)}; });
    if (word == "dependentRequired" || word == "dependentSchemas" || word == "dependencies") {
      ValueSets out = all_values();
      for (std::size_t i = 0; i < value.keys.size(); ++i) meet(out, dependent(value.keys[i], value.items[i]), schema);
      return out;
    }
    if (word == "contains") {
      Contained what{one(value), one(value, false)};
      what.evaluates = true;
      const auto least = count_of(schema, "minContains"), most = count_of(schema, "maxContains");
      what.least = least.value_or(1);
      what.most = most.value_or(Grammar::unlimited);
      if (what.least == 0 && what.most == Grammar::unlimited && !d_.has_unevaluated()) return std::nullopt;
      return refined(Value::array, [&](ValueSet& set) { set.array.contained.push_back(what); });
    }
    if (word == "uniqueItems") {
      if (!value.truth) return std::nullopt;
      return refined(Value::array, [](ValueSet& set) { set.array.is_unique = true; });
    }
    return std::nullopt;  // a word of shape_of or list_of, or one that says nothing of the value
  }

  ValueSets any_of_them(const JsonValue& parts);
  ValueSets one_of(const JsonValue& parts);

  /// Of each set the required members that are one of a few texts.
  using Tags = std::vector<std::map<std::string, std::set<std::string>>>;
  Tags tags_of(const ValueSets& sets);
  static bool are_apart(const ValueSets& x, const Tags& x_tags, const ValueSets& y, const Tags& y_tags);

  ValueSets conditional(const JsonValue& schema, const JsonValue& condition) {
    const JsonValue *then = schema.find("then"), *otherwise = schema.find("else");
    if (!then && !otherwise && !d_.has_unevaluated()) return all_values();
    ValueSets yes = expand(condition), no = negate(condition);
    if (then) meet(yes, expand(*then), *then);
    if (otherwise) meet(no, expand(*otherwise), *otherwise);
    add(yes, std::move(no));
    return yes;
  }

  ValueSets dependent(const std::string& name, const JsonValue& what) {
    ValueSets with = refined(ValueSet::Kind::object, [&](ValueSet& set) {
      set.object.required.insert(name);
      if (what.is(Kind::array))
        for (const JsonValue& other : what.items) set.object.required.insert(other.text);
      if (what.is(Kind::string)) set.object.required.insert(what.text);
    });
    std::erase_if(with, [](const ValueSet& set) { return set.kind != ValueSet::Kind::object; });
    if (what.is(Kind::object) || what.is(Kind::boolean)) meet(with, expand(what), what);
    add(with, without_member(name));
    return with;
  }

  /// Everything but objects with a member of the name.
  static ValueSets without_member(const std::string& name) {
    return refined(ValueSet::Kind::object, [&](ValueSet& set) {
      ObjectShape shape;
      shape.named[name] = nothing();
      set.object.shapes.push_back(shape);
    });
  }

  template <class Change>
  std::optional<ValueSets> counted(const JsonValue& schema, const std::string& word, const JsonValue&,
                                   ValueSet::Kind kind, const Change& change) {
    const auto count = count_of(schema, word);
    if (!count) return std::nullopt;
    return refined(kind, [&](ValueSet& set) { change(set, *count); });
  }

  std::optional<ObjectShape> shape_of(const JsonValue& schema) {
    const JsonValue *named = schema.find("properties"), *patterns = schema.find("patternProperties"),
                    *others = schema.find("additionalProperties");
    if (!named && !patterns && !others) return std::nullopt;
    ObjectShape shape;
    if (named)
      for (std::size_t i = 0; i < named->keys.size(); ++i) shape.named[named->keys[i]] = one(named->items[i]);
    for (std::size_t i = 0; patterns && i < patterns->keys.size(); ++i) {
      const auto& language = language_of(patterns->keys[i]);
      if (!language)
        refuse(schema, "patternProperties", language.error().message);
      else
        shape.patterns.push_back({patterns->keys[i], one(patterns->items[i])});
    }
    if (others) shape.others = one(*others);
    shape.evaluates = true;
    shape.evaluates_others = others;
    return shape;
  }

  std::optional<ArraySet> list_of(const JsonValue& schema) {
    const JsonValue *first = schema.find("prefixItems"), *rest = schema.find("items");
    if (rest && rest->is(Kind::array)) {  // before draft 2020-12
      first = rest;
      rest = schema.find("additionalItems");
    }
    if (!first && !rest) return std::nullopt;
    ArraySet list;
    if (first)
      for (const JsonValue& item : first->items) list.first.push_back(one(item));
    if (rest) list.rest = one(*rest);
    list.evaluated = list.first.size();
    list.evaluates_rest = rest;
    return list;
  }

  void narrow_unevaluated(ObjectSet& object, const JsonValue& rest);
  void narrow_unevaluated(ArraySet& array, const JsonValue& rest);

  int depth_ = 0;
  bool is_pruning_ = false;
  std::map<std::pair<Conjunction, int>, bool> emptiness_;
  std::map<std::string, Result<Regular>> patterns_;
};

}  // namespace tamis::guided::detail

#include "schema_alternatives.hpp"
#include "schema_negation.hpp"
#include "schema_unevaluated.hpp"
