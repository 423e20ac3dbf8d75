#include <set>
#include <string>
#include <string_view>
#include <tamis/io/generation_fields.hpp>
#include <tamis/io/validate.hpp>
#include <type_traits>

#include "catch.hpp"

using namespace tamis;

// A member that is not in the table would be unknown to JSON and to the command line. Sizes are the
// nearest that C++20 has to a list of members.
static std::size_t size_of_members() {
  std::size_t size = 0;
  const GenerationConfig config;
  for (const GenerationField& field : generation_fields) {
    visit_member(field, config, [&](const auto& member) {
      const std::size_t alignment = alignof(std::remove_cvref_t<decltype(member)>);
      size = (size + alignment - 1) / alignment * alignment + sizeof member;
    });
  }
  return size;
}

TEST_CASE("Every member of a configuration is in the table, once, in the order of the struct") {
  std::set<std::string_view> names;
  const GenerationConfig config;
  std::ptrdiff_t before = -1;
  for (const GenerationField& field : generation_fields) {
    INFO(field.name);
    CHECK(names.insert(field.name).second);
    const auto offset = visit_member(field, config, [&](const auto& member) {
      return reinterpret_cast<const char*>(&member) - reinterpret_cast<const char*>(&config);
    });
    CHECK(offset > before);
    before = offset;
  }
  const std::size_t padded = (size_of_members() + alignof(GenerationConfig) - 1) /
                             alignof(GenerationConfig) * alignof(GenerationConfig);
  CHECK(padded == sizeof(GenerationConfig));
}

TEST_CASE("A field is found by its name") {
  REQUIRE(field_named("top_k"));
  CHECK(field_named("top_k")->neutral == 0.0);
  CHECK(field_named("top_kk") == nullptr);
}

TEST_CASE("Each default and each neutral value is within its range") {
  CHECK(validate(GenerationConfig{}));
  CHECK(validate(neutral_config()));
  for (const GenerationField& field : generation_fields) {
    INFO(field.name);
    if (field.neutral) CHECK(field.range.contains(*field.neutral));
    CHECK_FALSE(field.help.empty());
  }
}

TEST_CASE("A neutral configuration truncates nothing and penalizes nothing") {
  const GenerationConfig neutral = neutral_config();
  CHECK(neutral.temperature == 1);
  CHECK(neutral.top_k == 0);
  CHECK(neutral.top_p == 1);
  for (const GenerationField& field : generation_fields) CHECK(is_neutral(field, neutral));
}

TEST_CASE("A parameter that acts is not neutral, and one that refines another always is") {
  GenerationConfig config = neutral_config();
  config.top_k = 50;
  config.stop_strings = {"\n"};
  config.xtc_threshold = 0.3;
  CHECK_FALSE(is_neutral(*field_named("top_k"), config));
  CHECK_FALSE(is_neutral(*field_named("stop_strings"), config));
  CHECK(is_neutral(*field_named("xtc_threshold"), config));
  CHECK(is_neutral(*field_named("temperature"), config));
}
