/// \file generate.cpp
/// A model from a file, and the text that it writes.

#include <cstdio>
#include <string>
#include <tamis/generation.hpp>
#include <tamis/models/llama.hpp>
#include <tamis/tamis.hpp>
#include <tamis/tokenizers/bpe_from_gguf.hpp>

namespace {

int fail(const tamis::Error& error) {
  std::fprintf(stderr, "generate: %s\n", error.message.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::puts("usage: generate MODEL.gguf PROMPT");
    return argc == 1 ? 0 : 1;
  }
  // quote: generate
  const auto file = tamis::Gguf::open(argv[1]);
  if (!file) return fail(file.error());
  auto model = tamis::Llama::load(*file);
  if (!model) return fail(model.error());
  const auto tokenizer = tamis::bpe_from_gguf(*file);
  if (!tokenizer) return fail(tokenizer.error());

  const tamis::Sampler sampler{tamis::RepetitionPenalty{1.1f}, tamis::Temperature{0.8f},
                               tamis::TopK{50}, tamis::TopP{0.95f}};
  const auto made =
      tamis::generate(*model, *tokenizer, sampler, tokenizer->encode(argv[2]),
                      {.max_new_tokens = 60, .end_tokens = tokenizer->special().ends, .seed = 7},
                      [](const tamis::GenerationEvent& event) {
                        std::fwrite(event.text.data(), 1, event.text.size(), stdout);
                        return std::fflush(stdout) == 0;  // false ends it
                      });
  if (!made) return fail(made.error());
  // quote end
  if (made->error) return fail(*made->error);
  std::printf("\n%d tokens, %.1f a second; ended by %s\n", made->statistics.new_tokens,
              made->statistics.tokens_per_second(), std::string(name_of(made->finish)).c_str());
}
