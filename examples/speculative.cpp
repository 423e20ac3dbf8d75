/// \file speculative.cpp
/// The same tokens in fewer steps: what the text has said before is a guess at what it says next.

#include <cstdio>
#include <tamis/generation.hpp>
#include <tamis/models/llama.hpp>
#include <tamis/tamis.hpp>
#include <tamis/tokenizers/bpe_from_gguf.hpp>

static int fail(const tamis::Error& error) {
  return std::fprintf(stderr, "speculative: %s\n", error.message.c_str()), 1;
}

int main(int argc, char** argv) {
  if (argc != 3) return std::puts("usage: speculative MODEL.gguf PROMPT"), argc != 1;
  const auto file = tamis::Gguf::open(argv[1]);
  if (!file) return fail(file.error());
  auto model = tamis::Llama::load(*file);
  if (!model) return fail(model.error());
  const auto tokenizer = tamis::bpe_from_gguf(*file);
  if (!tokenizer) return fail(tokenizer.error());
  // quote: speculative
  const auto prompt = tokenizer->encode(argv[2]);
  const tamis::Sampler sampler{tamis::Temperature{0.7f}, tamis::TopP{0.9f}};
  const tamis::GenerationOptions options{.max_new_tokens = 60, .seed = 7};
  const auto plain = tamis::generate(*model, *tokenizer, sampler, prompt, options);
  if (!plain) return fail(plain.error());

  tamis::Memory<tamis::Llama> memory(*model);
  tamis::PromptLookup drafter;  // or a DraftModel, a smaller model of the same vocabulary
  const auto drafted =
      tamis::generate_speculative(*model, memory, *tokenizer, sampler, prompt, drafter, options);
  if (!drafted) return fail(drafted.error());
  // quote end
  const tamis::metrics::Speculation& guessed = drafted->statistics.speculation;
  std::printf("%s\n%s; %d of %d guesses accepted; %d steps instead of %d\n", drafted->text.c_str(),
              drafted->tokens == plain->tokens ? "the same tokens" : "OTHER TOKENS",
              static_cast<int>(guessed.accepted), static_cast<int>(guessed.proposed),
              drafted->statistics.new_tokens - static_cast<int>(guessed.accepted),
              plain->statistics.new_tokens);
  return drafted->tokens == plain->tokens ? 0 : 1;
}
