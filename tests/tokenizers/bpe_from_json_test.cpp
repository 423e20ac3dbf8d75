#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <tamis/tokenizers/bpe_from_json.hpp>
#include <vector>

#include "catch.hpp"
#include "smollm.hpp"
#include "tokenizer_json.hpp"

using namespace tamis;
using nlohmann::json;

/// A file with the tokens a, b, Ġ, ab, Ġab and the added tokens <s> and <user>.
static json small() {
  return {{"added_tokens",
           {{{"id", 5}, {"content", "<s>"}, {"special", true}},
            {{"id", 6}, {"content", "<user>"}, {"special", false}}}},
          {"normalizer", nullptr},
          {"pre_tokenizer", byte_level()},
          {"decoder", byte_level()},
          {"model",
           {{"type", "BPE"},
            {"vocab", {{"a", 0}, {"b", 1}, {"\u0120", 2}, {"ab", 3}, {"\u0120ab", 4}}},
            {"merges", {"a b", json::array({"\u0120", "ab"})}}}}};
}

static std::vector<TokenId> encode(const json& file, std::string_view text) {
  const auto bpe = bpe_from_json(file.dump());
  if (!bpe) FAIL(bpe.error().message);
  return bpe->encode(text);
}

/// Why the file with this value at this place is refused.
static std::string fault(const std::string& place, const json& value) {
  json file = small();
  file[json::json_pointer(place)] = value;
  const auto bpe = bpe_from_json(file.dump(), "'tokenizer.json'");
  return bpe ? "" : bpe.error().message;
}

TEST_CASE("SmolLM2's tokenizer is the same from a tokenizer.json as from the GGUF file") {
  const auto gguf = smollm_gguf();
  if (!gguf) return;
  const auto bpe = bpe_from_json(tokenizer_json_of(*gguf).dump());
  if (!bpe) FAIL(bpe.error().message);
  const auto other = bpe_from_gguf(*gguf);
  REQUIRE(bpe->vocab_size() == other->vocab_size());
  bool same = true;
  for (TokenId id = 0; id < bpe->vocab_size(); ++id)
    same =
        same && bpe->bytes(id) == other->bytes(id) && bpe->is_special(id) == other->is_special(id);
  CHECK(same);
  CHECK(bpe->special().ends == other->special().ends);
  std::ifstream golden(TAMIS_TESTS_DIR "/golden/tokenizer.jsonl");
  int lines = 0;
  for (std::string line; std::getline(golden, line); ++lines) {
    const auto text = json::parse(line)["text"].get<std::string>();
    CHECK(bpe->encode(text) == json::parse(line)["ids"].get<std::vector<TokenId>>());
  }
  CHECK(lines > 5);
}

TEST_CASE("Added tokens are made from their names; special ones where that is wanted") {
  const auto bpe = bpe_from_json(small().dump());
  REQUIRE(bpe);
  CHECK(bpe->vocab_size() == 7);
  CHECK(bpe->encode("ab<s> ab<user>a") == std::vector<TokenId>{3, 5, 4, 6, 0});
  CHECK(bpe->encode("<user>", {.parse_special = false}) == std::vector<TokenId>{6});
  CHECK(bpe->encode("<s>", {.parse_special = false}).empty());  // it has no token for a byte of it
  CHECK(bpe->is_special(5));
  CHECK(!bpe->is_special(6));
}

TEST_CASE("A word that is a token is that token where merges are to be ignored") {
  json file = small();
  file["model"]["vocab"]["bb"] = 7;
  CHECK(encode(file, "bb") == std::vector<TokenId>{1, 1});
  file["model"]["ignore_merges"] = true;
  CHECK(encode(file, "bb") == std::vector<TokenId>{7});
  CHECK(encode(file, "bb ab bbb") == std::vector<TokenId>{7, 4, 2, 1, 1, 1});
}

TEST_CASE("The ways to divide text that files name are known, and others refused by name") {
  json file = small();
  file["pre_tokenizer"] = {
      {"type", "Sequence"},
      {"pretokenizers", {{{"type", "Digits"}, {"individual_digits", true}}, byte_level()}}};
  CHECK(bpe_from_json(file.dump()));
  const auto split = [](const std::string& pattern) {
    return json{{"type", "Sequence"},
                {"pretokenizers",
                 {{{"type", "Split"},
                   {"pattern", {{"Regex", pattern}}},
                   {"behavior", "Isolated"},
                   {"invert", false}},
                  byte_level(false)}}};
  };
  const std::string qwen2 =
      R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|)"
      R"(\s*[\r\n]+|\s+(?!\S)|\s+)";
  CHECK(fault("/pre_tokenizer", split(qwen2)).empty());
  CHECK(
      fault("/pre_tokenizer", split("\\w+")) ==
      "in 'tokenizer.json', the pattern that divides text into words is '\\w+'; Tamis knows those "
      "of GPT-2, Llama 3 and Qwen 2");
  CHECK(fault("/pre_tokenizer", {{"type", "Metaspace"}}) ==
        "in 'tokenizer.json', the pre_tokenizer is 'Metaspace'; Tamis knows 'ByteLevel', alone or "
        "after 'Digits' one by one, or after a 'Split' by the pattern of GPT-2, Llama 3 or Qwen 2");
  CHECK(
      fault("/pre_tokenizer/add_prefix_space", true) ==
      "in 'tokenizer.json', the pre_tokenizer's add_prefix_space is true; Tamis knows only false");
  CHECK(fault("/pre_tokenizer", nullptr).find("the pre_tokenizer is null") != std::string::npos);
}

