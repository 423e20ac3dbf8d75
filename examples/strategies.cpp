/// \file strategies.cpp
/// Ways to go on with a text that ask the model's hidden states.

#include <cstdio>
#include <string>
#include <tamis/generation.hpp>
#include <tamis/models/llama.hpp>
#include <tamis/tamis.hpp>
#include <tamis/tokenizers/bpe_from_gguf.hpp>

namespace {

int fail(const tamis::Error& error) {
  std::fprintf(stderr, "strategies: %s\n", error.message.c_str());
  return 1;
}

void show(const std::string& name, const std::string& text) {
  std::printf("--- %s\n%s\n", name.c_str(), text.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::puts("usage: strategies MODEL.gguf PROMPT");
    return argc == 1 ? 0 : 1;
  }
  const auto file = tamis::Gguf::open(argv[1]);
  if (!file) return fail(file.error());
  auto model = tamis::Llama::load(*file);
  if (!model) return fail(model.error());
  const auto tokenizer = tamis::bpe_from_gguf(*file);
  if (!tokenizer) return fail(tokenizer.error());
  const auto prompt = tokenizer->encode(argv[2]);
  const tamis::GenerationOptions options{.max_new_tokens = 40,
                                         .end_tokens = tokenizer->special().ends};

  // quote: contrastive
  const auto unlike = tamis::contrastive_search(*model, *tokenizer, tamis::Sampler<>(), prompt,
                                                {.penalty_alpha = 0.6, .top_k = 4}, options);
  // quote end
  if (!unlike) return fail(unlike.error());
  show("contrastive", unlike->text);
  // quote: dola
  auto dola =
      tamis::Dola<tamis::Llama>::of(*model, tamis::dola_layers(tamis::DolaRange::low, *model));
  if (!dola) return fail(dola.error());
  const tamis::Sampler sampler{tamis::RepetitionPenalty{1.2f}, tamis::Greedy{}};
  const auto gained = tamis::generate(*dola, *tokenizer, sampler, prompt, options);
  // quote end
  if (!gained) return fail(gained.error());
  show("DoLa", gained->text);
}
