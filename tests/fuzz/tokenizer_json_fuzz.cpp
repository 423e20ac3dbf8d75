/// \file tokenizer_json_fuzz.cpp
/// Any text is a tokenizer.json or a sentence, and a tokenizer keeps its laws; the same of the
/// files beside it.
///
/// Begin with the files in tests/fuzz/corpus/tokenizer_json.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <tamis/tokenizers/bpe_from_json.hpp>
#include <tamis/tokenizers/tokenizer_settings.hpp>

using namespace tamis;

static void require(bool holds) {
  if (!holds) std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto settings = TokenizerSettings::read(text);
  require(settings.has_value() || !settings.error().message.empty());
  TokenizerSettings plain = settings ? *settings : TokenizerSettings();
  if (const auto added = plain.add_ends(text); !added) require(!added.error().message.empty());

  for (const bool with_settings : {false, true}) {
    const auto bpe = bpe_from_json(text, "fuzz", with_settings ? plain : TokenizerSettings());
    if (!bpe) {
      require(!bpe.error().message.empty());
      continue;
    }
    for (const TokenId end : bpe->special().ends) require(end >= -1 && end < bpe->vocab_size());
    for (const std::string_view some :
         {text.substr(0, 200), std::string_view("ab a  1'll\n\n<s>x")})
      for (const bool special : {false, true}) {
        const auto ids = bpe->encode(some, {.parse_special = special});
        require(bpe->decode(ids).has_value());
      }
  }
  return 0;
}
