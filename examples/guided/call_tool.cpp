/// \file call_tool.cpp
/// Free text until a tool is called; the call is held to a schema, and then the text is free again. Prints:
///
///      I look outside. <weather>{"city":"Paris"}</weather>

#include <cstdio>
#include <memory>
#include <tamis/generation.hpp>
#include <tamis/guided/grammar_guide.hpp>
#include <tamis/guided/guide_source.hpp>
#include <tamis/guided/structural_tags.hpp>
#include <tamis/models/llama.hpp>
#include <tamis/tamis.hpp>
#include <tamis/tokenizers/bpe_from_gguf.hpp>

#include "../installed_model.hpp"

namespace guided = tamis::guided;

static int fail(const tamis::Error& error) {
  return std::fprintf(stderr, "call_tool: %s\n", error.message.c_str()), 1;
}

int main() {
  const auto file = tamis::Gguf::open(installed_model());
  if (!file) return std::puts("skipped: examples/setup.sh has installed no model"), 77;
  auto model = tamis::Llama::load(*file);
  if (!model) return fail(model.error());
  const auto tokenizer = tamis::bpe_from_gguf(*file);
  if (!tokenizer) return fail(tokenizer.error());

  // quote: tool
  const auto grammar = guided::structural_tags(
      {{"<weather>", R"({"type": "object", "additionalProperties": false, "required": ["city"],
                         "properties": {"city": {"type": "string", "maxLength": 20}}})",
        "</weather>"},
       {"<time>", R"({"type": "object", "additionalProperties": false})", "</time>"}},
      {.needs_tag = true, .schema = {.space = {.is_compact = true}}});
  if (!grammar) return fail(grammar.error());
  // quote end
  const auto compiled = guided::CompiledGrammar::of(
      *grammar, std::make_shared<const guided::Vocabulary>(guided::Vocabulary::of(*tokenizer)));
  if (!compiled) return fail(compiled.error());
  const auto made = tamis::generate(
      *model, *tokenizer, tamis::Sampler{tamis::Greedy{}},
      tokenizer->encode("Question: What time is it?\nThought: I ask the clock. <time>{}</time>\n"
                        "Question: Is it warm in Rome?\n"
                        "Thought: I look outside. <weather>{\"city\":\"Rome\"}</weather>\n"
                        "Question: Is it raining in Paris?\nThought:"),
      {.max_new_tokens = 60,
       .end_tokens = tokenizer->special().ends,
       .stop_strings = {"\n", "</weather>"},
       .stop_ending = tamis::StopStrings::Ending::kept},
      [](const tamis::GenerationEvent&) {}, guided::GuideSource(guided::GrammarGuide(*compiled)));
  if (!made) return fail(made.error());
  if (made->error) return fail(*made->error);
  std::printf("%s\n", made->text.c_str());
}
