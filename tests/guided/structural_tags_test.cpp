#include <tamis/guided/grammar_guide.hpp>
#include <tamis/guided/structural_tags.hpp>

#include "catch.hpp"
#include "every_byte.hpp"

using namespace tamis;
using namespace tamis::guided;

namespace {

const std::vector<StructuralTag> tools = {
    {"<call=add>", R"({"type": "array", "items": {"type": "integer"}})", "</call>"},
    {"<call=say>", R"({"type": "string"})", "</call>"},
};

bool accepts(const StructuralTagOptions& options, const std::string& text) {
  const auto grammar = structural_tags(tools, options);
  if (!grammar) FAIL(grammar.error().message);
  GrammarGuide guide(*CompiledGrammar::of(*grammar, guided_tests::every_byte()));
  return guide.accept_bytes(text) && guide.can_stop();
}

}  // namespace

TEST_CASE("Text is free until a trigger, held to a schema after it, and free again") {
  const StructuralTagOptions lazy{.triggers = {"<call="}};
  CHECK(accepts(lazy, "Nothing to call, 1 < 2 <calls>."));
  CHECK(accepts(lazy, "Let me see. <call=add>[1, 2]</call> It is <<call=say>\"é\"</call>"));
  CHECK_FALSE(accepts(lazy, "<call=add>[1.5]</call>"));
  CHECK_FALSE(accepts(lazy, "<call=sub>[1]</call>"));
  CHECK_FALSE(accepts(lazy, "<call=add>[1]"));
  CHECK_FALSE(accepts(lazy, "a <call="));
  CHECK(accepts({}, "<call=sub>[1]</call>"));  // without the trigger this is only text
  CHECK_FALSE(accepts({}, "<call=add>1</call>"));
  CHECK_FALSE(accepts({.needs_tag = true}, "nothing"));
  CHECK(accepts({.needs_tag = true}, "<call=say>\"x\"</call>"));
}

TEST_CASE("Tags that no trigger leads to, and triggers that lead to none, are refused") {
  CHECK(structural_tags(tools, {.triggers = {"<call=add"}}).error().message ==
        "the tag '<call=say>' starts with none of the triggers");
  CHECK(structural_tags(tools, {.triggers = {"<tool"}}).error().message == "no tag starts with the trigger '<tool'");
  CHECK(structural_tags({}).error().message.find("is empty") != std::string::npos);
  CHECK(structural_tags({{"<x>", "{", ""}}).error().message.find("in the tag '<x>': the schema is not proper JSON") ==
        0);
}
