/// \file batch_per_request.cpp
/// Many requests at once, each with a sampler, a seed and stops of its own.

#include <cstdio>
#include <string>
#include <tamis/generation.hpp>
#include <tamis/models/llama.hpp>
#include <tamis/tamis.hpp>
#include <tamis/tokenizers/bpe_from_gguf.hpp>

static int fail(const tamis::Error& error) {
  return std::fprintf(stderr, "batch_per_request: %s\n", error.message.c_str()), 1;
}

int main(int argc, char** argv) {
  if (argc < 3) {
    std::puts("usage: batch_per_request MODEL.gguf PROMPT...");
    return argc == 1 ? 0 : 1;
  }
  const auto file = tamis::Gguf::open(argv[1]);
  if (!file) return fail(file.error());
  const auto llama = tamis::Llama::load(*file);
  if (!llama) return fail(llama.error());
  const auto tokenizer = tamis::bpe_from_gguf(*file);
  if (!tokenizer) return fail(tokenizer.error());

  // quote: batch
  using Sampler = tamis::Sampler<tamis::Temperature, tamis::TopP>;
  auto model = llama->with_cache<tamis::PagedKvCache>();  // forks of it share their blocks
  auto batch = tamis::Batch<decltype(model), Sampler, tamis::Bpe>::of(model, *tokenizer,
                                                                      {.max_running = 16});
  if (!batch) return fail(batch.error());
  for (int i = 2; i < argc; ++i) {
    tamis::GenerationOptions options;
    options.max_new_tokens = 20;
    options.end_tokens = tokenizer->special().ends;
    options.stop_strings = {"\n\n"};
    options.banned_strings = {"As an AI"};  // never comes: the sequence goes back
    options.seed = static_cast<std::uint64_t>(100 * i);
    const auto added = batch->add(
        {.prompt = tokenizer->encode(argv[i]),
         .sampler = {tamis::Temperature{0.4f * static_cast<float>(i)}, tamis::TopP{0.95f}},
         .options = options,
         .sequences = 2});  // of one reading of the prompt
    if (!added) return fail(added.error());
  }
  while (batch->step([](const tamis::GenerationEvent& event) {
    std::printf("%zu.%zu:%s\n", event.request, event.sequence, std::string(event.text).c_str());
  })) {  // between two steps requests may be added and cancelled
  }
  // quote end
  for (std::size_t id = 0; const auto made = batch->take(id); ++id)
    for (const tamis::Generation& text : *made)
      std::printf("%s [%s]\n", text.text.c_str(), std::string(name_of(text.finish)).c_str());
}
