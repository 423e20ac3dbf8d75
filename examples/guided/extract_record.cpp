/// \file extract_record.cpp
/// Reads a record out of a text: JSON that a schema allows, whatever the model thinks of it. Prints:
///
///     {"name":"Ada Lovelace","year_of_birth":1815}
///     21 tokens, of which 7 could be no others

#include <cstdio>
#include <memory>
#include <tamis/generation.hpp>
#include <tamis/guided/grammar_guide.hpp>
#include <tamis/guided/guide_source.hpp>
#include <tamis/guided/json_schema.hpp>
#include <tamis/models/llama.hpp>
#include <tamis/tamis.hpp>
#include <tamis/tokenizers/bpe_from_gguf.hpp>

#include "../installed_model.hpp"

namespace guided = tamis::guided;

static int fail(const tamis::Error& error) {
  return std::fprintf(stderr, "extract_record: %s\n", error.message.c_str()), 1;
}

int main() {
  const auto file = tamis::Gguf::open(installed_model());
  if (!file) return std::puts("skipped: examples/setup.sh has installed no model"), 77;
  auto model = tamis::Llama::load(*file);
  if (!model) return fail(model.error());
  const auto tokenizer = tamis::bpe_from_gguf(*file);
  if (!tokenizer) return fail(tokenizer.error());

  // quote: extract
  const auto grammar = guided::json_schema(R"({
      "type": "object", "additionalProperties": false, "required": ["name", "year_of_birth"],
      "properties": {"name": {"type": "string", "maxLength": 40},
                     "year_of_birth": {"type": "integer", "minimum": 1000, "maximum": 2100}}})",
                                           {.space = {.is_compact = true}});
  if (!grammar) return fail(grammar.error());
  const auto compiled = guided::CompiledGrammar::of(  // once; any number of requests may share it
      *grammar, std::make_shared<const guided::Vocabulary>(guided::Vocabulary::of(*tokenizer)));
  if (!compiled) return fail(compiled.error());
  const auto made = tamis::generate(
      *model, *tokenizer, tamis::Sampler{tamis::Greedy{}},
      tokenizer->encode("Text: In 1906 Grace Hopper was born in New York.\n"
                        "Record: {\"name\":\"Grace Hopper\",\"year_of_birth\":1906}\n\n"
                        "Text: Ada Lovelace, born in London in 1815, wrote programs.\nRecord: "),
      {.end_tokens = tokenizer->special().ends, .jump_forward = true},
      [](const tamis::GenerationEvent&) {}, guided::GuideSource(guided::GrammarGuide(*compiled)));
  if (!made) return fail(made.error());
  // quote end
  if (made->error) return fail(*made->error);
  std::printf("%s\n%d tokens, of which %d could be no others\n", made->text.c_str(),
              made->statistics.new_tokens, made->statistics.forced_tokens);
}
