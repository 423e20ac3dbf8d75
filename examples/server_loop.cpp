/// \file server_loop.cpp
/// The heart of a server: requests come while others are answered, and a step gives each a token.
/// A line of standard input is a request, its temperature before its text: `0.8 Once upon a time`.

#include <cstdio>
#include <iostream>
#include <tamis/generation.hpp>
#include <tamis/models/llama.hpp>
#include <tamis/tamis.hpp>
#include <tamis/tokenizers/bpe_from_gguf.hpp>
#include <thread>

#include "inbox.hpp"

static int fail(const tamis::Error& error) {
  return std::fprintf(stderr, "server_loop: %s\n", error.message.c_str()), 1;
}

int main(int argc, char** argv) {
  if (argc != 2) return std::puts("usage: server_loop MODEL.gguf"), argc != 1;
  const auto file = tamis::Gguf::open(argv[1]);
  if (!file) return fail(file.error());
  const auto llama = tamis::Llama::load(*file);
  if (!llama) return fail(llama.error());
  const auto tokenizer = tamis::bpe_from_gguf(*file);
  if (!tokenizer) return fail(tokenizer.error());

  // quote: loop
  // One type for all requests; what a request does not want is neutral in its sampler.
  using Sampler = tamis::Sampler<tamis::RepetitionPenalty, tamis::Temperature, tamis::TopP>;
  auto model = llama->with_cache<tamis::PagedKvCache>();
  auto batch = tamis::Batch<decltype(model), Sampler, tamis::Bpe>::of(model, *tokenizer);
  if (!batch) return fail(batch.error());
  Inbox inbox;
  std::thread reader([&] {
    std::string text;
    for (float temperature; std::cin >> temperature && std::getline(std::cin >> std::ws, text);)
      inbox.put({temperature, text});
    inbox.close();
  });
  for (bool is_busy = false; is_busy || !inbox.is_over();) {
    for (const Inbox::Request& request : inbox.take(/*waits=*/!is_busy)) {
      const auto number = batch->add(
          {.prompt = tokenizer->encode(request.text),
           .sampler = {tamis::RepetitionPenalty{1.1f}, tamis::Temperature{request.temperature},
                       tamis::TopP{0.95f}},
           .options = {.max_new_tokens = 24, .end_tokens = tokenizer->special().ends, .seed = 1}});
      if (!number) fail(number.error());  // what is wrong with this request; the others go on
    }
    is_busy = batch->step([](const tamis::GenerationEvent& event) {
      std::printf("%zu:%.*s%s\n", event.request, static_cast<int>(event.text.size()),
                  event.text.data(), event.finish ? " [end]" : "");
      return true;  // false, or batch.cancel(request), when whoever asked has gone
    });
  }
  // quote end
  reader.join();
}
