#pragma once

/// \file strategy_options.hpp
/// The options of the strategies that look into a model: contrastive search and DoLa.

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <tamis/core/result.hpp>
#include <tamis/generation/dola_layers.hpp>
#include <vector>

namespace command {

struct StrategyOptions {
  std::optional<double> penalty_alpha;
  std::string dola;

  void add(CLI::App& app) {
    app.add_option("--penalty-alpha", penalty_alpha,
                   "contrastive search: of the --top-k likeliest tokens [4], the one that is "
                   "likely and yet unlike "
                   "what came before, which counts so much; from 0 to 1")
        ->type_name("X")
        ->group("How to choose");
    app.add_option("--dola-layers", dola,
                   "DoLa: contrasts the last layer with earlier ones: low, high, or their numbers")
        ->type_name("low|high|N,...")
        ->group("How to choose");
  }

  /// The layers that were asked for, of a model; an error if it is no name and no list.
  template <class M>
  tamis::Result<std::vector<int>> layers(const M& model) const {
    if (dola == "low") return tamis::dola_layers(tamis::DolaRange::low, model);
    if (dola == "high") return tamis::dola_layers(tamis::DolaRange::high, model);
    std::vector<int> layers;
    for (std::size_t at = 0, comma = 0; comma != std::string::npos; at = comma + 1) {
      comma = dola.find(',', at);
      const std::string number = dola.substr(at, comma == std::string::npos ? comma : comma - at);
      if (number.empty() || number.size() > 6 ||
          number.find_first_not_of("0123456789") != std::string::npos)
        return tamis::Error{"--dola-layers is '" + dola +
                            "'; it must be low, high, or numbers of layers such as 2,4,6"};
      layers.push_back(std::stoi(number));
    }
    return layers;
  }
};

}  // namespace command
