#pragma once

/// \file schema_negation.hpp
/// The values for which a schema does not hold: one of its words does not.

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "schema_expansion.hpp"

namespace tamis::guided::detail {

class SchemaNegation {
 public:
  SchemaNegation(SchemaExpansion& expansion, const JsonValue& schema) : e_(expansion), schema_(schema) {}

  ValueSets negate() {
    if (schema_.is(Kind::boolean)) return schema_.truth ? ValueSets{} : all_values();
    if (!schema_.is(Kind::object)) return e_.refuse(schema_, "", "a schema must be an object, true or false");
    const JsonValue* reference = schema_.find("$ref");
    if (reference && e_.d_.is_old()) return of_reference("$ref", *reference);
    ValueSets out;
    for (std::size_t i = 0; i < schema_.keys.size() && e_.fault_.empty(); ++i)
      SchemaExpansion::add(out, without(schema_.keys[i], schema_.items[i]));
    return out;
  }

 private:
  using Kind = JsonValue::Kind;
  using Value = ValueSet::Kind;

  ValueSets of_reference(const std::string& word, const JsonValue& reference) {
    const JsonValue* target = reference.is(Kind::string) ? e_.d_.resolve(reference.text, schema_) : nullptr;
    if (target && word == "$ref") return e_.negate(*target);
    return e_.refuse(schema_, word, "it is not supported in what must not hold, or is not in this document");
  }

  static ValueSet of_kind(Value kind) { return ValueSet{kind}; }

  template <class Change>
  static ValueSets changed(Value kind, const Change& change) {
    ValueSet set{kind};
    change(set);
    if (is_empty(set)) return {};
    return {set};
  }

