/// \file openai_request.cpp
/// The body of a chat request to OpenAI on standard input, the body of the answer on standard
/// output.

#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <tamis/generation.hpp>
#include <tamis/io/openai.hpp>
#include <tamis/models/llama.hpp>
#include <tamis/presets/config_options.hpp>
#include <tamis/presets/orders.hpp>
#include <tamis/tokenizers/bpe_from_gguf.hpp>
#include <tamis/tokenizers/chat_template.hpp>

int main(int argc, char** argv) {
  if (argc != 2) return std::cout << "usage: openai_request MODEL.gguf < BODY.json\n", argc != 1;
  const auto fail = [](const tamis::Error& error) {
    return std::cout << nlohmann::json{{"error", {{"message", error.message}}}} << '\n', 1;
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
  // quote: request
  const std::string body(std::istreambuf_iterator<char>(std::cin), {});
  const auto asked = tamis::from_openai(body);  // every parameter in its range, or a sentence
  if (!asked) return fail(asked.error());
  std::vector<tamis::ChatMessage> messages;
  try {  // nlohmann/json throws
    const auto request = nlohmann::json::parse(body);
    for (const auto& message : request.at("messages"))
      messages.push_back({message.at("role"), message.at("content")});
  } catch (const nlohmann::json::exception&) {
    return fail({R"(messages is no list of {"role": a text, "content": a text})"});
  }
  const tamis::orders::openai sampler{
      tamis::FrequencyPenalty{static_cast<float>(asked->frequency_penalty)},
      tamis::PresencePenalty{static_cast<float>(asked->presence_penalty)},
      tamis::Temperature{static_cast<float>(asked->temperature)},
      tamis::TopP{static_cast<float>(asked->top_p)}};
  const auto made =
      tamis::generate(*model, *tokenizer, sampler, tokenizer->encode(format->apply(messages)),
                      tamis::config_options(*asked, tokenizer->special().ends));
  if (!made) return fail(made.error());
  const char* why = made->finish == tamis::FinishReason::length ? "length" : "stop";
  const nlohmann::json choice{{"message", {{"role", "assistant"}, {"content", made->text}}},
                              {"finish_reason", why}};
  std::cout << nlohmann::json{{"object", "chat.completion"}, {"choices", {choice}}} << '\n';
  // quote end
}
