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

bool GuideOptions::is_given() const {
  return !schema.empty() || !pattern.empty() || !grammar_file.empty() || !choices.empty() || json;
}

Result<tamis::guided::Grammar> GuideOptions::grammar() const {
  namespace guided = tamis::guided;
  const int given =
      !schema.empty() + !pattern.empty() + !grammar_file.empty() + !choices.empty() + json;
  if (given > 1)
    return Error{
        "--json-schema, --json-value, --regex, --grammar and --choice each say what the whole text "
        "is; give one of them"};
  if (!choices.empty()) return guided::choice(choices);
  if (!pattern.empty()) return guided::regex(pattern);
  const guided::JsonSpace space{.is_compact = compact};
  if (json) return guided::json(space);
  if (!grammar_file.empty()) {
    const auto text = read_text(grammar_file);
    if (!text) return text.error();
    return guided::read_grammar(*text, grammar_file.ends_with(".lark")
                                           ? guided::GrammarSyntax::lark
                                           : guided::GrammarSyntax::automatic);
  }
  const auto text = read_text(schema);
  if (!text) return text.error();
  std::vector<std::string> left_out;
  auto grammar = guided::json_schema(
      *text, {.lenient = lenient, .assert_formats = !plain_formats, .space = space}, &left_out);
  for (const std::string& pointer : left_out)
    std::fprintf(stderr, "tamis: the schema's %s is left out\n", pointer.c_str());
  return grammar;
}

Result<std::shared_ptr<const tamis::guided::CompiledGrammar>> GuideOptions::compiled(
    const tamis::Bpe& tokenizer, std::vector<tamis::TokenId> ends) const {
  const auto made = grammar();
  if (!made) return made.error();
  auto vocabulary = std::make_shared<const tamis::guided::Vocabulary>(
      tamis::guided::Vocabulary::of(tokenizer, std::move(ends)));
  return tamis::guided::CompiledGrammar::of(*made, std::move(vocabulary));
}

Result<std::optional<tamis::AnySource>> GuideOptions::source(
    const tamis::Bpe& tokenizer, std::vector<tamis::TokenId> ends) const {
  if (!is_given()) return std::optional<tamis::AnySource>();
  if (ends.empty())
    return Error{
        "a text that must be of a grammar needs a token to end with; leave --ignore-eos out"};
  const auto made = compiled(tokenizer, std::move(ends));
  if (!made) return made.error();
  return std::optional<tamis::AnySource>(
      tamis::guided::GuideSource(tamis::guided::GrammarGuide(*made)));
}

}  // namespace command