  /// The values for which one word does not hold.
  ValueSets without(const std::string& word, const JsonValue& value) {
    if (word == "$ref" || word == "$dynamicRef") return of_reference(word, value);
    if (word == "type") return without_types(value);
    if (word == "const") return without_value(value);
    if (word == "enum") {
      ValueSets out = all_values();
      for (const JsonValue& one : value.items) e_.meet(out, without_value(one), value);
      return out;
    }
    if (word == "not") return e_.expand(value);
    if (word == "anyOf") {
      ValueSets out = all_values();
      for (const JsonValue& part : value.items) e_.meet(out, e_.negate(part), part);
      return out;
    }
    if (word == "allOf") {
      ValueSets out;
      for (const JsonValue& part : value.items) SchemaExpansion::add(out, e_.negate(part));
      return out;
    }
    if (word == "oneOf") return without_one_of(value);
    if (word == "if") {
      const JsonValue *then = schema_.find("then"), *otherwise = schema_.find("else");
      ValueSets yes = e_.expand(value), no = e_.negate(value);
      e_.meet(yes, then ? e_.negate(*then) : ValueSets{}, schema_);
      e_.meet(no, otherwise ? e_.negate(*otherwise) : ValueSets{}, schema_);
      SchemaExpansion::add(yes, std::move(no));
      return yes;
    }
    if (word == "minimum" || word == "maximum" || word == "exclusiveMinimum" || word == "exclusiveMaximum" ||
        word == "multipleOf") {
      if (value.is(Kind::boolean)) return {};
      const auto all = NumberLanguage::all(), language = e_.of_number(schema_, word, value);
      if (!all || !language) return e_.refuse(schema_, word, language.error().message);
      return outside(word, *all, *language, Value::number);
    }
    if (word == "pattern") {
      const auto language = regular_of_pattern(value.text);
      if (!language) return e_.refuse(schema_, word, language.error().message);
      return outside(word, Regular::all(), *language, Value::string);
    }
    if (word == "format") {
      const auto format = string_format(value.text);
      if (!e_.options_.assert_formats || (format && format->pattern.empty())) return {};
      // A format that a draft does not know yet holds of every text there, and what is not of it is nothing.
      constexpr const char* draft_4[] = {"date-time", "email", "hostname", "ipv4", "ipv6", "uri"};
      const bool is_known = std::any_of(std::begin(draft_4), std::end(draft_4), [&](const char* name) { return value.text == name; });
      if (e_.d_.has_plain_integers() && !is_known) return {};
      const auto language = format ? regular_of_pattern("^(?:" + format->pattern + ")$")
                                   : Result<Regular>(Error{"the format is not known here"});
      if (!language) return e_.refuse(schema_, word, language.error().message);
      return outside(word, Regular::all(), *language, Value::string);
    }
    if (const auto count = counts(word) ? e_.count_of(schema_, word) : std::nullopt) return without_count(word, *count);
    if (word == "required") {
      ValueSets out;
      for (const JsonValue& name : value.items) {
        ObjectShape shape;
        shape.named[name.text] = SchemaExpansion::nothing();
        SchemaExpansion::add(out, changed(Value::object, [&](ValueSet& set) { set.object.shapes.push_back(shape); }));
      }
      return out;
    }
    if (word == "properties") {
      ValueSets out;
      for (std::size_t i = 0; i < value.keys.size(); ++i) {
        ObjectShape shape;
        shape.named[value.keys[i]] = e_.one(value.items[i], false);
        SchemaExpansion::add(out, changed(Value::object, [&](ValueSet& set) {
                               set.object.shapes.push_back(shape);
                               set.object.required.insert(value.keys[i]);
                             }));
      }
      return out;
    }
    if (word == "items" && !value.is(Kind::array)) return without_items(value);
    if (word == "prefixItems" || word == "items") {
      ValueSets out;
      for (std::size_t i = 0; i < value.items.size(); ++i) {
        SchemaExpansion::add(out, changed(Value::array, [&](ValueSet& set) {
                               set.array.first.resize(i + 1);
                               set.array.first[i] = e_.one(value.items[i], false);
                               set.array.least = static_cast<std::uint32_t>(i + 1);
                             }));
      }
      return out;
    }
    if (word == "contains") return without_contained(value);
    if (word == "additionalProperties") {
      Demanded some{{}, {}, {}, {}, e_.one(value, false)};
      if (const JsonValue* named = schema_.find("properties")) some.but = {named->keys.begin(), named->keys.end()};
      if (const JsonValue* patterns = schema_.find("patternProperties")) some.but_matching = patterns->keys;
      return demanded(some);
    }
    if (word == "patternProperties") {
      ValueSets out;
      for (std::size_t i = 0; i < value.keys.size(); ++i)
        SchemaExpansion::add(out, demanded({{}, {}, value.keys[i], {}, e_.one(value.items[i], false)}));
      return out;
    }
    if (word == "propertyNames") return demanded({{}, {}, {}, e_.one(value, false), {}});
    if (word == "additionalItems") {
      const JsonValue* first = schema_.find("items");
      if (!first || !first->is(Kind::array)) return {};
      return some_item(value, first->items.size());
    }
    if (word == "dependentRequired" || word == "dependentSchemas" || word == "dependencies") {
      ValueSets out;
      for (std::size_t i = 0; i < value.keys.size(); ++i)
        SchemaExpansion::add(out, without_dependent(value.keys[i], value.items[i]));
      return out;
    }
    for (const char* other : {"uniqueItems", "unevaluatedItems", "unevaluatedProperties", "$recursiveRef"}) {
      if (word != other) continue;
      if (value.is(Kind::boolean) && value.truth == (word != "uniqueItems")) return {};
      return e_.refuse(schema_, word, "it is not supported in what must not hold");
    }
    return {};  // it says nothing of the value
  }

  static bool counts(const std::string& word) {
    for (const char* one : {"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"})
      if (word == one) return true;
    return false;
  }

  ValueSets without_count(const std::string& word, std::uint32_t count) {
    const bool is_least = word[1] == 'i';
    if (is_least && count == 0) return {};
    const std::uint32_t least = is_least ? 0 : count + 1, most = is_least ? count - 1 : Grammar::unlimited;
    const Value kind = word.find("Length") != std::string::npos  ? Value::string
                       : word.find("Items") != std::string::npos ? Value::array
                                                                 : Value::object;
    return changed(kind, [&](ValueSet& set) {
      set.string.least = set.array.least = set.object.least = least;
      set.string.most = set.array.most = set.object.most = most;
    });
  }

