/// \file tokenizer_fuzz.cpp
/// Arbitrary bytes as text, as a vocabulary with merges, as a chat template and as stop strings:
/// nothing crashes, and the laws of the tokenizer hold.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <tamis/generation/stop_strings.hpp>
#include <tamis/tokenizers/bpe_from_gguf.hpp>
#include <tamis/tokenizers/chat_template.hpp>
#include <tamis/tokenizers/detokenizer.hpp>
#include <vector>

using namespace tamis;

static void require(bool holds) {
  if (!holds) std::abort();
}

/// Hands out the input in pieces.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size)
      : rest_(reinterpret_cast<const char*>(data), size) {}

  std::uint8_t byte() {
    const auto piece = take(1);
    return piece.empty() ? 0 : static_cast<std::uint8_t>(piece.front());
  }
  std::string_view take(std::size_t size) {
    const std::string_view piece = rest_.substr(0, size);
    rest_.remove_prefix(piece.size());
    return piece;
  }
  std::string_view rest() { return take(rest_.size()); }
  bool is_over() const { return rest_.empty(); }

  /// What stands before the next line break.
  std::string_view line() {
    const std::string_view line = take(rest_.find('\n'));
    take(1);
    return line;
  }

 private:
  std::string_view rest_;
};

/// A tokenizer with a symbol for every byte.
static const Bpe& bytes_and_words() {
  static const Bpe bpe = [] {
    std::vector<std::string> owned;
    for (int byte = 0; byte < 256; ++byte)
      owned.push_back(ByteAlphabet::character(static_cast<unsigned char>(byte)));
    const std::string space = ByteAlphabet::character(' ');
    const std::vector<std::string> merges{
        space + " t", "t h",  space + "t h",      "th e", "a a",
        "aa aa",      "a aa", "aaaa a",           "' s",  "\u00c3 \u00a9",
        "1 1",        "! !",  space + " " + space};
    for (const std::string& merge : merges) {
      const std::size_t at = merge.find(' ');
      owned.push_back(merge.substr(0, at) + merge.substr(at + 1));
    }
    std::vector<std::int32_t> kinds(owned.size(), 1);
    for (const char* mark : {"<|im_start|>", "<|im_end|>", "<|im", "aab"}) {
      owned.push_back(mark);
      kinds.push_back(std::string_view(mark) == "aab" ? 4 : 3);
    }
    const std::vector<std::string_view> tokens(owned.begin(), owned.end());
    const std::vector<std::string_view> views(merges.begin(), merges.end());
    BpeParts parts;
    parts.tokens = tokens;
    parts.kinds = kinds;
    parts.merges = views;
    parts.split = WordSplit::numbers;
    auto made = Bpe::of(parts);
    require(made.has_value());
    return *std::move(made);
  }();
  return bpe;
}

static void as_text(Input input) {
  const Bpe& bpe = bytes_and_words();
  std::vector<std::size_t> sizes;
  for (int i = 0; i < 8; ++i) sizes.push_back(1 + input.byte() % 7);
  const std::string_view text = input.rest();

  for (const WordSplit split : {WordSplit::gpt2, WordSplit::numbers}) {
    std::string together;
    WordSplitter words(split, text);
    for (auto word = words.next(); !word.empty(); word = words.next()) together += word;
    require(together == text);
  }
  for (const bool parse_special : {true, false}) {
    const auto ids = bpe.encode(text, {parse_special});
    std::string back, streamed;
    Detokenizer detokenizer;
    for (const TokenId id : ids) {
      back += bpe.bytes(id);
      streamed += detokenizer.push(bpe.bytes(id));
      require(detokenizer.held() <= 3);
      require(parse_special || !bpe.is_special(id));
    }
    streamed += detokenizer.finish();
    require(back == text);
    const auto decoded = bpe.decode(ids);
    require(decoded && *decoded == streamed);

    std::string divided;
    for (std::size_t at = 0, i = 0; at < text.size(); at += sizes[i++ % 8])
      divided += detokenizer.push(text.substr(at, sizes[i % 8]));
    divided += detokenizer.finish();
    require(divided == streamed);
    for (std::string_view rest = divided; !rest.empty();) {
      const Utf8Step step = utf8_step(rest);
      require(step.kind == Utf8Step::Kind::whole);
      rest.remove_prefix(step.length);
    }
  }
}

static void as_vocabulary(Input input) {
  std::vector<std::string_view> tokens, merges;
  std::vector<std::int32_t> kinds;
  const bool has_kinds = input.byte() % 2;
  const auto split = static_cast<WordSplit>(input.byte() % 3);
  for (auto line = input.line(); !line.empty(); line = input.line()) {
    if (has_kinds) {
      kinds.push_back(line.front() % 8);
      line.remove_prefix(1);
    }
    tokens.push_back(line);
  }
  for (auto line = input.line(); !line.empty(); line = input.line()) merges.push_back(line);
  const std::string_view text = input.rest();

  BpeParts parts;
  parts.tokens = tokens;
  parts.kinds = kinds;
  parts.merges = merges;
  parts.split = split;
  const auto bpe = Bpe::of(parts);
  if (!bpe) return require(!bpe.error().message.empty());
  for (const bool parse_special : {true, false}) {
    const auto ids = bpe->encode(text, {parse_special});
    for (const TokenId id : ids) require(id >= 0 && id < bpe->vocab_size());
    require(bpe->decode(ids).has_value());
  }
}

static void as_gguf(Input input) {
  const std::string_view bytes = input.rest();
  const auto gguf = Gguf::parse(std::as_bytes(std::span(bytes)));
  if (!gguf) return;
  const auto bpe = bpe_from_gguf(*gguf);
  if (bpe) bpe->encode("a b");
}

static void as_template(Input input) {
  const auto chat = ChatTemplate::of(input.rest());
  if (chat) chat->apply({});
}

static void as_stop_strings(Input input) {
  std::vector<std::string> strings;
  const auto ending = input.byte() % 2 ? StopStrings::Ending::kept : StopStrings::Ending::trimmed;
  for (auto line = input.line(); !line.empty(); line = input.line()) strings.emplace_back(line);
  const std::size_t size = 1 + input.byte() % 5;
  const std::string_view text = input.take(500);

  auto stops = StopStrings::of(strings, ending);
  require(stops.has_value());
  std::string shown;
  for (std::size_t at = 0; at < text.size(); at += size)
    shown += stops->push(text.substr(at, size));
  shown += stops->finish();

  std::string expected(text);
  std::size_t length = 0;
  for (std::size_t end = 1; end <= text.size() && length == 0; ++end) {
    for (const std::string& string : strings)
      if (text.substr(0, end).ends_with(string)) length = std::max(length, string.size());
    if (length > 0)
      expected = text.substr(0, ending == StopStrings::Ending::kept ? end : end - length);
  }
  require(shown == expected);
  require(stops->found().has_value() == (length > 0));
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  switch (input.byte() % 5) {
    case 0:
      as_text(input);
      break;
    case 1:
      as_vocabulary(input);
      break;
    case 2:
      as_gguf(input);
      break;
    case 3:
      as_template(input);
      break;
    default:
      as_stop_strings(input);
      break;
  }
  return 0;
}
