#include <tamis/presets/any_policy.hpp>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "catch.hpp"
#include "tamis/core/policy.hpp"

using namespace tamis;

template <class Variant>
inline constexpr bool all_are_policies = false;
template <class... Ps>
inline constexpr bool all_are_policies<std::variant<Ps...>> = (Policy<Ps> && ...);

static_assert(all_are_policies<AnyPolicy>);
static_assert(std::is_trivially_copyable_v<AnyPolicy> && sizeof(AnyPolicy) <= 16);

static std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST_CASE("AnyPolicy can be every policy of the library") {
  const auto include = std::filesystem::path(TAMIS_TESTS_DIR).parent_path() / "include" / "tamis";
  const std::string list = text_of(include / "presets" / "any_policy.hpp");
  const std::string alternatives = list.substr(list.find("std::variant<"));
  // One is a policy of a policy, and one is a step of TopH.
  const std::set<std::string> others = {"AtLeast", "EntropyMass"};
  std::size_t policies = 0;
  for (const auto& file : std::filesystem::directory_iterator(include / "policies")) {
    const std::string text = text_of(file.path());
    const std::size_t at = text.find("\nstruct ");
    REQUIRE(at != std::string::npos);
    const std::string name = text.substr(at + 8, text.find_first_of(" :{", at + 8) - at - 8);
    CAPTURE(name);
    const bool listed = alternatives.find("<" + name + ",") != std::string::npos ||
                        alternatives.find(" " + name + ",") != std::string::npos ||
                        alternatives.find(" " + name + ">") != std::string::npos;
    CHECK(listed == !others.contains(name));
    policies += listed;
  }
  CHECK(policies == std::variant_size_v<AnyPolicy>);
}
