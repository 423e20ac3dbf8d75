#include <tamis/guided/configurations.hpp>
#include <tamis/guided/lowering.hpp>

#include "catch.hpp"

using namespace tamis::guided;

namespace {

ByteSet every_byte() {
  ByteSet set;
  set.add(0, 255);
  return set;
}

std::uint32_t after(Configurations& c, std::uint32_t at, const std::string& text) {
  for (const char byte : text) at = c.next(at, static_cast<std::uint8_t>(byte));
  return at;
}

/// "(" items ")" with letters, words in words.
Grammar nested() {
  Grammar g;
  const auto list = g.add_rule("list");
  const auto item = g.choice({g.characters({{'a', 'z'}}), g.call(list)});
  g.define(list, g.sequence({g.text("("), g.repeat(item, 0), g.text(")")}));
  g.set_start(list);
  return g;
}

}  // namespace

TEST_CASE("Texts after which the same may come lead to the same configuration") {
  const auto automaton = lower(nested(), every_byte());
  REQUIRE(automaton);
  Configurations c(*automaton, 10);
  const auto start = c.start();
  CHECK(after(c, start, "(a") == after(c, start, "(zzz(())q"));
  CHECK(after(c, start, "((") != after(c, start, "("));
  CHECK(after(c, start, "(1") == Configurations::dead);
  CHECK(c.accepts(after(c, start, "(a(b))")));
  CHECK(c.live(after(c, start, "(ab")).size() == 28);
  CHECK(c.live(after(c, start, "()")).is_empty());
}

TEST_CASE("A right-recursive rule leaves nothing on the stack") {
  Grammar g;
  const auto r = g.add_rule("r");
  g.define(r, g.sequence({g.text("a"), g.optional(g.call(r))}));
  g.set_start(r);
  const auto automaton = lower(g, every_byte());
  Configurations c(*automaton, 10);
  const auto start = c.start();
  CHECK(after(c, start, "a") == after(c, start, "aaaaaaaa"));
}

TEST_CASE("A count is kept, and cut down for a mask") {
  Grammar g;
  g.set_start(g.add_rule("r", g.repeat(g.characters({{'a', 'z'}}), 100, 200)));
  const auto automaton = lower(g, every_byte());
  Configurations c(*automaton, 10);
  const auto start = c.start();
  const std::string fifty(50, 'x');
  const auto at50 = after(c, start, fifty), at100 = after(c, at50, fifty), at200 = after(c, at100, fifty + fifty);
  CHECK_FALSE(c.accepts(at50));
  CHECK(c.accepts(at100));
  CHECK(c.accepts(at200));
  CHECK(c.next(at200, 'x') == Configurations::dead);
  CHECK(c.clamped(start) == c.clamped(at50));
  CHECK(c.clamped(at50) != c.clamped(at100));
  CHECK(c.loop(at50).left == 150);
}

TEST_CASE("A configuration moves to another memory") {
  const auto automaton = lower(nested(), every_byte());
  Configurations one(*automaton, 10), other(*automaton, 10);
  const auto at = after(one, one.start(), "((a(");
  const auto moved = other.import(one, at);
  CHECK(moved == after(other, other.start(), "((a("));
  CHECK(other.accepts(after(other, moved, ")))")));
}

TEST_CASE("Without fuel there is no answer") {
  const auto automaton = lower(nested(), every_byte());
  Configurations c(*automaton, 10);
  const auto start = c.start();
  c.set_fuel(0);
  CHECK(c.next(start, '(') == Configurations::dead);
  CHECK(c.take_failure());
  c.set_fuel(100);
  CHECK(c.next(start, '(') != Configurations::dead);
}
