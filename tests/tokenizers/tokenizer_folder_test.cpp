#include <span>
#include <string>
#include <tamis/tokenizers/tokenizer_folder.hpp>
#include <vector>

#include "../io/temporary_folder.hpp"
#include "catch.hpp"

using namespace tamis;

static constexpr const char* tokenizer =
    R"({"added_tokens": [{"id": 2, "content": "<|im_start|>", "special": true},
                         {"id": 3, "content": "<|im_end|>", "special": true}],
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false},
        "model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []}})";

static void write(const TemporaryFolder& folder, const char* name, const std::string& text) {
  folder.write(name, std::as_bytes(std::span(text)));
}

TEST_CASE("The files of a model's folder together make its tokenizer") {
  const TemporaryFolder folder;
  write(folder, "tokenizer.json", tokenizer);
  const auto bare = TokenizerFolder::open(folder.path(""));
  if (!bare) FAIL(bare.error().message);
  CHECK(bare->tokenizer.special().ends == std::vector<TokenId>{3});  // known by its name
  CHECK(bare->chat_template.empty());

  write(folder, "tokenizer_config.json",
        R"({"bos_token": "<|im_start|>", "eos_token": "<|im_end|>", "chat_template": "old"})");
  write(folder, "config.json", R"({"eos_token_id": 0})");
  const auto with_config = TokenizerFolder::open(folder.path(""));
  if (!with_config) FAIL(with_config.error().message);
  CHECK(with_config->tokenizer.special().begin == 2);
  CHECK(!with_config->tokenizer.special().needs_begin);
  CHECK(with_config->tokenizer.special().end == 3);
  CHECK(with_config->tokenizer.special().ends == std::vector<TokenId>{0, 3});
  CHECK(with_config->chat_template == "old");

  write(folder, "generation_config.json", R"({"eos_token_id": [1, 3]})");
  write(folder, "chat_template.jinja", "new");
  const auto all = TokenizerFolder::open(folder.path(""));
  if (!all) FAIL(all.error().message);
  CHECK(all->tokenizer.special().ends == std::vector<TokenId>{1, 3});
  CHECK(all->chat_template == "new");
}

TEST_CASE("A folder whose files do not fit together is refused in one sentence") {
  const TemporaryFolder folder;
  CHECK(TokenizerFolder::open(folder.path(""))
            .error()
            .message.find("tokenizer.json' does not exist") != std::string::npos);
  write(folder, "tokenizer.json", tokenizer);
  write(folder, "tokenizer_config.json", R"({"eos_token": "</s>"})");
  CHECK(TokenizerFolder::open(folder.path(""))
            .error()
            .message.find("has no token '</s>', which tokenizer_config.json has as eos_token") !=
        std::string::npos);
  write(folder, "tokenizer_config.json", "{}");
  write(folder, "config.json", R"({"eos_token_id": 4})");
  CHECK(TokenizerFolder::open(folder.path(""))
            .error()
            .message.find("a special token has the id 4; the vocabulary has the ids 0 to 3") !=
        std::string::npos);
}
