#include <string>
#include <tamis/tokenizers/tokenizer_settings.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("The tokens and the chat template of tokenizer_config.json are read in all their forms") {
  const auto plain = TokenizerSettings::read(
      R"({"bos_token": "<s>", "eos_token": {"content": "</s>", "lstrip": false}, "pad_token": null,
          "unk_token": "?", "chat_template": "{{ x }}", "model_max_length": 1e30})");
  REQUIRE(plain);
  CHECK(plain->begin == "<s>");
  CHECK(plain->end == "</s>");
  CHECK(plain->padding.empty());
  CHECK(plain->unknown == "?");
  CHECK(plain->chat_template == "{{ x }}");

  const auto several = TokenizerSettings::read(
      R"({"chat_template": [{"name": "tool_use", "template": "a"}, {"name": "default", "template": "b"}]})");
  REQUIRE(several);
  CHECK(several->chat_template == "b");
}

TEST_CASE("The ends of a generation are one id or several") {
  TokenizerSettings settings;
  CHECK(settings.add_ends(R"({"eos_token_id": 2})"));
  CHECK(settings.add_ends(R"({"eos_token_id": [7, 9]})"));
  CHECK(settings.add_ends(R"({"eos_token_id": null})"));
  CHECK(settings.add_ends("{}"));
  CHECK(settings.ends == std::vector<TokenId>{2, 7, 9});
}

TEST_CASE("What does not fit in these files is refused in one sentence") {
  const auto fault = [](const char* text) {
    return TokenizerSettings::read(text, "'tokenizer_config.json'").error().message;
  };
  CHECK(fault(R"({"bos_token": 3})") ==
        "in 'tokenizer_config.json', bos_token is 3; the text of a token is needed");
  CHECK(
      fault(R"({"chat_template": [3]})") ==
      "in 'tokenizer_config.json', chat_template is [3]; a text, or a list of names and templates, "
      "is needed");
  CHECK(fault("[]").find("'tokenizer_config.json' is []; it must be a JSON object") == 0);
  TokenizerSettings settings;
  CHECK(
      settings.add_ends(R"({"eos_token_id": ["a"]})", "'config.json'").error().message ==
      "in 'config.json', eos_token_id is [\"a\"]; the id of a token, or a list of ids, is needed");
  CHECK(!settings.add_ends(R"({"eos_token_id": 4294967296})"));
}
