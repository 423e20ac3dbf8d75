#include <tamis/guided/grammar_cache.hpp>

#include <atomic>
#include <string>
#include <tamis/guided/regex.hpp>
#include <thread>
#include <vector>

#include "catch.hpp"

using namespace tamis;
using namespace tamis::guided;

namespace {

std::shared_ptr<const Vocabulary> letters() {
  return std::make_shared<const Vocabulary>(std::vector<std::string>{"a", "b", "c", ""}, std::vector<TokenId>{3});
}

}  // namespace

TEST_CASE("A grammar is compiled once, and the one that was not used for longest goes") {
  GrammarCache cache(letters(), 2);
  int made = 0;
  const auto get = [&](const std::string& pattern) {
    const auto compiled = cache.get(pattern, [&] { return ++made, regex(pattern); });
    REQUIRE(compiled);
    return *compiled;
  };
  const auto first = get("a+");
  CHECK(get("a+") == first);
  CHECK((made == 1 && cache.hits() == 1));
  get("b+");
  get("a+");
  get("c+");  // b+ goes
  CHECK((made == 3 && cache.size() == 2));
  CHECK(get("a+") == first);
  get("b+");
  CHECK(made == 4);
  CHECK(GrammarGuide(first).accept(0));
}

TEST_CASE("What cannot be compiled is told and not kept") {
  GrammarCache cache(letters());
  for (int i = 0; i < 2; ++i) {
    const auto wrong = cache.get("(", [] { return regex("("); });
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().message.find("a '(' has no ')'") != std::string::npos);
    CHECK_FALSE(cache.get("x", [] { return regex("x"); }));  // a byte that no token has
    CHECK(cache.size() == 0);
  }
}

TEST_CASE("Threads that ask for the same grammar at once get the same, made once") {
  GrammarCache cache(letters(), 4);
  std::atomic<int> made{0};
  std::vector<std::thread> threads;
  std::vector<std::shared_ptr<const CompiledGrammar>> got(8);
  for (std::size_t i = 0; i < got.size(); ++i)
    threads.emplace_back([&, i] {
      const std::string pattern = i % 2 == 0 ? "(a|b)*c" : "c*";
      got[i] = *cache.get(pattern, [&] { return ++made, regex(pattern); });
      GrammarGuide guide(got[i]);
      while (guide.mask() && guide.accept(2)) {
        if (guide.can_stop()) break;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(made == 2);
  for (std::size_t i = 2; i < got.size(); ++i) CHECK(got[i] == got[i % 2]);
}
