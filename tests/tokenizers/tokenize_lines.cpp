/// \file tokenize_lines.cpp
/// Answers JSON with JSON, a line each, for against_hf.py to compare. The arguments are a GGUF file
/// and how text is divided into words, gpt2, numbers, llama3 or qwen2; or a tokenizer.json instead
/// of the file's tokenizer.
///
///   {"text": "...", "parse_special": true}    {"ids": [...]}
///   {"ids": [...], "skip_special": false}     {"text": "..."}
///   {"messages": [{"role": "...", "content": "..."}], "add_generation_prompt": true}
///                                             {"text": "..."}

#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <tamis/io/gguf.hpp>
#include <tamis/tokenizers/bpe_from_gguf.hpp>
#include <tamis/tokenizers/bpe_from_json.hpp>
#include <tamis/tokenizers/chat_template.hpp>
#include <vector>

using nlohmann::json;
using namespace tamis;

static json answer(const json& question, const Bpe& bpe, const ChatTemplate& chat) {
  if (question.contains("messages")) {
    std::vector<ChatMessage> messages;
    for (const json& message : question["messages"])
      messages.push_back({message["role"], message["content"]});
    return {{"text", chat.apply(messages, question["add_generation_prompt"])}};
  }
  if (question.contains("text"))
    return {{"ids", bpe.encode(question["text"].get<std::string>(), {question["parse_special"]})}};
  const auto text =
      bpe.decode(question["ids"].get<std::vector<TokenId>>(), {question["skip_special"]});
  return text ? json{{"text", *text}} : json{{"error", text.error().message}};
}

int main(int count, char** arguments) {
  const auto complain = [](const Error& error) {
    std::cerr << error.message << "\n";
    return 1;
  };
  const std::map<std::string, WordSplit> splits{{"gpt2", WordSplit::gpt2},
                                                {"numbers", WordSplit::numbers},
                                                {"llama3", WordSplit::llama3},
                                                {"qwen2", WordSplit::qwen2}};
  if (count != 3)
    return complain(
        {"tokenize_lines needs a GGUF file, and a way to divide text or a tokenizer.json"});
  const bool is_named = splits.count(arguments[2]) > 0;
  const auto gguf = Gguf::open(arguments[1]);
  if (!gguf) return complain(gguf.error());
  std::ifstream file(is_named ? "" : arguments[2]);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const auto bpe = is_named ? bpe_from_gguf(*gguf, splits.at(arguments[2])) : bpe_from_json(text);
  if (!bpe) return complain(bpe.error());
  const auto chat =
      gguf->value<std::string_view>("tokenizer.chat_template").and_then(ChatTemplate::of);
  if (!chat) return complain(chat.error());
  for (std::string line; std::getline(std::cin, line);)
    std::cout << answer(json::parse(line), *bpe, *chat).dump() << "\n";
}
