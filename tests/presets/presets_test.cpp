#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <tamis/io/generation_config_json.hpp>
#include <tamis/io/validate.hpp>
#include <tamis/io/value_range.hpp>
#include <tamis/presets/presets.hpp>

#include "catch.hpp"

using namespace tamis;

/// Temperature, top_k, top_p and repetition penalty of a preset.
struct Values {
  double temperature;
  int top_k;
  double top_p;
  double repetition_penalty;

  bool operator==(const Values&) const = default;
};

static Values values_of(std::string_view name) {
  const auto config = preset(name);
  REQUIRE(config);
  return {config->temperature, config->top_k, config->top_p, config->repetition_penalty};
}

TEST_CASE("The settings of the guide are exact") {
  CHECK(values_of("conservative") == Values{0.3, 40, 0.9, 1});
  CHECK(values_of("balanced") == Values{0.8, 40, 0.9, 1});
  CHECK(values_of("creative") == Values{1.2, 40, 0.9, 1});
  CHECK(values_of("wild") == Values{2.0, 40, 0.9, 1});
  CHECK(values_of("conservative_combination") == Values{0.8, 30, 0.85, 1});
  CHECK(values_of("balanced_combination") == Values{0.8, 40, 0.9, 1});
  CHECK(values_of("creative_combination") == Values{1.0, 50, 0.95, 1});
  CHECK(values_of("repetition_off").repetition_penalty == 1.0);
  CHECK(values_of("repetition_light").repetition_penalty == 1.1);
  CHECK(values_of("repetition_strong").repetition_penalty == 1.3);
}

TEST_CASE("The uses of the guide are exact, and what they do not name is off") {
  CHECK(values_of("chatbot") == Values{0.8, 0, 0.9, 1.1});
  CHECK(preset("chatbot")->max_new_tokens == 100);
  CHECK(values_of("creative_writing") == Values{1.0, 50, 1, 1.05});
  CHECK(preset("creative_writing")->max_new_tokens == 200);
  CHECK(values_of("code") == Values{0.3, 0, 0.85, 1.2});
  CHECK(preset("code")->max_new_tokens == 150);
  CHECK(preset("translation")->temperature == 0.3);
  CHECK(preset("translation")->max_new_tokens == 100);
  CHECK(resolved(*preset("translation")).num_beams > 1);
  CHECK(resolved(*preset("translation")).do_sample == false);
}

TEST_CASE("The six presets of the generation system are ordered as their names are") {
  CHECK(resolved(*preset("greedy")).do_sample == false);
  const double precise = preset("precise_code")->temperature;
  const double balanced = preset("balanced_code")->temperature;
  const double creative = preset("creative_code")->temperature;
  CHECK(precise < balanced);
  CHECK(balanced < creative);
  CHECK(resolved(*preset("natural_text")).do_sample == true);
  CHECK(preset("completion_fim")->repetition_penalty ==
        1);  // the middle repeats names of both sides
}

TEST_CASE("Every preset is valid, has a name of its own, and survives JSON") {
  std::set<std::string_view> names;
  for (const Preset& known : presets) {
    INFO(known.name);
    CHECK(names.insert(known.name).second);
    CHECK_FALSE(known.purpose.empty());
    const auto config = preset(known.name);
    REQUIRE(config);
    CHECK(validate(*config));
    const auto again = generation_config_from_json(to_json(*config));
    REQUIRE(again);
    CHECK(*again == *config);
  }
}

TEST_CASE("A preset on top of another keeps what it does not set") {
  const auto config = preset("repetition_strong", *preset("translation"));
  REQUIRE(config);
  CHECK(config->repetition_penalty == 1.3);
  CHECK(resolved(*config).num_beams == default_num_beams);
  CHECK(resolved(*preset("wild", *preset("translation"))).do_sample == true);
  CHECK(resolved(*preset("chatbot", *preset("greedy"))).do_sample == true);
}

TEST_CASE("An unknown preset is refused with the nearest and with all there are") {
  const auto unknown = preset("balancd_code");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().message.find(
            "unknown preset 'balancd_code'; did you mean 'balanced_code'? (there are "
            "greedy, balanced_code, precise_code,") == 0);
  CHECK(preset("xyz").error().message.find("unknown preset 'xyz' (there are greedy,") == 0);
}

TEST_CASE("The page on presets has a row for each, with its values") {
  std::ifstream file(TAMIS_TESTS_DIR "/../docs/presets.md");
  REQUIRE(file);
  std::stringstream text;
  text << file.rdbuf();
  const std::string page = text.str();
  for (const Preset& known : presets) {
    const GenerationConfig config = *preset(known.name);
    const auto value = [](double number) { return detail::number_text(number); };
    std::string row = "| `" + std::string(known.name) + "` | " + value(config.temperature) + " | " +
                      value(config.top_k) + " | " + value(config.top_p) + " | " +
                      value(config.repetition_penalty) + " |";
    if (known.name.substr(0, 10) == "repetition") {
      row = "| `" + std::string(known.name) + "` | " + value(config.repetition_penalty) + " |";
    }
    INFO(row);
    CHECK(page.find(row) != std::string::npos);
  }
}
