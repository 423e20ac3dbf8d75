#include "guide_options.hpp"

#include <cstdio>
#include <string_view>
#include <tamis/guided/choice.hpp>
#include <tamis/guided/guide_source.hpp>
#include <tamis/guided/json.hpp>
#include <tamis/guided/json_schema.hpp>
#include <tamis/guided/read_grammar.hpp>
#include <tamis/guided/regex.hpp>
#include <utility>

#include "command.hpp"

namespace command {

namespace guided = tamis::guided;

Result<guided::Grammar> grammar_of(const GuideText& guide) {
  const guided::JsonSpace space{.is_compact = guide.compact};
  switch (guide.kind) {
    case GuideText::Kind::none:
      break;
    case GuideText::Kind::choice:
      return guided::choice(guide.choices);
    case GuideText::Kind::regex:
      return guided::regex(guide.text);
    case GuideText::Kind::json_value:
      return guided::json(space);
    case GuideText::Kind::grammar:
      return guided::read_grammar(guide.text, guide.is_lark ? guided::GrammarSyntax::lark
                                                            : guided::GrammarSyntax::automatic);
    case GuideText::Kind::json_schema: {
      std::vector<std::string> left_out;
      auto grammar = guided::json_schema(
          guide.text,
          {.lenient = guide.lenient, .assert_formats = !guide.plain_formats, .space = space},
          &left_out);
      for (const std::string& pointer : left_out)
        std::fprintf(stderr, "tamis: the schema's %s is left out\n", pointer.c_str());
      return grammar;
    }
  }
  return Error{"nothing says what the text must be"};
}

guided::GrammarCache::Compiled Guides::compiled(const GuideText& guide,
                                                const std::vector<tamis::TokenId>& ends) {
  guided::GrammarCache* cache = nullptr;
  {
    const std::lock_guard lock(mutex_);
    auto found = caches_.find(ends);
    if (found == caches_.end())
      found = caches_
                  .try_emplace(ends, std::make_shared<const guided::Vocabulary>(
                                         guided::Vocabulary::of(tokenizer_, ends)))
                  .first;
    cache = &found->second;
  }
  return cache->get(guide.name(), [&] { return grammar_of(guide); });
}

Result<std::optional<tamis::AnySource>> Guides::source(const GuideText& guide,
                                                       const std::vector<tamis::TokenId>& ends) {
  if (!guide.is_given()) return std::optional<tamis::AnySource>();
  if (ends.empty())
    return Error{
        "a text that must be of a grammar needs a token to end with; leave --ignore-eos out"};
  const auto made = compiled(guide, ends);
  if (!made) return made.error();
  return std::optional<tamis::AnySource>(guided::GuideSource(guided::GrammarGuide(*made)));
}

void GuideOptions::add(CLI::App& app) {
  app.add_option("--json-schema", schema,
                 "the text is JSON that this schema allows, a file; '-' reads standard input")
      ->type_name("FILE");
  app.add_flag("--json-value", json, "the text is JSON, of any kind");
  app.add_option("--regex", pattern, "the whole text matches this pattern")->type_name("PATTERN");
  app.add_option("--grammar", grammar_file,
                 "the text is of this grammar, a file: GBNF, EBNF, or Lark's syntax (.lark)")
      ->type_name("FILE");
  app.add_option("--choice", choices, "the text is one of these, between commas; or give it again")
      ->delimiter(',')
      ->type_name("A,B,...");
  app.add_flag("--lenient", lenient,
               "leaves out the words of a schema that cannot be held to, and names them");
  app.add_flag("--compact", compact, "writes JSON without white space between the marks");
  app.add_flag("--no-formats", plain_formats, "takes a schema's 'format' for a remark");
}

Result<GuideText> GuideOptions::text() const {
  using Kind = GuideText::Kind;
  GuideText guide{.choices = choices,
                  .is_lark = grammar_file.ends_with(".lark"),
                  .lenient = lenient,
                  .compact = compact,
                  .plain_formats = plain_formats};
  const int given =
      !schema.empty() + !pattern.empty() + !grammar_file.empty() + !choices.empty() + json;
  if (given > 1)
    return Error{
        "--json-schema, --json-value, --regex, --grammar and --choice each say what the whole text "
        "is; give one of them"};
  if (!is_given()) return guide;
  guide.kind = !choices.empty()        ? Kind::choice
               : json                  ? Kind::json_value
               : !pattern.empty()      ? Kind::regex
               : !grammar_file.empty() ? Kind::grammar
                                       : Kind::json_schema;
  guide.text = pattern;
  const std::string& file = grammar_file.empty() ? schema : grammar_file;
  if (file.empty()) return guide;
  auto text = read_text(file);
  if (!text) return text.error();
  guide.text = *std::move(text);
  return guide;
}

}  // namespace command
