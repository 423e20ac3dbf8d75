#pragma once

/// \file schema_words.hpp
/// The words of JSON Schema that speak of one value: its kind, its bounds, what it may be.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "json_document.hpp"
#include "json_schema_options.hpp"
#include "number_language.hpp"
#include "schema_document.hpp"
#include "schema_sets.hpp"
#include "string_formats.hpp"

namespace tamis::guided::detail {

/// What words say by themselves, and what is noted of those that cannot be held to.
class SchemaWords {
 public:
  using Kind = JsonValue::Kind;

  SchemaWords(SchemaDocument& document, const JsonSchemaOptions& options) : d_(document), options_(options) {}

  const std::string& fault() const { return fault_; }
  const std::vector<std::string>& left_out() const { return left_out_; }

  Conjunction one(const JsonValue& schema, bool holds = true) {
    if (schema.is(Kind::boolean)) return schema.truth == holds ? Conjunction{} : nothing();
    return {2 * d_.number_of(schema) + (holds ? 0u : 1u)};
  }
  static Conjunction nothing() { return {2 * SchemaDocument::false_number}; }

  /// Notes that a word cannot be held to; what is returned goes on as though it were not there.
  ValueSets refuse(const JsonValue& at, const std::string& word, const std::string& why) {
    const std::string pointer = d_.pointer_to(at) + (word.empty() ? "" : "/" + word);
    if (options_.lenient) {
      if (std::find(left_out_.begin(), left_out_.end(), pointer) == left_out_.end()) left_out_.push_back(pointer);
    } else if (fault_.empty()) {
      fault_ = "the schema's " + pointer + " cannot be held to while generating: " + why;
    }
    return all_values();
  }

 protected:
  friend class SchemaNegation;

  template <class Change>
  static void refine(ValueSets& sets, ValueSet::Kind kind, const Change& change) {
    for (ValueSet& set : sets)
      if (set.kind == kind) change(set);
    std::erase_if(sets, [](const ValueSet& set) { return is_empty(set); });
  }
  template <class Change>
  static ValueSets refined(ValueSet::Kind kind, const Change& change) {
    ValueSets out = all_values();
    refine(out, kind, change);
    return out;
  }

  static void add(ValueSets& into, ValueSets other) {
    for (ValueSet& set : other) into.push_back(std::move(set));
  }

  std::optional<std::uint32_t> count_of(const JsonValue& schema, const std::string& word) {
    const JsonValue* value = schema.find(word);
    if (!value) return std::nullopt;
    const auto d = value->is(Kind::number) ? Decimal::of(value->text) : std::nullopt;
    if (!d || !d->fraction.empty() || d->is_negative || d->whole.size() > 9) {
      refuse(schema, word, "a count must be a whole number below a thousand million");
      return std::nullopt;
    }
    return d->whole.empty() ? 0 : static_cast<std::uint32_t>(std::stoul(d->whole));
  }

  Result<Regular> of_number(const JsonValue& schema, const std::string& word, const JsonValue& value) {
    if (value.is(Kind::boolean)) return NumberLanguage::all();  // draft 4's, read with the bound beside it
    const auto d = value.is(Kind::number) ? Decimal::of(value.text) : std::nullopt;
    if (!d) return Error{"the number is none, or has too many digits"};
    const auto is_open = [&](const char* flag) {
      const JsonValue* found = schema.find(flag);
      return found && found->is(Kind::boolean) && found->truth;
    };
    const bool is_above = word == "minimum" || word == "exclusiveMinimum";
    const bool or_equal = word.size() == 7 && !is_open(is_above ? "exclusiveMinimum" : "exclusiveMaximum");
    const auto made = [&] {
      if (word == "multipleOf") return NumberLanguage::multiples_of(*d);
      return is_above ? NumberLanguage::above(*d, or_equal) : NumberLanguage::below(*d, or_equal);
    };
    const std::string key = word.substr(word.size() - 7) + (or_equal ? "=" : "") + value.text;
    auto known = numbers_.find(key);
    if (known == numbers_.end()) known = numbers_.emplace(key, made()).first;
    return known->second;
  }

  const Result<Regular>& language_of_integers() const {
    return d_.has_plain_integers() ? NumberLanguage::pointless_integers() : NumberLanguage::integers();
  }