  ValueSets outside(const std::string& word, const Regular& all, const Regular& language, Value kind) {
    const auto rest = all.without(language);
    if (!rest) return e_.refuse(schema_, word, rest.error().message);
    return changed(kind,
                   [&](ValueSet& set) { (kind == Value::number ? set.number.language : set.string.language) = *rest; });
  }

  ValueSets without_types(const JsonValue& value) {
    std::vector<std::string> names;
    if (value.is(Kind::string)) names.push_back(value.text);
    for (const JsonValue& one : value.items) names.push_back(one.text);
    const auto has = [&](const char* name) { return std::find(names.begin(), names.end(), name) != names.end(); };
    ValueSets out;
    if (has("any")) return out;
    constexpr std::pair<const char*, Value> kinds[] = {{"null", Value::null},
                                                       {"boolean", Value::boolean},
                                                       {"string", Value::string},
                                                       {"array", Value::array},
                                                       {"object", Value::object}};
    for (const auto& [name, kind] : kinds)
      if (!has(name)) out.push_back(of_kind(kind));
    if (has("number")) return out;
    if (!has("integer")) {
      out.push_back(of_kind(Value::number));
      return out;
    }
    const auto &all = NumberLanguage::all(), &integers = e_.language_of_integers();
    if (all && integers) SchemaExpansion::add(out, outside("type", *all, *integers, Value::number));
    return out;
  }

  ValueSets without_value(const JsonValue& value) {
    ValueSets out = all_values();
    const auto drop = [&](Value kind) { std::erase_if(out, [&](const ValueSet& set) { return set.kind == kind; }); };
    switch (value.kind) {
      case Kind::null:
        drop(Value::null);
        return out;
      case Kind::boolean:
        drop(Value::boolean);
        out.push_back(ValueSet{Value::boolean, value.truth, !value.truth});
        return out;
      case Kind::string:
        drop(Value::string);
        SchemaExpansion::add(out, changed(Value::string, [&](ValueSet& set) {
                               set.string.language = Regular::of_texts({value.text}).complement();
                             }));
        return out;
      case Kind::number: {
        const auto d = Decimal::of(value.text);
        const auto all = NumberLanguage::all(), language = d ? NumberLanguage::equal_to(*d)
                                                             : Result<Regular>(Error{"the number has too many digits"});
        if (!all || !language) return e_.refuse(schema_, "", language.error().message);
        drop(Value::number);
        SchemaExpansion::add(out, outside("", *all, *language, Value::number));
        return out;
      }
      case Kind::array: {
        drop(Value::array);
        const auto count = static_cast<std::uint32_t>(value.items.size());
        if (count > 0)
          SchemaExpansion::add(out, changed(Value::array, [&](ValueSet& set) { set.array.most = count - 1; }));
        SchemaExpansion::add(out, changed(Value::array, [&](ValueSet& set) { set.array.least = count + 1; }));
        for (std::uint32_t i = 0; i < count; ++i) {
          SchemaExpansion::add(out, changed(Value::array, [&](ValueSet& set) {
                                 set.array.least = set.array.most = count;
                                 set.array.first.resize(i + 1);
                                 set.array.first[i] = e_.one(e_.constant(value.items[i]), false);
                               }));
        }
        return out;
      }
      default:
        break;
    }
    // An object is another if it lacks a key, has another value for one, or has more keys.
    drop(Value::object);
    const auto count = static_cast<std::uint32_t>(value.keys.size());
    for (std::size_t i = 0; i < value.keys.size(); ++i) {
      for (const bool is_there : {false, true}) {
        ObjectShape shape;
        shape.named[value.keys[i]] = is_there ? e_.one(e_.constant(value.items[i]), false) : SchemaExpansion::nothing();
        SchemaExpansion::add(out, changed(Value::object, [&](ValueSet& set) {
                               set.object.shapes.push_back(shape);
                               if (is_there) set.object.required.insert(value.keys[i]);
                             }));
      }
    }
    SchemaExpansion::add(out, changed(Value::object, [&](ValueSet& set) {
                           for (const std::string& key : value.keys) set.object.required.insert(key);
                           set.object.least = count + 1;
                         }));
    return out;
  }

