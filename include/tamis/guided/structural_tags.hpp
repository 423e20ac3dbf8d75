#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "grammar.hpp"
#include "json_schema.hpp"
#include "regex_tree.hpp"
#include "regular.hpp"
#include "regular_builder.hpp"
#include "text_reader.hpp"

namespace tamis::guided {

/// A part of a text that is held to a schema, such as the call of a tool.
struct StructuralTag {
  std::string begin;   ///< as in `<call name="search">`; it starts with one of the triggers
  std::string schema;  ///< of the JSON after it
  std::string end;     ///< as in `</call>`
};

struct StructuralTagOptions {
  std::vector<std::string> triggers = {};  ///< after one of them there is a tag; none: where a tag begins
  bool needs_tag = false;                  ///< the text has one tag at least
  JsonSchemaOptions schema = {};
};

namespace detail {

/// Texts that have one of these in them, and then what `after` asks: nothing, the end, or at least a character.
enum class After { anything, end, more };

inline Result<Regular> containing(const std::vector<std::string>& texts, After after) {
  RegexTree tree;
  std::vector<RegexTree::Node> all;
  for (const std::string& text : texts) {
    std::vector<RegexTree::Node> letters;
    for (TextReader reader(text); !reader.at_end();) {
      const char32_t c = reader.next();
      letters.push_back(tree.set({{c, c}}));
    }
    all.push_back(tree.sequence(std::move(letters)));
  }
  std::vector<RegexTree::Node> parts{tree.choice(std::move(all))};
  if (after == After::end) parts.push_back(tree.text_end());
  if (after == After::more) parts.push_back(tree.set(CodePoints::all()));
  tree.set_root(tree.sequence(std::move(parts)));
  return RegularBuilder::of(tree, true);
}

}  // namespace detail

/// The grammar of free text with tags in it: whatever has no trigger in it is free; after a trigger one of the tags
/// that start with it comes, whole; then the text is free again.
///
/// Tags are text: tokens that a model's format keeps for itself match none.
inline Result<Grammar> structural_tags(const std::vector<StructuralTag>& tags,
                                       const StructuralTagOptions& options = {}) {
  if (tags.empty()) return Error{"the list of tags is empty; give at least one"};
  std::vector<std::string> triggers = options.triggers;
  if (triggers.empty())
    for (const StructuralTag& tag : tags) triggers.push_back(tag.begin);
  for (const std::string& trigger : triggers)
    if (trigger.empty()) return Error{"a trigger is empty, so it would be everywhere; give it a text"};
  const auto has = detail::containing(triggers, detail::After::anything),
             goes_on = detail::containing(triggers, detail::After::more);
  if (!has) return has.error();
  if (!goes_on) return goes_on.error();

  Grammar grammar;
  std::vector<Grammar::Expression> ways;
  for (const std::string& trigger : triggers) {
    std::vector<Grammar::Expression> here;
    for (const StructuralTag& tag : tags) {
      if (tag.begin.compare(0, trigger.size(), trigger) != 0) continue;
      const auto value = write_json_schema(grammar, tag.schema, options.schema);
      if (!value) return Error{"in the tag '" + tag.begin + "': " + value.error().message};
      here.push_back(grammar.sequence({grammar.text(tag.begin.substr(trigger.size())), *value, grammar.text(tag.end)}));
    }
    if (here.empty()) return Error{"no tag starts with the trigger '" + trigger + "'"};
    // Text up to and with the trigger, which is the first in it.
    const auto ends = detail::containing({trigger}, detail::After::end);
    const auto first = ends ? ends->without(*goes_on) : ends;
    if (!first) return first.error();
    ways.push_back(grammar.sequence({first->write(grammar, false), grammar.choice(std::move(here))}));
  }
  for (const StructuralTag& tag : tags) {
    bool is_triggered = false;
    for (const std::string& trigger : triggers) is_triggered |= tag.begin.compare(0, trigger.size(), trigger) == 0;
    if (!is_triggered) return Error{"the tag '" + tag.begin + "' starts with none of the triggers"};
  }
  const Grammar::Rule part = grammar.add_rule("tag", grammar.choice(std::move(ways)));
  const auto free = has->complement().write(grammar, false);
  grammar.set_start(grammar.add_rule(
      "text", grammar.sequence({grammar.repeat(grammar.call(part), options.needs_tag ? 1 : 0), free})));
  return grammar;
}

}  // namespace tamis::guided
