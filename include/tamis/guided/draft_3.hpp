#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>

#include "json_document.hpp"

namespace tamis::guided::detail {

/// Says in the words of draft 4 what a schema says in those of draft 3: `extends`, `disallow`, `divisibleBy`, `required`
/// beside a member, and schemas among types. Everything stays where it is, so that references lead where they led.
///
/// Source: draft-zyp-json-schema-03, section 5.
class Draft3 {
 public:
  static void rewrite(JsonValue& schema) {
    if (schema.is(Kind::array))
      for (JsonValue& one : schema.items) rewrite(one);
    if (!schema.is(Kind::object)) return;
    for (std::size_t i = 0; i < schema.keys.size(); ++i) {
      if (is_one_of(schema.keys[i], {"enum", "default"})) continue;
      if (!is_one_of(schema.keys[i], {"properties", "patternProperties", "dependencies", "definitions"})) {
        rewrite(schema.items[i]);
        continue;
      }
      for (JsonValue& named : schema.items[i].items) rewrite(named);
    }
    rename(schema, "divisibleBy", "multipleOf");
    JsonValue all;
    all.kind = Kind::array;
    demand_members(schema, all);
    if (const JsonValue* base = schema.find("extends")) {
      if (base->is(Kind::array))
        all.items = base->items;
      else
        all.items.push_back(*base);
    }
    if (const JsonValue* types = schema.find("disallow")) all.items.push_back(object_of("not", of_types(*types)));
    if (JsonValue* type = value_of(schema, "type"); type && has_schema(*type)) {
      all.items.push_back(of_types(*type));
      *type = text("any");
    }
    if (!all.items.empty()) add(schema, "allOf", std::move(all));
  }

 private:
  using Kind = JsonValue::Kind;

  static bool is_one_of(const std::string& key, std::initializer_list<const char*> words) {
    return std::any_of(words.begin(), words.end(), [&](const char* word) { return key == word; });
  }
  static JsonValue text(std::string its) {
    JsonValue out;
    out.kind = Kind::string;
    out.text = std::move(its);
    return out;
  }
  static void add(JsonValue& object, const char* key, JsonValue value) {
    object.keys.push_back(key);
    object.items.push_back(std::move(value));
  }
  static JsonValue object_of(const char* key, JsonValue value) {
    JsonValue out;
    out.kind = Kind::object;
    add(out, key, std::move(value));
    return out;
  }
  static JsonValue* value_of(JsonValue& object, const char* key) {
    for (std::size_t i = 0; i < object.keys.size(); ++i)
      if (object.keys[i] == key) return &object.items[i];
    return nullptr;
  }
  static void rename(JsonValue& object, const char* from, const char* to) {
    for (std::string& key : object.keys)
      if (key == from) key = to;
  }

  /// Adds a schema of the members that say themselves that they are required.
  static void demand_members(const JsonValue& schema, JsonValue& all) {
    const JsonValue* members = schema.find("properties");
    if (!members || !members->is(Kind::object)) return;
    JsonValue names;
    names.kind = Kind::array;
    for (std::size_t i = 0; i < members->keys.size(); ++i) {
      const JsonValue* flag = members->items[i].find("required");
      if (flag && flag->is(Kind::boolean) && flag->truth) names.items.push_back(text(members->keys[i]));
    }
    if (names.items.empty()) return;
    all.items.push_back(object_of("required", std::move(names)));
  }

  static bool has_schema(const JsonValue& types) {
    return types.is(Kind::object) ||
           std::any_of(types.items.begin(), types.items.end(), [](const JsonValue& one) { return one.is(Kind::object); });
  }

  /// A schema of what one of the types has; they are names and schemas.
  static JsonValue of_types(const JsonValue& types) {
    if (types.is(Kind::object)) return types;
    if (!types.is(Kind::array)) return object_of("type", types);
    JsonValue ways;
    ways.kind = Kind::array;
    for (const JsonValue& one : types.items) ways.items.push_back(one.is(Kind::object) ? one : object_of("type", one));
    return object_of("anyOf", std::move(ways));
  }
};

}  // namespace tamis::guided::detail
