#pragma once

/// \file bpe_from_json.hpp
/// The tokenizer of a model as HF keeps it: tokenizer.json.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "../io/gguf_value.hpp"
#include "../io/json_text.hpp"
#include "bpe.hpp"
#include "known_ends.hpp"
#include "tokenizer_settings.hpp"

namespace tamis {

namespace detail {

/// Takes what a byte-level tokenizer needs from a tokenizer.json. What is wrong first is
/// remembered; all later steps then do nothing.
class TokenizerJson {
 public:
  using Json = nlohmann::json;

  TokenizerJson(const Json& root, std::string name, TokenizerSettings settings)
      : root_(root), name_(std::move(name)), settings_(std::move(settings)) {}

  Result<Bpe> read() {
    read_model();
    read_added();
    read_split();
    read_normalizer();
    read_ending();
    read_settings();
    if (fault_) return Error{*fault_};
    parts_.tokens = tokens_;
    parts_.kinds = kinds_;
    parts_.merges = merges_;
    add_known_ends(parts_.special, parts_);
    auto bpe = Bpe::of(parts_);
    if (!bpe) return Error{"in " + name_ + ", " + bpe.error().message};
    if (const std::string_view unknown = text(member(member(root_, "model"), "unk_token"));
        !unknown.empty())
      for (unsigned byte = 0; byte < 256; ++byte)
        if (!bpe->has_symbol(static_cast<unsigned char>(byte)))
          return Error{"in " + name_ + ", bytes without a token become " + detail::quoted(unknown) +
                       " (model.unk_token); Tamis knows vocabularies with a token for each byte"};
    return bpe;
  }

 private:
  /// More tokens than any vocabulary has, so that one wrong id does not fill the memory.
  static constexpr std::size_t most_tokens = std::size_t{1} << 24;

  void fail(const std::string& sentence) {
    if (!fault_) fault_ = sentence;
  }
  void refuse(const std::string& part, const std::string& found, const std::string& known) {
    fail("in " + name_ + ", the " + part + " is " + found + "; Tamis knows " + known);
  }

  /// A member, or null, which stands for one that is not there.
  static const Json& member(const Json& object, const char* key) {
    static const Json none;
    if (!object.is_object()) return none;
    const auto found = object.find(key);
    return found == object.end() ? none : *found;
  }
  static std::string_view text(const Json& value) {
    const auto* string = value.get_ptr<const std::string*>();
    return string ? std::string_view(*string) : std::string_view();
  }
  static bool is(const Json& object, const char* key, bool otherwise) {
    const Json& value = member(object, key);
    return value.is_boolean() ? value.get<bool>() : otherwise;
  }
  /// The type of a part, '' if the part is not there.
  static std::string_view type(const Json& part) { return text(member(part, "type")); }
  static std::string type_text(const Json& part) {
    return type(part).empty() ? detail::quoted(part) : detail::quoted(type(part));
  }

  void set(const Json& id, std::string_view token, TokenKind kind) {
    if (!id.is_number_unsigned() || id.get<std::uint64_t>() >= most_tokens)
      return fail("in " + name_ + ", the token " + detail::quoted(token) + " has the id " +
                  detail::quoted(id) + "; a number from 0 to " + std::to_string(most_tokens - 1) +
                  " is needed");
    const auto at = id.get<std::size_t>();
    if (at >= tokens_.size()) {
      tokens_.resize(at + 1);
      kinds_.resize(at + 1, static_cast<std::int32_t>(TokenKind::unused));
    }
    if (kind == TokenKind::normal && !tokens_[at].empty())
      return fail("in " + name_ + ", the tokens " + detail::quoted(tokens_[at]) + " and " +
                  detail::quoted(token) + " have the same id, " + std::to_string(at));
    tokens_[at] = token;
    kinds_[at] = static_cast<std::int32_t>(kind);
  }

  void read_model() {
    const Json& model = member(root_, "model");
    // Files of long ago have no type; they are known by their merges.
    if (type(model) != "BPE" && !(type(model).empty() && member(model, "merges").is_array()))
      return refuse("model", type_text(model), "'BPE'");
    for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix"})
      if (!text(member(model, key)).empty())
        return refuse(std::string("model's ") + key, detail::quoted(member(model, key)), "none");
    if (is(model, "byte_fallback", false))
      return refuse("model's byte_fallback", "true", "byte-level models, which need none");
    if (const Json& dropout = member(model, "dropout"); dropout.is_number() && dropout != 0)
      return refuse("model's dropout", detail::quoted(dropout), "none");
    parts_.whole_words = is(model, "ignore_merges", false);

    const Json& vocabulary = member(model, "vocab");
    if (!vocabulary.is_object() || vocabulary.empty())
      return fail(name_ + " has no vocabulary: model.vocab must be an object of tokens and ids");
    for (const auto& [token, id] : vocabulary.items()) {
      if (fault_) return;
      set(id, token, TokenKind::normal);
    }
    read_merges(member(model, "merges"));
  }

