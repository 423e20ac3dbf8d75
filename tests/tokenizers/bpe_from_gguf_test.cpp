#include <cstddef>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <tamis/tokenizers/bpe_from_gguf.hpp>
#include <tamis/tokenizers/detokenizer.hpp>
#include <vector>

#include "catch.hpp"
#include "smollm.hpp"

using namespace tamis;

static std::vector<nlohmann::json> golden(const std::string& name) {
  std::ifstream file(TAMIS_TESTS_DIR "/golden/" + name);
  std::vector<nlohmann::json> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(nlohmann::json::parse(line));
  REQUIRE_FALSE(lines.empty());
  return lines;
}

TEST_CASE("Every golden text has its golden tokens, and they become its text again") {
  const auto bpe = smollm_tokenizer();
  if (!bpe) return;
  for (const auto& line : golden("tokenizer.jsonl")) {
    const auto text = line["text"].get<std::string>();
    const auto ids = line["ids"].get<std::vector<TokenId>>();
    INFO(text);
    CHECK(bpe->encode(text) == ids);
    CHECK(*bpe->decode(ids) == line["decoded"].get<std::string>());
    Detokenizer detokenizer;
    std::string streamed;
    for (const TokenId id : ids) streamed += detokenizer.push(bpe->bytes(id));
    CHECK(streamed + detokenizer.finish() == line["decoded"].get<std::string>());
  }
}

TEST_CASE("The golden prompts and generations have their golden tokens") {
  const auto bpe = smollm_tokenizer();
  if (!bpe) return;
  for (const auto& line : golden("generations.jsonl")) {
    CHECK(bpe->encode(line["prompt"].get<std::string>()) ==
          line["prompt_ids"].get<std::vector<TokenId>>());
    if (line.contains("new_ids"))
      CHECK(*bpe->decode(line["new_ids"].get<std::vector<TokenId>>()) ==
            line["text"].get<std::string>());
  }
  for (const auto& line : golden("next_token.jsonl"))
    CHECK(bpe->encode(line["prompt"].get<std::string>()) ==
          line["ids"].get<std::vector<TokenId>>());
}

TEST_CASE("The special tokens of SmolLM2 are known") {
  const auto bpe = smollm_tokenizer();
  if (!bpe) return;
  CHECK(bpe->vocab_size() == 49152);
  CHECK(bpe->special().begin == 1);
  CHECK_FALSE(bpe->special().needs_begin);
  CHECK(bpe->special().end == 2);
  CHECK(bpe->special().ends == std::vector<TokenId>{0, 2});
  CHECK(bpe->special().padding == 2);
  CHECK(bpe->special().unknown == 0);
  CHECK(bpe->find("<|im_end|>") == 2);
  for (TokenId id = 0; id < bpe->vocab_size(); ++id) REQUIRE(bpe->is_special(id) == (id < 17));
}

/// A GGUF file in memory, of metadata only.
class Metadata {
 public:
  Metadata& text(std::string_view key, std::string_view value) {
    begin(key, 8);
    string(value);
    return *this;
  }
  Metadata& number(std::string_view key, std::uint32_t value) {
    begin(key, 4);
    put(value);
    return *this;
  }
  Metadata& flag(std::string_view key, bool value) {
    begin(key, 7);
    put(static_cast<std::uint8_t>(value));
    return *this;
  }
  Metadata& texts(std::string_view key, const std::vector<std::string_view>& values) {
    begin(key, 9);
    put(std::uint32_t{8});
    put(std::uint64_t{values.size()});
    for (const auto value : values) string(value);
    return *this;
  }
  Metadata& numbers(std::string_view key, const std::vector<std::int32_t>& values) {
    begin(key, 9);
    put(std::uint32_t{5});
    put(std::uint64_t{values.size()});
    for (const auto value : values) put(value);
    return *this;
  }
  Result<Bpe> bpe() const {
    std::string file = "GGUF";
    append(file, std::uint32_t{3});
    append(file, std::uint64_t{0});
    append(file, count_);
    file += bytes_;
    const auto gguf = Gguf::parse(std::as_bytes(std::span(file)), "test.gguf");
    if (!gguf) return gguf.error();
    return bpe_from_gguf(*gguf);  // the strings go with `file`: the tokenizer must not need them
  }
  std::string fault() const {
    const auto made = bpe();
    REQUIRE_FALSE(made);
    return made.error().message;
  }

