#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <tamis/tokenizers/chat_template.hpp>
#include <vector>

#include "catch.hpp"
#include "smollm.hpp"

using namespace tamis;

static const std::string system_part =
    "{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nBe "
    "kind.<|im_end|>\n' "
    "}}{% endif %}";
static const std::string message_part =
    "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}";
static const std::string answer_part =
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

static std::string around(const std::string& parts, const std::string& end = answer_part) {
  return "{% for message in messages %}" + parts + "{% endfor %}" + end;
}

static ChatTemplate chat(const std::string& jinja) {
  auto chat = ChatTemplate::of(jinja);
  REQUIRE(chat);
  return *chat;
}

TEST_CASE("A conversation is written as ChatML") {
  const auto plain = chat(around(message_part));
  const std::vector<ChatMessage> messages{{"user", "Hi"}, {"assistant", "Hello!"}, {"user", "Bye"}};
  CHECK(plain.apply(messages) ==
        "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello!<|im_end|>\n"
        "<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\n");
  CHECK(plain.apply({}, false) == "");
  CHECK(plain.apply({}) == "<|im_start|>assistant\n");
}

TEST_CASE("The model's own system message stands where the conversation has none") {
  const auto kind = chat(around(system_part + message_part));
  CHECK(kind.apply(std::vector<ChatMessage>{{"user", "Hi"}}, false) ==
        "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n");
  CHECK(kind.apply(std::vector<ChatMessage>{{"system", "Be brief."}, {"user", "Hi"}}, false) ==
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n");
  CHECK(kind.apply({}) == "<|im_start|>assistant\n");
}

TEST_CASE("Other ways to write the same template are recognized") {
  const std::vector<ChatMessage> messages{{"user", "Hi"}};
  const auto expected = chat(around(message_part)).apply(messages);
  for (
      const std::string part :
      {R"({{"<|im_start|>" + message["role"] + "\n" + message["content"] + "<|im_end|>" + "\n"}})",
       R"({{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }})",
       R"({{ '<|im_start|>' }}{{ message.role }}{{ '\n' }}{{ message.content }}{{'<|im_end|>\n'}})"})
    CHECK(chat(around(part)).apply(messages) == expected);
}

TEST_CASE("Anything else is refused") {
  const std::string sentence =
      "the chat template of the model is not ChatML in the form that Tamis knows; write the prompt "
      "with the marks of the model yourself";
  for (const std::string& jinja :
       {std::string(), std::string("{{ '<|im_start|>"), std::string("{% for"), message_part,
        around(message_part, ""), around(message_part) + " ", around("\n" + message_part),
        around("{{ '[INST]' + message['content'] + '[/INST]' }}"),
        around("{{'<|im_start|>' + message['role'] + '\n' + message['content'] | trim + "
               "'<|im_end|>\n'}}"),
        around(system_part), around(system_part.substr(0, 70) + message_part),
        around("{{'<|im_start|>\\x'}}"), around("{{'\x02'}}"), around("{{'\\")}) {
    const auto refused = ChatTemplate::of(jinja);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message == sentence);
  }
}

TEST_CASE("SmolLM2's template is read from its file") {
  const auto gguf = smollm_gguf();
  if (!gguf) return;
  const auto smollm =
      gguf->value<std::string_view>("tokenizer.chat_template").and_then(ChatTemplate::of);
  REQUIRE(smollm);
  // Jinja's own rendering, for which against_hf.py compares many more.
  CHECK(smollm->apply(std::vector<ChatMessage>{{"user", "Hi"}}) ==
        "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging "
        "Face<|im_end|>\n"
        "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
  std::ifstream file(TAMIS_TESTS_DIR "/golden/next_token.jsonl");
  const auto bpe = bpe_from_gguf(*gguf);
  REQUIRE(bpe);
  int compared = 0;
  for (std::string line; std::getline(file, line);) {
    const auto golden = nlohmann::json::parse(line);
    const std::string content = "Write a haiku about rain.";
    if (golden["prompt"].get<std::string>().find(content) == std::string::npos) continue;
    const auto conversation = smollm->apply(std::vector<ChatMessage>{{"user", content}});
    const auto ids = golden["ids"].get<std::vector<TokenId>>();
    const auto ours = bpe->encode(conversation);
    REQUIRE(ours.size() > ids.size());  // the golden prompt has no system message
    CHECK(std::vector<TokenId>(ours.end() - static_cast<std::ptrdiff_t>(ids.size()), ours.end()) ==
          ids);
    ++compared;
  }
  CHECK(compared == 1);
}