  /// Merges are "left right", or ["left", "right"].
  void read_merges(const Json& merges) {
    if (!merges.is_array())
      return fail(name_ + " has no merges: model.merges must be a list of pairs of tokens");
    merges_owned_.reserve(merges.size());
    for (std::size_t at = 0; at < merges.size(); ++at) {
      const Json& merge = merges[at];
      if (merge.is_string()) {
        merges_owned_.push_back(merge.get<std::string>());
      } else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() &&
                 merge[1].is_string()) {
        merges_owned_.push_back(merge[0].get<std::string>() + " " + merge[1].get<std::string>());
      } else {
        return fail("in " + name_ + ", merge " + std::to_string(at) + " is " +
                    detail::quoted(merge) + "; two tokens are needed");
      }
    }
    merges_.assign(merges_owned_.begin(), merges_owned_.end());
  }

  void read_added() {
    const Json& added = member(root_, "added_tokens");
    if (fault_ || added.is_null()) return;
    if (!added.is_array()) return fail("in " + name_ + ", added_tokens is no list");
    for (const Json& token : added) {
      const std::string_view content = text(member(token, "content"));
      if (fault_) return;
      if (content.empty())
        return fail("in " + name_ + ", an added token is " + detail::quoted(token) +
                    "; an object with an id and content is needed");
      for (const char* key : {"single_word", "lstrip", "rstrip"})
        if (is(token, key, false))
          return fail("in " + name_ + ", the added token " + detail::quoted(content) + " has " +
                      key + ", which Tamis does not know");
      set(member(token, "id"), content,
          is(token, "special", false) ? TokenKind::control : TokenKind::user_defined);
    }
  }

  /// The ways to divide text that WordSplitter has, as they are written in files.
  void read_split() {
    if (fault_) return;
    static constexpr std::string_view known =
        "'ByteLevel', alone or after 'Digits' one by one, or after a 'Split' by the pattern of "
        "GPT-2, Llama 3 or Qwen 2";
    const Json& whole = member(root_, "pre_tokenizer");
    std::vector<const Json*> steps;
    if (type(whole) == "Sequence") {
      const Json& list = member(whole, "pretokenizers");
      for (const Json& step : list) steps.push_back(&step);
    } else {
      steps.push_back(&whole);
    }
    std::string names;
    for (const Json* step : steps) names += (names.empty() ? "" : ", ") + type_text(*step);
    const auto unknown = [&] { refuse("pre_tokenizer", names, std::string(known)); };

    if (steps.empty() || steps.size() > 2 || type(*steps.back()) != "ByteLevel") return unknown();
    const Json& last = *steps.back();
    if (is(last, "add_prefix_space", true))
      return refuse("pre_tokenizer's add_prefix_space", "true", "only false");
    const bool by_gpt2 = is(last, "use_regex", true);
    if (steps.size() == 1) {
      if (!by_gpt2) return refuse("pre_tokenizer's use_regex", "false", std::string(known));
      parts_.split = WordSplit::gpt2;
      return;
    }
    const Json& first = *steps.front();
    if (type(first) == "Digits" && by_gpt2) {
      if (!is(first, "individual_digits", false))
        return refuse("pre_tokenizer's individual_digits", "false", "only true");
      parts_.split = WordSplit::numbers;
    } else if (type(first) == "Split" && !by_gpt2) {
      read_pattern(first);
    } else {
      unknown();
    }
  }

