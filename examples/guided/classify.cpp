/// \file classify.cpp
/// Sorts texts by choices that the compiler knows. Prints:
///
///     positive  I loved every minute of it.
///     negative  The worst film I have seen in years.

#include <cstdio>
#include <memory>
#include <string>
#include <tamis/generation.hpp>
#include <tamis/guided/grammar_guide.hpp>
#include <tamis/guided/guide_source.hpp>
#include <tamis/guided/static_choice.hpp>
#include <tamis/models/llama.hpp>
#include <tamis/tamis.hpp>
#include <tamis/tokenizers/bpe_from_gguf.hpp>

#include "../installed_model.hpp"

namespace guided = tamis::guided;

static int fail(const tamis::Error& error) {
  return std::fprintf(stderr, "classify: %s\n", error.message.c_str()), 1;
}

int main() {
  const auto file = tamis::Gguf::open(installed_model());
  if (!file) return std::puts("skipped: examples/setup.sh has installed no model"), 77;
  auto model = tamis::Llama::load(*file);
  if (!model) return fail(model.error());
  const auto tokenizer = tamis::bpe_from_gguf(*file);
  if (!tokenizer) return fail(tokenizer.error());

  // quote: classify
  constexpr auto mood = guided::choice<"positive", "negative">();  // known to the compiler
  const auto vocabulary =
      std::make_shared<const guided::Vocabulary>(guided::Vocabulary::of(*tokenizer));
  const auto compiled = guided::CompiledGrammar::of(mood, vocabulary);
  if (!compiled) return fail(compiled.error());
  for (const std::string review :
       {"I loved every minute of it.", "The worst film I have seen in years."}) {
    const auto prompt = tokenizer->encode("Review: Dull and far too long.\nMood: negative\n\n"
                                          "Review: A joy from start to end.\nMood: positive\n\n"
                                          "Review: " + review + "\nMood: ");
    const auto made = tamis::generate(
        *model, *tokenizer, tamis::Sampler{tamis::Greedy{}}, prompt,
        {.end_tokens = tokenizer->special().ends}, [](const tamis::GenerationEvent&) {},
        guided::GuideSource(guided::GrammarGuide(*compiled)));
    if (!made) return fail(made.error());
    const bool is_positive = mood.index_of(made->text) == mood.index_of("positive");
    std::printf("%s  %s\n", is_positive ? "positive" : "negative", review.c_str());
  }
  // quote end
}
