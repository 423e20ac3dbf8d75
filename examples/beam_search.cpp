/// \file beam_search.cpp
/// Likely continuations, and unlike each other: four beams in two groups.

#include <cstdio>
#include <tamis/generation.hpp>
#include <tamis/models/llama.hpp>
#include <tamis/tamis.hpp>
#include <tamis/tokenizers/bpe_from_gguf.hpp>

static int fail(const tamis::Error& error) {
  return std::fprintf(stderr, "beam_search: %s\n", error.message.c_str()), 1;
}

int main(int argc, char** argv) {
  if (argc != 3) return std::puts("usage: beam_search MODEL.gguf PROMPT"), argc != 1;
  const auto file = tamis::Gguf::open(argv[1]);
  if (!file) return fail(file.error());
  auto model = tamis::Llama::load(*file);
  if (!model) return fail(model.error());
  const auto tokenizer = tamis::bpe_from_gguf(*file);
  if (!tokenizer) return fail(tokenizer.error());
  // quote: beams
  const auto found = tamis::generate_beams(
      *model, *tokenizer, tamis::Sampler<>(), tokenizer->encode(argv[2]),
      {.num_beams = 4, .num_return_sequences = 4, .num_beam_groups = 2, .diversity_penalty = 0.8},
      {.max_new_tokens = 16, .end_tokens = tokenizer->special().ends});
  if (!found) return fail(found.error());
  for (const tamis::BeamHypothesis& one : found->sequences)
    std::printf("%.3f:%s\n", one.score, one.text.c_str());
  // quote end
}