  ValueSets of_format(const JsonValue& schema, const JsonValue& value) {
    if (!options_.assert_formats) return all_values();
    const auto format = string_format(value.text);
    if (!format) return refuse(schema, "format", "the format '" + value.text + "' is not known here");
    if (format->pattern.empty()) return all_values();
    return refined(ValueSet::Kind::string,
                   [&](ValueSet& set) { set.string.patterns = {"^(?:" + format->pattern + ")$"}; });
  }

  ValueSets of_type(const JsonValue& schema, const JsonValue& type) {
    ValueSets out;
    const auto one_type = [&](const std::string& name) {
      constexpr std::pair<const char*, ValueSet::Kind> names[] = {
          {"null", ValueSet::Kind::null},      {"boolean", ValueSet::Kind::boolean}, {"number", ValueSet::Kind::number},
          {"integer", ValueSet::Kind::number}, {"string", ValueSet::Kind::string},   {"array", ValueSet::Kind::array},
          {"object", ValueSet::Kind::object}};
      bool is_known = name == "any";
      if (is_known) add(out, all_values());
      for (const auto& [its, kind] : names) {
        if (name != its) continue;
        is_known = true;
        ValueSet set{kind};
        if (name == "integer") {
          const auto& integers = language_of_integers();
          if (integers) set.number.language = *integers;
        }
        out.push_back(std::move(set));
      }
      if (!is_known) add(out, refuse(schema, "type", "the type '" + name + "' is not known"));
    };
    if (type.is(Kind::array)) {
      for (const JsonValue& name : type.items) one_type(name.text);
    } else {
      one_type(type.text);
    }
    return out;
  }

  ValueSets of_values(const JsonValue& schema, const JsonValue& values) {
    if (!values.is(Kind::array)) return refuse(schema, "enum", "it must be an array");
    ValueSets out;
    std::vector<std::string> texts;
    for (const JsonValue& value : values.items) {
      if (value.is(Kind::string))
        texts.push_back(value.text);
      else
        add(out, of_value(value));
    }
    if (!texts.empty()) {
      ValueSet set{ValueSet::Kind::string};
      set.string.texts = std::move(texts);
      out.push_back(std::move(set));
    }
    return out;
  }

  /// One value alone.
  ValueSets of_value(const JsonValue& value) {
    switch (value.kind) {
      case Kind::null:
        return {ValueSet{ValueSet::Kind::null}};
      case Kind::boolean:
        return {ValueSet{ValueSet::Kind::boolean, !value.truth, value.truth}};
      case Kind::string: {
        ValueSet set{ValueSet::Kind::string};
        set.string.texts = {value.text};
        return {set};
      }
      case Kind::number: {
        const auto d = Decimal::of(value.text);
        const auto language =
            d ? NumberLanguage::equal_to(*d) : Result<Regular>(Error{"the number has too many digits"});
        if (!language) return refuse(value, "", language.error().message);
        ValueSet set{ValueSet::Kind::number};
        set.number.language = *language;
        return {set};
      }
      case Kind::array: {
        ValueSet set{ValueSet::Kind::array};
        for (const JsonValue& item : value.items) set.array.first.push_back(one(constant(item)));
        set.array.rest = nothing();
        set.array.least = set.array.most = static_cast<std::uint32_t>(value.items.size());
        return {set};
      }
      default:
        break;
    }
    ValueSet set{ValueSet::Kind::object};
    ObjectShape shape;
    shape.others = nothing();
    for (std::size_t i = 0; i < value.keys.size(); ++i) {
      shape.named[value.keys[i]] = one(constant(value.items[i]));
      set.object.required.insert(value.keys[i]);
    }
    set.object.shapes.push_back(std::move(shape));
    return {set};
  }

  static JsonValue object_of(const char* key, JsonValue value) {
    JsonValue out;
    out.kind = Kind::object;
    out.keys = {key};
    out.items.push_back(std::move(value));
    return out;
  }
  const JsonValue& constant(const JsonValue& value) { return d_.keep(object_of("const", value)); }

  SchemaDocument& d_;
  const JsonSchemaOptions& options_;
  std::map<std::string, Result<Regular>> numbers_;  ///< what bounds allow, found once
  std::string fault_;
  std::vector<std::string> left_out_;
};

}  // namespace tamis::guided::detail