TEST_CASE("Text is composed first where the normalizer is NFC, and marks of the format are not") {
  json file = small();
  file["model"]["vocab"]["\u00c3"] = 7;  // the two bytes of an e with an acute accent
  file["model"]["vocab"]["\u00a9"] = 8;
  CHECK(encode(file, "ae\u0301<s>").size() == 2);  // neither e nor the accent has a token
  file["normalizer"] = {{"type", "NFC"}};
  CHECK(encode(file, "ae\u0301<s>e\u0301") == std::vector<TokenId>{0, 7, 8, 5, 7, 8});
}

TEST_CASE("A token that a template puts before a text is known") {
  json file = small();
  const json template_of_llama = {{"type", "TemplateProcessing"},
                                  {"single",
                                   {{{"SpecialToken", {{"id", "<s>"}, {"type_id", 0}}}},
                                    {{"Sequence", {{"id", "A"}, {"type_id", 0}}}}}}};
  file["post_processor"] = {{"type", "Sequence"},
                            {"processors", {byte_level(), template_of_llama}}};
  const auto bpe = bpe_from_json(file.dump());
  if (!bpe) FAIL(bpe.error().message);
  CHECK(bpe->special().needs_begin);
  CHECK(bpe->special().begin == 5);
  CHECK(bpe->encode("a") == std::vector<TokenId>{0});

  json after = template_of_llama;
  after["single"].push_back(after["single"][0]);
  CHECK(fault("/post_processor", after).find("one token before a text and none after it") !=
        std::string::npos);
}

TEST_CASE("What a tokenizer.json asks for that Tamis does not do is refused by its name") {
  CHECK(fault("/model/type", "Unigram") ==
        "in 'tokenizer.json', the model is 'Unigram'; Tamis knows 'BPE'");
  CHECK(fault("/model/byte_fallback", true) ==
        "in 'tokenizer.json', the model's byte_fallback is true; Tamis knows byte-level models, "
        "which need none");
  CHECK(fault("/model/end_of_word_suffix", "</w>") ==
        "in 'tokenizer.json', the model's end_of_word_suffix is \"</w>\"; Tamis knows none");
  CHECK(fault("/model/dropout", 0.1) ==
        "in 'tokenizer.json', the model's dropout is 0.1; Tamis knows none");
  CHECK(fault("/model/unk_token", "<unk>").find("bytes without a token become '<unk>'") !=
        std::string::npos);
  CHECK(fault("/normalizer", {{"type", "Lowercase"}}) ==
        "in 'tokenizer.json', the normalizer is 'Lowercase'; Tamis knows none and 'NFC'");
  CHECK(fault("/decoder", {{"type", "WordPiece"}}) ==
        "in 'tokenizer.json', the decoder is 'WordPiece'; Tamis knows 'ByteLevel'");
  CHECK(fault("/post_processor", {{"type", "BertProcessing"}}) ==
        "in 'tokenizer.json', the post_processor is 'BertProcessing'; Tamis knows 'ByteLevel' and "
        "'TemplateProcessing'");
  CHECK(fault("/added_tokens/0/lstrip", true) ==
        "in 'tokenizer.json', the added token '<s>' has lstrip, which Tamis does not know");
}

TEST_CASE("What is missing or damaged in a tokenizer.json is said in one sentence") {
  CHECK(fault("/model/vocab", json::object()) ==
        "'tokenizer.json' has no vocabulary: model.vocab must be an object of tokens and ids");
  CHECK(fault("/model/vocab/a", -1).find("the token 'a' has the id -1; a number from 0") !=
        std::string::npos);
  CHECK(fault("/model/vocab/a", 1000000000).find("has the id 1000000000") != std::string::npos);
  CHECK(fault("/model/vocab/a", 1) ==
        "in 'tokenizer.json', the tokens 'a' and 'b' have the same id, 1");
  CHECK(fault("/model/merges", 3) ==
        "'tokenizer.json' has no merges: model.merges must be a list of pairs of tokens");
  CHECK(fault("/model/merges/0", json::array({"a"})) ==
        "in 'tokenizer.json', merge 0 is [\"a\"]; two tokens are needed");
  CHECK(
      fault("/model/merges/0", "a c").find("needs the token 'c', which the vocabulary does not") !=
      std::string::npos);
  CHECK(fault("/added_tokens/0", 7).find("an added token is 7; an object with an id and content") !=
        std::string::npos);
  CHECK(bpe_from_json("").error().message.find("the tokenizer is empty") == 0);
  CHECK(!bpe_from_json("{}"));
}
