#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "draft_3.hpp"
#include "json_document.hpp"

namespace tamis::guided::detail {

/// A JSON schema, and where in it its references lead.
class SchemaDocument {
 public:
  explicit SchemaDocument(JsonValue root) : root_(std::move(root)) {
    const JsonValue* version = root_.find("$schema");
    const auto is_of = [&](const char* draft) {
      return version && version->is(JsonValue::Kind::string) && version->text.find(draft) != std::string::npos;
    };
    if (is_of("draft-03")) Draft3::rewrite(root_);
    version = root_.find("$schema");
    has_plain_ids_ = is_of("draft-03") || is_of("draft-04");
    is_old_ = has_plain_ids_ || is_of("draft-05") || is_of("draft-06") || is_of("draft-07");
    looks_old_ = is_old_ || (!version && root_.find("definitions") && !root_.find("$defs"));
    visit(root_, "");
    false_.kind = JsonValue::Kind::boolean;
    number_of(false_);  // the first
  }
  SchemaDocument(const SchemaDocument&) = delete;
  SchemaDocument& operator=(const SchemaDocument&) = delete;

  const JsonValue& root() const { return root_; }
  /// Before draft 2019-09, where a reference makes the words beside it mean nothing: as `$schema`
  /// says.
  bool is_old() const { return is_old_; }
  /// Up to draft 4, where 1.0 is no integer.
  bool has_plain_integers() const { return has_plain_ids_; }
  /// Whether some schema asks what others have looked at.
  bool has_unevaluated() const { return has_unevaluated_; }

  std::uint32_t number_of(const JsonValue& schema) {
    const auto [found, is_new] = numbers_.try_emplace(&schema, static_cast<std::uint32_t>(schemas_.size()));
    if (is_new) schemas_.push_back(&schema);
    return found->second;
  }
  const JsonValue& schema(std::uint32_t number) const { return *schemas_[number]; }
  static constexpr std::uint32_t false_number = 0;

  /// Keeps a schema that was made here.
  const JsonValue& keep(JsonValue schema) {
    made_.push_back(std::move(schema));
    return made_.back();
  }

  /// What a reference in a schema leads to; null if that is not in the document.
  const JsonValue* resolve(const std::string& reference, const JsonValue& from) const {
    const auto base = bases_.find(&from);
    const std::string whole = joined(base == bases_.end() ? "" : base->second, reference);
    const std::size_t hash = whole.find('#');
    const std::string resource = whole.substr(0, hash);
    const std::string fragment = hash == std::string::npos ? "" : decoded(whole.substr(hash + 1));
    const auto found = resources_.find(resource);
    if (found == resources_.end()) return nullptr;
    if (fragment.empty()) return found->second;
    if (fragment[0] == '/') return follow(*found->second, fragment);
    const auto anchor = anchors_.find(resource + "#" + fragment);
    return anchor == anchors_.end() ? nullptr : anchor->second;
  }

  /// How many schemas have a dynamic anchor of this name.
  std::size_t dynamic_anchors(const std::string& name) const { return dynamic_.count(name); }

  /// How many have a recursive anchor, as draft 2019-09 has it.
  std::size_t recursive_anchors() const { return recursive_anchors_; }

  /// The JSON pointer of a value in the document; that of the root for what was made here.
  std::string pointer_to(const JsonValue& value) const {
    std::string out;
    find(root_, value, out);
    return "#" + out;
  }

 private:
  static bool is_one_of(const std::string& key, std::initializer_list<const char*> words) {
    return std::any_of(words.begin(), words.end(), [&](const char* word) { return key == word; });
  }

  void visit(const JsonValue& value, std::string base) {
    if (value.is(JsonValue::Kind::object)) name(value, base);
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      if (!value.is(JsonValue::Kind::object)) {
        visit(value.items[i], base);
      } else if (is_one_of(value.keys[i], {"properties", "patternProperties", "$defs", "definitions", "dependencies",
                                           "dependentSchemas"})) {
        for (const JsonValue& named : value.items[i].items) visit(named, base);  // whatever their names are
      } else if (!is_one_of(value.keys[i], {"const", "enum", "default", "examples", "example"})) {
        has_unevaluated_ |= is_one_of(value.keys[i], {"unevaluatedProperties", "unevaluatedItems"});
        visit(value.items[i], base);
      }
    }
  }

