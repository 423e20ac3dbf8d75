#include <tamis/metrics/marked_tokens.hpp>

#include <vector>

#include "catch.hpp"

using namespace tamis;
using namespace tamis::metrics;
using Ids = std::vector<TokenId>;

TEST_CASE("Marked tokens are those behind the width, with the noise of the tokens before them") {
  const Ids text = {4, 7, 1, 9};
  Ids seen;
  std::vector<std::uint64_t> marks;
  const auto see = [&](const Stream& noise, TokenId id) {
    seen.push_back(id), marks.push_back(noise.mark);
  };
  CHECK(for_each_marked_token(text, 5, 2, see) == 2);
  CHECK(seen == Ids{1, 9});
  CHECK(marks == std::vector{context_hash(5, Ids{4, 7}), context_hash(5, Ids{7, 1})});
}

TEST_CASE("Marked tokens count once where the same token follows the same tokens") {
  const auto count = [](const Ids& text, std::size_t width) {
    return for_each_marked_token(text, 5, width, [](const Stream&, TokenId) {});
  };
  CHECK(count({1, 2, 1, 2, 1, 2}, 1) == 2);  // 2 after 1, 1 after 2
  CHECK(count({1, 2, 1, 3, 1, 2}, 1) == 4);
  CHECK(count({1, 2, 1, 2, 1, 2}, 0) == 2);  // the tokens themselves
  CHECK(count({1, 2}, 2) == 0);
  CHECK(count({}, 1) == 0);
}
