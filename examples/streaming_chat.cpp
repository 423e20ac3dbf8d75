/// \file streaming_chat.cpp
/// A conversation: a line of standard input is a message, and each answer is shown as it comes.

#include <cstdio>
#include <iostream>
#include <string>
#include <string_view>
#include <tamis/generation.hpp>
#include <tamis/models/llama.hpp>
#include <tamis/tamis.hpp>
#include <tamis/tokenizers/bpe_from_gguf.hpp>
#include <tamis/tokenizers/chat_template.hpp>
#include <vector>

int main(int argc, char** argv) {
  if (argc != 2) return std::puts("usage: streaming_chat MODEL.gguf"), argc != 1;
  const auto fail = [](const tamis::Error& error) {
    return std::cerr << "streaming_chat: " << error.message << '\n', 1;
  };
  const auto file = tamis::Gguf::open(argv[1]);
  if (!file) return fail(file.error());
  auto model = tamis::Llama::load(*file);
  if (!model) return fail(model.error());
  const auto tokenizer = tamis::bpe_from_gguf(*file);
  if (!tokenizer) return fail(tokenizer.error());
  const auto format = tamis::ChatTemplate::of(
      file->value<std::string_view>("tokenizer.chat_template").value_or({}));
  if (!format) return fail(format.error());
  // quote: chat
  const tamis::Sampler sampler{tamis::RepetitionPenalty{1.1f}, tamis::Temperature{0.8f},
                               tamis::TopP{0.9f}};
  tamis::Memory<tamis::Llama> memory(
      *model);  // what was read stays read: a turn costs what it adds
  std::vector<tamis::ChatMessage> messages;
  for (std::string line; std::getline(std::cin, line);) {
    messages.push_back({"user", line});
    const auto made = tamis::generate(
        *model, memory, *tokenizer, sampler, tokenizer->encode(format->apply(messages)),
        {.max_new_tokens = 40, .end_tokens = tokenizer->special().ends, .seed = messages.size()},
        [](const tamis::GenerationEvent& event) { std::cout << event.text << std::flush; });
    if (!made) return fail(made.error());
    std::cout << "\n[" << made->statistics.prompt_tokens - made->statistics.cached_tokens
              << " tokens read, " << made->statistics.new_tokens << " written]\n";
    messages.push_back({"assistant", made->text});
  }
  // quote end
}
