#pragma once

/// \file presets.hpp
/// Configurations that have a name. docs/presets.md argues for the values.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../core/result.hpp"
#include "../io/generation_config.hpp"
#include "../io/nearest_name.hpp"

namespace tamis {

/// A named configuration: what it is for, and what it sets. What it does not set stays as it was,
/// so that presets can be laid on top of each other.
struct Preset {
  std::string_view name;
  std::string_view purpose;
  void (*apply)(GenerationConfig&);
};

namespace detail {

/// Draws with a temperature and the two usual truncations, and without beams.
inline void shape(GenerationConfig& config, double temperature, int top_k, double top_p) {
  config.strategy.reset();
  config.do_sample.reset();
  config.num_beams = 1;
  config.temperature = temperature;
  config.top_k = top_k;
  config.top_p = top_p;
}

inline void limit(GenerationConfig& config, int max_new_tokens) {
  config.max_length.reset();
  config.max_new_tokens = max_new_tokens;
}

using Config = GenerationConfig;

inline constexpr Preset preset_table[] = {
    // The generation system's.
    {"greedy", "the likeliest token each time; the same text each time",
     [](Config& c) { shape(c, 0, 0, 1); }},
    {"balanced_code", "code, as the recommended default: several tries differ, most are sound",
     [](Config& c) {
       shape(c, 0.6, 50, 0.95);
       c.repetition_penalty = 1.1;
     }},
    {"precise_code", "production code: one try that should be right",
     [](Config& c) {
       shape(c, 0.2, 0, 0.95);
       c.repetition_penalty = 1;
     }},
    {"creative_code", "diverse solutions, to choose among many tries",
     [](Config& c) {
       shape(c, 0.8, 0, 0.95);
       c.repetition_penalty = 1.1;
     }},
    {"natural_text", "comments and documentation in natural language",
     [](Config& c) {
       shape(c, 0.7, 0, 0.9);
       c.repetition_penalty = 1.1;
     }},
    {"completion_fim", "the middle of code between a prefix and a suffix",
     [](Config& c) {
       shape(c, 0.2, 0, 0.95);
       c.repetition_penalty = 1;
       limit(c, 64);
     }},

    // The text-generation guide's settings of the temperature.
    {"conservative", "close to what the model thinks likeliest",
     [](Config& c) { shape(c, 0.3, 40, 0.9); }},
    {"balanced", "between sound and varied", [](Config& c) { shape(c, 0.8, 40, 0.9); }},
    {"creative", "varied", [](Config& c) { shape(c, 1.2, 40, 0.9); }},
    {"wild", "as varied as 40 tokens allow", [](Config& c) { shape(c, 2.0, 40, 0.9); }},

    // The guide's combinations of temperature and truncation.
    {"conservative_combination", "careful by truncation rather than by temperature",
     [](Config& c) { shape(c, 0.8, 30, 0.85); }},
    {"balanced_combination", "the same as balanced", [](Config& c) { shape(c, 0.8, 40, 0.9); }},
    {"creative_combination", "varied, with a tail that is still cut",
     [](Config& c) { shape(c, 1.0, 50, 0.95); }},

    // The guide's levels of penalty.
    {"repetition_off", "no penalty on repetition", [](Config& c) { c.repetition_penalty = 1.0; }},
    {"repetition_light", "a penalty that is hardly noticed",
     [](Config& c) { c.repetition_penalty = 1.1; }},
    {"repetition_strong", "a penalty against loops", [](Config& c) { c.repetition_penalty = 1.3; }},

    // The guide's uses.
    {"chatbot", "answers in a conversation",
     [](Config& c) {
       shape(c, 0.8, 0, 0.9);
       c.repetition_penalty = 1.1;
       limit(c, 100);
     }},
    {"creative_writing", "stories",
     [](Config& c) {
       shape(c, 1.0, 50, 1);
       c.repetition_penalty = 1.05;
       limit(c, 200);
     }},
    {"code", "code, of the guide's kind",
     [](Config& c) {
       shape(c, 0.3, 0, 0.85);
       c.repetition_penalty = 1.2;
       limit(c, 150);
     }},
    {"translation", "one faithful rendering, by beam search",
     [](Config& c) {
       shape(c, 0.3, 0, 1);
       c.strategy = Strategy::beam_search;
       c.num_beams = default_num_beams;
       limit(c, 100);
     }},
};

}  // namespace detail

/// Every preset there is.
inline constexpr std::span<const Preset> presets = detail::preset_table;

/// The configuration that `name` stands for, on top of `base`. An unknown name is refused with the
/// nearest one, or else with all of them.
inline Result<GenerationConfig> preset(std::string_view name, GenerationConfig base = {}) {
  std::vector<std::string_view> names;
  for (const Preset& known : presets) {
    if (known.name == name) {
      known.apply(base);
      return base;
    }
    names.push_back(known.name);
  }
  std::string list;
  for (const std::string_view known : names)
    list += (list.empty() ? "" : ", ") + std::string(known);
  return Error{"unknown preset '" + std::string(name) + "'" + did_you_mean(name, names) +
               " (there are " + list + ")"};
}

}  // namespace tamis