  /// Notes the names by which a schema can be referred to; its own identifier becomes the base.
  void name(const JsonValue& value, std::string& base) {
    const JsonValue* id = value.find(has_plain_ids_ ? "id" : "$id");
    const bool is_plain_reference = looks_old_ && value.find("$ref");
    if (id && id->is(JsonValue::Kind::string) && !is_plain_reference) {
      const std::size_t hash = id->text.find('#');
      if (hash == 0) {  // an anchor, before draft 2019-09
        anchors_.emplace(base + id->text, &value);
      } else {
        base = joined(base, id->text.substr(0, hash));
        resources_.emplace(base, &value);
        if (hash != std::string::npos && hash + 1 < id->text.size())
          anchors_.emplace(base + id->text.substr(hash), &value);
      }
    }
    if (&value == &root_) resources_.emplace(base, &value), resources_.emplace("", &value);
    for (const char* key : {"$anchor", "$dynamicAnchor"}) {
      const JsonValue* anchor = value.find(key);
      if (!anchor || !anchor->is(JsonValue::Kind::string)) continue;
      anchors_.emplace(base + "#" + anchor->text, &value);
      if (key[1] == 'd') dynamic_.emplace(anchor->text, &value);
    }
    if (!base.empty()) bases_.emplace(&value, base);
    const JsonValue* anchor = value.find("$recursiveAnchor");
    recursive_anchors_ += anchor && anchor->truth;
  }

  /// A reference against a base, as far as names in documents need it.
  static std::string joined(const std::string& base, const std::string& reference) {
    if (reference.empty()) return base;
    if (reference[0] == '#') return base.substr(0, base.find('#')) + reference;
    const std::size_t colon = reference.find(':');
    if (colon != std::string::npos && reference.find('/') > colon) return reference;
    const std::size_t scheme = base.find("://");
    if (reference[0] == '/') {
      if (scheme == std::string::npos) return reference;
      return base.substr(0, base.find('/', scheme + 3)) + reference;
    }
    if (reference.compare(0, 2, "./") == 0) return joined(base, reference.substr(2));
    const std::size_t slash = base.rfind('/');
    if (slash == std::string::npos) return reference;
    if (scheme != std::string::npos && slash < scheme + 3) return base + "/" + reference;
    return base.substr(0, slash + 1) + reference;
  }

  static std::string decoded(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const TextReader high(std::string_view(text).substr(std::min(i + 1, text.size()))),
          low(std::string_view(text).substr(std::min(i + 2, text.size())));
      if (text[i] == '%' && high.hexadecimal_digit() >= 0 && low.hexadecimal_digit() >= 0) {
        out.push_back(static_cast<char>(high.hexadecimal_digit() * 16 + low.hexadecimal_digit()));
        i += 2;
      } else {
        out.push_back(text[i]);
      }
    }
    return out;
  }

  static const JsonValue* follow(const JsonValue& root, const std::string& pointer) {
    const JsonValue* at = &root;
    for (std::size_t begin = 1; begin <= pointer.size();) {
      const std::size_t end = std::min(pointer.find('/', begin), pointer.size());
      std::string key;
      for (std::size_t i = begin; i < end; ++i) {
        if (pointer[i] == '~' && i + 1 < end)
          key.push_back(pointer[++i] == '1' ? '/' : '~');
        else
          key.push_back(pointer[i]);
      }
      begin = end + 1;
      if (at->is(JsonValue::Kind::array)) {
        std::size_t place = 0;
        if (key.empty() || key.size() > 9 || key.find_first_not_of("0123456789") != std::string::npos) return nullptr;
        for (const char digit : key) place = place * 10 + static_cast<std::size_t>(digit - '0');
        if (place >= at->items.size()) return nullptr;
        at = &at->items[place];
      } else {
        at = at->find(key);
        if (!at) return nullptr;
      }
    }
    return at;
  }

  static bool find(const JsonValue& in, const JsonValue& value, std::string& path) {
    if (&in == &value) return true;
    const std::size_t before = path.size();
    for (std::size_t i = 0; i < in.items.size(); ++i) {
      path += '/';
      if (!in.is(JsonValue::Kind::object))
        path += std::to_string(i);
      else
        for (const char c : in.keys[i]) path += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
      if (find(in.items[i], value, path)) return true;
      path.resize(before);
    }
    return false;
  }

  JsonValue root_, false_;
  bool is_old_ = false, looks_old_ = false, has_plain_ids_ = false, has_unevaluated_ = false;
  std::size_t recursive_anchors_ = 0;
  std::unordered_map<const JsonValue*, std::string> bases_;
  std::map<std::string, const JsonValue*> resources_, anchors_;
  std::multimap<std::string, const JsonValue*> dynamic_;
  std::unordered_map<const JsonValue*, std::uint32_t> numbers_;
  std::vector<const JsonValue*> schemas_;
  std::deque<JsonValue> made_;
};

}  // namespace tamis::guided::detail
