#include <tamis/guided/token_slices.hpp>
#include <tamis/guided/vocabulary.hpp>

#include <random>
#include <thread>

#include "catch.hpp"

using namespace tamis;
using namespace tamis::guided;

namespace {

CharacterClass letters_from(char first, char last, bool all_others) {
  CharacterClass made;
  for (int c = first; c <= last; ++c) made.ascii[1] |= std::uint64_t{1} << (c - 64);
  made.all_others = all_others;
  return made;
}

TokenSlices::Key key_of(const CharacterClass& c) {
  TokenSlices::Key key;
  key.then = c;
  for (unsigned byte = 0; byte < 0x80; ++byte)
    if (c.contains(byte)) key.first.add(byte);
  if (c.all_others) key.first.add(0xc2, 0xf4);
  return key;
}

/// Whether the bytes are characters of the class, the last perhaps cut off: read a byte at a time.
bool is_made_of(std::string_view bytes, const CharacterClass& c) {
  for (std::size_t at = 0; at < bytes.size();) {
    const auto lead = static_cast<unsigned char>(bytes[at++]);
    if (lead < 0x80) {
      if (!c.contains(lead)) return false;
      continue;
    }
    auto rest = TokenTree::lead_of(lead);
    if (!c.all_others || rest.bytes < 0) return false;
    for (; rest.bytes > 0 && at < bytes.size(); rest = {rest.bytes - 1}) {
      const auto byte = static_cast<unsigned char>(bytes[at++]);
      if (byte < rest.first || byte > rest.last) return false;
    }
  }
  return true;
}

bool has(const TokenSlice& slice, std::size_t id) {
  return (slice.words[id / 32] >> (id % 32) & 1u) != 0;
}

std::vector<std::string> random_tokens(std::mt19937& chance, std::size_t count) {
  const std::vector<std::string> parts = {
      "a", "b", "c", "x", "\"", "\xc3\xa9", "\xe2\x82\xac", "\xe2\x82", "\xff", "\x80"};
  std::vector<std::string> tokens(count);
  for (std::string& token : tokens)
    for (std::size_t n = 1 + chance() % 5; n > 0; --n)
      token += parts[chance() % (chance() % 4 == 0 ? parts.size() : 4)];
  return tokens;
}

}  // namespace

TEST_CASE(
    "A slice has the tokens that are made of the class, and its rest all others that begin so") {
  std::mt19937 chance(3);
  for (int round = 0; round < 50; ++round) {
    const std::vector<std::string> tokens = random_tokens(chance, 300);
    const Vocabulary v(tokens, {});
    const CharacterClass c = letters_from('a', round % 2 == 0 ? 'c' : 'b', round % 3 != 0);
    const TokenSlices::Key key = key_of(c);
    const auto slice = v.slices().of(v.tree(), v.words(), key);
    REQUIRE(slice->is_worth_it);
    std::vector<bool> in_rest(tokens.size());
    for (const TokenSlice::Tree& tree : slice->trees) {
      std::string path;
      for (std::uint32_t at = tree.begin; at < tree.end; ++at) {
        const TokenTree::Node& node = slice->rest[at];
        REQUIRE(node.end > at);
        REQUIRE(node.end <= tree.end);
        path.resize(node.depth);
        path.push_back(static_cast<char>(node.byte));
        for (std::uint32_t place = node.tokens; place < node.below; ++place) {
          const auto id = static_cast<std::size_t>(v.tree().ids()[place]);
          REQUIRE(tokens[id] == path);
          in_rest[id] = true;
        }
      }
    }
    for (std::size_t id = 0; id < tokens.size(); ++id) {
      const bool begins = key.first.contains(static_cast<unsigned char>(tokens[id].front()));
      INFO("round " << round << ", token " << id);
      REQUIRE(has(*slice, id) == is_made_of(tokens[id], c));
      if (begins && !has(*slice, id)) REQUIRE(in_rest[id]);
      if (!begins) REQUIRE_FALSE((has(*slice, id) || in_rest[id]));
    }
  }
}

