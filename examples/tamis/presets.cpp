#include <tamis/presets/presets.hpp>

#include <iostream>
#include <memory>
#include <string>
#include <tamis/io/generation_config_json.hpp>

#include "command.hpp"

namespace command {

Command presets(CLI::App& program) {
  CLI::App* app =
      program.add_subcommand("presets", "Lists the named configurations, or shows one as JSON");
  auto name = std::make_shared<std::string>();
  app->add_option("NAME", *name, "the preset to show");
  const auto run = [name]() -> Result<void> {
    if (!name->empty()) {
      const auto config = tamis::preset(*name);
      if (!config) return config.error();
      std::cout << tamis::to_json(*config) << '\n';
      return {};
    }
    for (const tamis::Preset& preset : tamis::presets) {
      std::cout << preset.name
                << std::string(28 - std::min<std::size_t>(27, preset.name.size()), ' ')
                << preset.purpose << '\n';
    }
    return {};
  };
  return {app, run};
}

}  // namespace command