 private:
  template <class T>
  static void append(std::string& bytes, T value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  template <class T>
  void put(T value) {
    append(bytes_, value);
  }
  void string(std::string_view text) {
    put(std::uint64_t{text.size()});
    bytes_ += text;
  }
  void begin(std::string_view key, std::uint32_t kind) {
    string(key);
    put(kind);
    ++count_;
  }

  std::string bytes_;
  std::uint64_t count_ = 0;
};

static Metadata small(std::string_view model = "gpt2", std::string_view pre = "smollm") {
  Metadata metadata;
  metadata.text("tokenizer.ggml.model", model).text("tokenizer.ggml.pre", pre);
  metadata.texts("tokenizer.ggml.tokens", {"a", "b", "ab", "<|im_end|>", "<|endoftext|>", "</s>"});
  metadata.texts("tokenizer.ggml.merges", {"a b"});
  return metadata;
}

TEST_CASE("A small file gives a small tokenizer") {
  const auto bpe = small().bpe();
  REQUIRE(bpe);
  CHECK(bpe->encode("abb") == std::vector<TokenId>{2, 1});
  CHECK(bpe->special().ends.empty());
  CHECK(small("gpt2", "gpt-2").bpe());
}

TEST_CASE("What ends a generation is what the file says, and the control tokens known for it") {
  auto metadata = small();
  metadata.numbers("tokenizer.ggml.token_type", {1, 1, 1, 3, 3, 3});
  metadata.number("tokenizer.ggml.eos_token_id", 5).number("tokenizer.ggml.eot_token_id", 3);
  metadata.number("tokenizer.ggml.bos_token_id", 4).flag("tokenizer.ggml.add_bos_token", true);
  const auto bpe = metadata.bpe();
  REQUIRE(bpe);
  CHECK(bpe->special().end == 5);
  CHECK(bpe->special().ends == std::vector<TokenId>{3, 4, 5});
  CHECK(bpe->special().needs_begin);
}

TEST_CASE("A tokenizer of another kind is refused by its name") {
  CHECK(small("llama").fault() ==
        "test.gguf has a tokenizer of the kind 'llama'; Tamis reads the kind 'gpt2', byte-level "
        "byte-pair encoding");
  CHECK(small("gpt2", "falcon").fault() ==
        "test.gguf divides text into words in the way 'falcon'; Tamis knows 'smollm', 'gpt-2', "
        "'llama-bpe' and 'qwen2'");
}

TEST_CASE("What is missing or does not fit is refused in words") {
  CHECK(Metadata().fault() == "test.gguf has no value named 'tokenizer.ggml.model'");
  CHECK(Metadata().text("tokenizer.ggml.model", "gpt2").fault() ==
        "test.gguf has no value named 'tokenizer.ggml.pre'");
  CHECK(small().number("tokenizer.ggml.eos_token_id", 6).fault() ==
        "in test.gguf, 'tokenizer.ggml.eos_token_id' is 6; the vocabulary has the ids 0 to 5");
  CHECK(small().numbers("tokenizer.ggml.token_type", {1, 1}).fault() ==
        "in the tokenizer of test.gguf, the vocabulary has 6 tokens, but the types of 2; one for "
        "each token is needed");
  auto without_merges = Metadata();
  without_merges.text("tokenizer.ggml.model", "gpt2").text("tokenizer.ggml.pre", "smollm");
  without_merges.texts("tokenizer.ggml.tokens", {});
  CHECK(without_merges.fault() == "test.gguf has no value named 'tokenizer.ggml.merges'");
  CHECK(without_merges.texts("tokenizer.ggml.merges", {}).fault() ==
        "in the tokenizer of test.gguf, the vocabulary is empty; a tokenizer needs tokens");
}