TEST_CASE("A slice may begin below a node, with other bytes than it goes on with") {
  const Vocabulary v({" ab", " ba", " aa", "ab", " a", " c", " abc"}, {});
  TokenSlices::Key key;
  key.node = v.tree().root_of(' ');
  key.first.add('a');
  key.then = letters_from('b', 'b', false);
  const auto slice = v.slices().of(v.tree(), v.words(), key);
  CHECK(slice->words[0] == 0b10001u);  // " ab" and " a"
  REQUIRE(slice->trees.size() == 1);
  CHECK(slice->rest.size() == 4);  // a, below it another a, and b with its c
}

TEST_CASE("A slice that would leave nearly everything to its rest is not kept") {
  std::vector<std::string> tokens;
  for (char a = 'a'; a <= 'z'; ++a)
    for (char b = 'a'; b <= 'z'; ++b)
      for (char c = 'a'; c <= 'z'; ++c) tokens.push_back({a, b, c});
  const Vocabulary v(tokens, {});
  TokenSlices::Key key = key_of(letters_from('a', 'z', false));
  CHECK(v.slices().of(v.tree(), v.words(), key)->is_worth_it);
  key.then = letters_from('a', 'b', false);
  const auto slice = v.slices().of(v.tree(), v.words(), key);
  CHECK_FALSE(slice->is_worth_it);
  CHECK(slice->rest.empty());
}

TEST_CASE("Slices are found again, and the one that was asked for longest ago is let go") {
  std::mt19937 chance(4);
  const Vocabulary v(random_tokens(chance, 100), {});
  TokenSlices few({.slices = 3});
  const auto of = [&](char last) {
    return few.of(v.tree(), v.words(), key_of(letters_from('a', last, false)));
  };
  const auto a = of('a'), b = of('b'), c = of('c');
  CHECK(of('a') == a);
  const auto d = of('d');  // lets b go
  CHECK(few.size() == 3);
  CHECK(of('a') == a);
  CHECK(of('c') == c);
  CHECK(of('b') != b);
  CHECK(of('d') != d);
  TokenSlices small({.slices = 100, .bytes = a->bytes() + b->bytes()});
  for (const char last : {'a', 'b', 'c', 'd', 'e'})
    small.of(v.tree(), v.words(), key_of(letters_from('a', last, false)));
  CHECK(small.size() <= 2);
  CHECK(small.bytes() <= a->bytes() + b->bytes());
}

TEST_CASE("Of bytes that may not come after the class nothing is left in the rest") {
  const Vocabulary v({"ab", "a!", "a?", "ab!a", "b?", "!"}, {});
  TokenSlices::Key key = key_of(letters_from('a', 'b', false));
  key.exits = {};
  key.exits.add('!');
  const auto slice = v.slices().of(v.tree(), v.words(), key);
  CHECK(slice->words[0] == 0b1u);
  CHECK(slice->trees.size() == 1);  // that of b is empty
  for (const TokenTree::Node& node : slice->rest) CHECK(node.byte != '?');
}

TEST_CASE("Tokens are measured in characters, of which the last may be cut off") {
  const Vocabulary v({"a", "ab", "\xc3\xa9", "\xc3", "a\xe2\x82", "abc",
                      "\xe2\x82\xac"
                      "bc"},
                     {});
  const auto at_most = [&](std::size_t n) {
    return (*v.slices().at_most(v.tree(), v.words(), n))[0];
  };
  CHECK(at_most(0) == 0);
  CHECK(at_most(1) == 0b1101u);
  CHECK(at_most(2) == 0b11111u);
  CHECK(at_most(3) == 0b1111111u);
  CHECK(at_most(1) == 0b1101u);
}

TEST_CASE("Several threads may ask for slices") {
  std::mt19937 chance(5);
  const Vocabulary v(random_tokens(chance, 300), {});
  TokenSlices slices({.slices = 2});
  std::vector<std::vector<std::uint32_t>> expected;
  for (const char last : {'a', 'b', 'c'})
    expected.push_back(
        v.slices().of(v.tree(), v.words(), key_of(letters_from('a', last, true)))->words);
  std::vector<int> right(4);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < right.size(); ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < 60; ++i) {
        const std::size_t at = (i * (t + 1)) % 3;
        right[t] += slices
                        .of(v.tree(), v.words(),
                            key_of(letters_from('a', static_cast<char>('a' + at), true)))
                        ->words == expected[at];
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK((right == std::vector<int>{60, 60, 60, 60}));
  CHECK(slices.size() == 2);
}