  void read_pattern(const Json& split) {
    const std::string_view pattern = text(member(member(split, "pattern"), "Regex"));
    if (text(member(split, "behavior")) != "Isolated" || is(split, "invert", false))
      return refuse("pre_tokenizer's Split", detail::quoted(split),
                    "the behavior 'Isolated', not inverted");
    struct Known {
      std::string_view pattern;
      WordSplit split;
    };
    static constexpr Known patterns[] = {
        {R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)",
         WordSplit::gpt2},
        {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+)"
         R"([\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
         WordSplit::llama3},
        {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+)"
         R"([\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
         WordSplit::qwen2}};
    for (const Known& known : patterns)
      if (known.pattern == pattern) {
        parts_.split = known.split;
        return;
      }
    refuse("pattern that divides text into words", detail::quoted(pattern),
           "those of GPT-2, Llama 3 and Qwen 2");
  }

  void read_normalizer() {
    const Json& normalizer = member(root_, "normalizer");
    parts_.composes = type(normalizer) == "NFC";
    if (fault_ || normalizer.is_null() || parts_.composes) return;
    refuse("normalizer", type_text(normalizer), "none and 'NFC'");
  }

  /// What is put before a text, and what makes text of tokens again.
  void read_ending() {
    if (fault_) return;
    if (const Json& decoder = member(root_, "decoder");
        !decoder.is_null() && type(decoder) != "ByteLevel")
      return refuse("decoder", type_text(decoder), "'ByteLevel'");
    const Json& whole = member(root_, "post_processor");
    if (whole.is_null()) return;
    if (type(whole) != "Sequence") return read_processor(whole);
    for (const Json& step : member(whole, "processors")) read_processor(step);
  }

  void read_processor(const Json& step) {
    if (fault_ || type(step) == "ByteLevel") return;  // it moves offsets, no tokens
    if (type(step) != "TemplateProcessing")
      return refuse("post_processor", type_text(step), "'ByteLevel' and 'TemplateProcessing'");
    const Json& single = member(step, "single");
    std::vector<std::string_view> before;
    bool text_seen = false;
    for (const Json& item : single) {
      if (!member(item, "Sequence").is_null()) {
        text_seen = true;
      } else if (const auto id = text(member(member(item, "SpecialToken"), "id"));
                 !id.empty() && !text_seen) {
        before.push_back(id);
      } else {
        return refuse("post_processor", detail::quoted(single),
                      "one token before a text and none after it");
      }
    }
    if (before.empty()) return;
    const auto found = std::find(tokens_.begin(), tokens_.end(), before.front());
    if (before.size() > 1 || found == tokens_.end())
      return refuse("post_processor", detail::quoted(single),
                    "one token of the vocabulary before a text");
    parts_.special.begin = static_cast<TokenId>(found - tokens_.begin());
    parts_.special.needs_begin = true;
  }

  /// Who ends a text, and how it is filled up, the other files say.
  void read_settings() {
    const auto find = [&](std::string_view role, std::string_view token, TokenId& id) {
      if (fault_ || token.empty()) return;
      const auto found = std::find(tokens_.begin(), tokens_.end(), token);
      if (found == tokens_.end())
        return fail(name_ + " has no token " + detail::quoted(token) +
                    ", which tokenizer_config.json has as " + std::string(role));
      id = static_cast<TokenId>(found - tokens_.begin());
    };
    SpecialTokens& special = parts_.special;
    if (!special.needs_begin) find("bos_token", settings_.begin, special.begin);
    find("eos_token", settings_.end, special.end);
    find("pad_token", settings_.padding, special.padding);
    find("unk_token", settings_.unknown, special.unknown);
    special.ends = settings_.ends;
    if (special.end >= 0) special.ends.push_back(special.end);
  }

  const Json& root_;
  std::string name_;
  TokenizerSettings settings_;
  BpeParts parts_;
  std::vector<std::string_view> tokens_;  // into root_, by id
  std::vector<std::int32_t> kinds_;
  std::vector<std::string> merges_owned_;
  std::vector<std::string_view> merges_;
  std::optional<std::string> fault_;
};

}  // namespace detail

/// The tokenizer that a tokenizer.json describes. Read are byte-level BPE models with the words of
/// GPT-2, of GPT-2 after HF's Digits, of Llama 3 and of Qwen 2; their added tokens, special or not;
/// the normalizer NFC; and a token that a template puts before a text. What else a file may ask
/// for, such as another normalizer, is refused by its name, for the tokens would be wrong.
///
/// The file does not say which token ends a text: `special().ends` has those with a name known to
/// do so, and those of the settings.
///
/// \param name  what the sentences call the text
inline Result<Bpe> bpe_from_json(std::string_view text, std::string name = "the tokenizer",
                                 TokenizerSettings settings = {}) {
  const auto root = parse_json_object(text, name);
  if (!root) return root.error();
  return detail::TokenizerJson(*root, std::move(name), std::move(settings)).read();
}

}  // namespace tamis
