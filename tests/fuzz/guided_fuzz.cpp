/// \file guided_fuzz.cpp
/// Any bytes are a schema, a pattern or a grammar, or a sentence; and where they are one, mask and accept agree, on a walk
/// that the bytes choose, and no step leaves nothing.
///
/// Alone: clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -Iinclude tests/fuzz/guided_fuzz.cpp

#include <tamis/guided/grammar_guide.hpp>
#include <tamis/guided/json_schema.hpp>
#include <tamis/guided/read_grammar.hpp>
#include <tamis/guided/regex.hpp>

namespace {

using namespace tamis;
using namespace tamis::guided;

std::shared_ptr<const Vocabulary> tokens() {
  static const auto made = [] {
    std::vector<std::string> all;
    for (int byte = 0; byte < 256; ++byte) all.push_back(std::string(1, static_cast<char>(byte)));
    for (const char* more : {"\",", "\": ", "{\"", "}}", "]", "  ", "\n  ", "ab", "abc", "12", "true", "\xc3\xa9", "null}"}) all.push_back(more);
    all.push_back("");
    const auto end = static_cast<TokenId>(all.size() - 1);
    return std::make_shared<const Vocabulary>(all, std::vector<TokenId>{end});
  }();
  return made;
}

Result<Grammar> grammar_of(unsigned kind, std::string_view text) {
  switch (kind % 4) {
    case 0: return json_schema(text, {.lenient = kind % 8 >= 4});
    case 1: return regex(text, {.is_search = kind % 8 >= 4});
    case 2: return read_grammar(text, GrammarSyntax::bnf);
    default: return read_grammar(text, GrammarSyntax::lark);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(bytes + 1), size - 1);
  const auto grammar = grammar_of(bytes[0], text);
  if (!grammar) {
    if (grammar.error().message.empty()) __builtin_trap();
    return 0;
  }
  const auto compiled = CompiledGrammar::of(*grammar, tokens(), {.fuel = 200'000, .memory = 1 << 20});
  if (!compiled) {
    if (compiled.error().message.empty()) __builtin_trap();
    return 0;
  }
  GrammarGuide guide(*compiled);
  for (std::size_t step = 0; step < 8 && !guide.is_over(); ++step) {
    const auto mask = guide.mask();
    if (!mask) return 0;
    std::vector<TokenId> allowed;
    for (TokenId id = 0; static_cast<std::size_t>(id) < tokens()->size(); ++id) {
      if ((*mask)->allows(id)) allowed.push_back(id);
      GrammarGuide fork = guide;
      if (id % 16 == static_cast<TokenId>(step) && fork.accept(id) != (*mask)->allows(id)) __builtin_trap();
    }
    if (allowed.empty()) __builtin_trap();
    if (!guide.accept(allowed[bytes[step % size] % allowed.size()])) __builtin_trap();
  }
  return 0;
}