  /// None of them, or two at least.
  ValueSets without_one_of(const JsonValue& parts) {
    ValueSets out = all_values();
    for (const JsonValue& part : parts.items) e_.meet(out, e_.negate(part), part);
    for (std::size_t i = 0; i < parts.items.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        ValueSets two = e_.expand(parts.items[i]);
        e_.meet(two, e_.expand(parts.items[j]), parts.items[j]);
        SchemaExpansion::add(out, std::move(two));
      }
    }
    return out;
  }

  /// An item, after the first ones that have schemas of their own, is otherwise.
  ValueSets without_items(const JsonValue& value) {
    const JsonValue* first = schema_.find("prefixItems");
    return some_item(value, first ? first->items.size() : 0);
  }

  ValueSets some_item(const JsonValue& value, std::size_t from) {
    if (value.is(Kind::boolean) && value.truth) return {};
    Contained what{e_.one(value, false), e_.one(value)};
    what.from = static_cast<std::uint32_t>(from);
    return changed(Value::array, [&](ValueSet& set) {
      set.array.contained.push_back(what);
      set.array.least = what.from + 1;
    });
  }

  /// Too few are contained, or too many.
  ValueSets without_contained(const JsonValue& value) {
    const auto least = e_.count_of(schema_, "minContains").value_or(1);
    const auto most = e_.count_of(schema_, "maxContains").value_or(Grammar::unlimited);
    const Contained what{e_.one(value), e_.one(value, false)};
    ValueSets out;
    if (least == 1)
      SchemaExpansion::add(out, changed(Value::array, [&](ValueSet& set) { set.array.rest = what.other; }));
    for (const bool too_few : {true, false}) {
      if (too_few ? least < 2 : most == Grammar::unlimited) continue;
      Contained one = what;
      one.least = too_few ? 0 : most + 1;
      if (too_few) one.most = least - 1;
      SchemaExpansion::add(out, changed(Value::array, [&](ValueSet& set) { set.array.contained.push_back(one); }));
    }
    return out;
  }

  static ValueSets demanded(const Demanded& some) {
    if (some.what == SchemaExpansion::nothing()) return {};
    return changed(Value::object, [&](ValueSet& set) { set.object.demanded.push_back(some); });
  }

  /// The name is there, and what depends on it does not hold.
  ValueSets without_dependent(const std::string& name, const JsonValue& what) {
    ValueSets with = changed(Value::object, [&](ValueSet& set) { set.object.required.insert(name); });
    if (what.is(Kind::object) || what.is(Kind::boolean)) {
      e_.meet(with, e_.negate(what), what);
      return with;
    }
    ValueSets lacking;
    for (const JsonValue& other : what.items) {
      ObjectShape shape;
      shape.named[other.text] = SchemaExpansion::nothing();
      SchemaExpansion::add(lacking, changed(Value::object, [&](ValueSet& set) { set.object.shapes.push_back(shape); }));
    }
    e_.meet(with, lacking, schema_);
    return with;
  }

  SchemaExpansion& e_;
  const JsonValue& schema_;
};

inline ValueSets SchemaExpansion::negate(const JsonValue& schema) {
  const Descent descent(depth_);
  if (depth_ > deepest)
    return refuse(schema, "",
                  "it leads back to itself without a value between, or too many schemas refer to each other");
  ValueSets out = SchemaNegation(*this, schema).negate();
  for (ValueSet& set : out) {  // what does not hold has looked at nothing
    for (ObjectShape& shape : set.object.shapes) shape.evaluates = shape.evaluates_others = false;
    for (Contained& one : set.array.contained) one.evaluates = false;
    set.array.evaluated = 0;
    set.array.evaluates_rest = false;
  }
  return out;
}

}  // namespace tamis::guided::detail
