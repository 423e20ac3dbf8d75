#include <tamis/guided/lowering.hpp>

#include "catch.hpp"

using namespace tamis::guided;

namespace {

ByteSet every_byte() {
  ByteSet set;
  set.add(0, 255);
  return set;
}

Grammar one_rule(const std::function<Grammar::Expression(Grammar&, Grammar::Rule)>& body) {
  Grammar g;
  const auto rule = g.add_rule("r");
  g.define(rule, body(g, rule));
  g.set_start(rule);
  return g;
}

std::string fault_of(const Grammar& grammar) {
  const auto automaton = lower(grammar, every_byte());
  return automaton ? "" : automaton.error().message;
}

}  // namespace

TEST_CASE("What cannot come to an end is left out, and a grammar without a text is refused") {
  const auto endless = one_rule([](Grammar& g, auto r) {
    return g.sequence({g.text("a"), g.call(r)});
  });
  CHECK(
      fault_of(endless) ==
      "the grammar matches no text that the tokens can write; its rule 'r' never comes to an end");
  const auto half =
      lower(one_rule([](Grammar& g, auto r) {
              return g.choice({g.text("b"), g.sequence({g.text("a"), g.call(r), g.nothing()})});
            }),
            every_byte());
  REQUIRE(half);
  CHECK(half->states[half->rules[half->start_rule].start].live.size() == 1);
  CHECK(fault_of(one_rule([](Grammar& g, auto) { return g.empty(); })).empty());
}

TEST_CASE("A rule that is called and not defined is named") {
  Grammar g;
  g.set_start(g.add_rule("a", g.text("x")));
  g.add_rule("missing");
  CHECK(fault_of(g) == "the grammar's rule 'missing' is called, but nowhere defined");
}

TEST_CASE("No rule calls itself at its start any more") {
  const auto automaton =
      lower(one_rule([](Grammar& g, auto r) {
              return g.choice({g.sequence({g.call(r), g.text("+"), g.call(r)}),
                               g.sequence({g.optional(g.text("-")), g.call(r)}), g.text("1")});
            }),
            every_byte());
  REQUIRE(automaton);
  for (const auto& rule : automaton->rules)
    for (const auto& call : automaton->calls_of(automaton->states[rule.start]))
      CHECK(automaton->rules[call.index].start != rule.start);
}

TEST_CASE("A long counted repeat takes as many states as a short one") {
  const auto states = [](std::uint32_t most) {
    return lower(one_rule([&](Grammar& g, auto) {
                   return g.repeat(g.characters({{'a', 'z'}}), 0, most);
                 }),
                 every_byte())
        ->states.size();
  };
  CHECK(states(100'000) == states(512));
  CHECK(states(512) < 10);
}

TEST_CASE("Bytes that no edge tells apart have the same class") {
  const auto automaton = lower(one_rule([](Grammar& g, auto) {
                                 return g.characters({{'a', 'f'}, {'x', 'x'}});
                               }),
                               every_byte());
  CHECK(automaton->class_of['a'] == automaton->class_of['f']);
  CHECK(automaton->class_of['a'] != automaton->class_of['g']);
  CHECK(automaton->classes == 5);
}
