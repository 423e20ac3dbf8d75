#include <tamis/guided/vocabulary.hpp>

#include "catch.hpp"

using namespace tamis;
using namespace tamis::guided;

namespace {

const std::vector<std::string> tokens = {"b",    "ab",       "a",          "",       "abc", "a",
                                         "\xc3", "\xc3\xa9", "a\xc3\xa9!", "ad\xff", "</s>"};

}  // namespace

TEST_CASE("The tokens are a tree of their bytes, each token where its bytes end") {
  const Vocabulary vocabulary(tokens, {10});
  const TokenTree& v = vocabulary.tree();
  const auto& nodes = v.nodes();
  std::string path;
  std::vector<std::pair<std::string, TokenId>> found;
  for (const TokenTree::Node& node : nodes) {
    path.resize(node.depth);
    path.push_back(static_cast<char>(node.byte));
    for (std::uint32_t at = node.tokens; at < node.below; ++at)
      found.push_back({path, v.ids()[at]});
  }
  REQUIRE(found.size() == 10);
  for (const auto& [bytes, id] : found) CHECK(bytes == tokens[static_cast<std::size_t>(id)]);
  CHECK(v.root_of('b') + 1 == nodes[v.root_of('b')].end);
  CHECK(v.root_of('q') == nodes.size());
}

TEST_CASE("A node knows what the bytes below it are made of") {
  const Vocabulary vocabulary(tokens, {});
  const TokenTree& v = vocabulary.tree();
  const auto shape_of = [&](std::uint32_t node) { return v.shapes()[v.nodes()[node].shape]; };
  const auto a = shape_of(v.root_of('a'));
  CHECK(a.has_others);
  CHECK_FALSE(a.is_well_formed);  // 0xff begins no character
  CHECK(v.nodes()[v.root_of('a')].height == 3);
  const std::uint32_t accent = v.root_of('a') + 3;  // after a, ab, abc
  CHECK(v.nodes()[accent].byte == 'd');
  const Vocabulary cut({"a", "a\xc3\xa9!", "a\xe2\x82"}, {});
  const TokenTree& fine = cut.tree();
  CHECK(fine.shapes()[fine.nodes()[0].shape].is_well_formed);  // the last character is only cut off
  CHECK(fine.shapes()[fine.nodes()[0].shape].ascii[0] == std::uint64_t{1} << '!');
}
