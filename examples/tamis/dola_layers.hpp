#pragma once

/// \file dola_layers.hpp
/// The layers that a configuration names for DoLa.

#include <cstddef>
#include <string>
#include <tamis/core/result.hpp>
#include <tamis/generation/dola_layers.hpp>
#include <vector>

namespace command {

/// The layers of a model that `text` names: low, high, or their numbers between commas.
template <class M>
tamis::Result<std::vector<int>> dola_layers_of(const std::string& text, const M& model) {
  if (text == "low") return tamis::dola_layers(tamis::DolaRange::low, model);
  if (text == "high") return tamis::dola_layers(tamis::DolaRange::high, model);
  std::vector<int> layers;
  for (std::size_t at = 0, comma = 0; comma != std::string::npos; at = comma + 1) {
    comma = text.find(',', at);
    const std::string number = text.substr(at, comma == std::string::npos ? comma : comma - at);
    if (number.empty() || number.size() > 6 ||
        number.find_first_not_of("0123456789") != std::string::npos)
      return tamis::Error{"dola_layers is '" + text +
                          "'; it must be low, high, or numbers of layers such as 2,4,6"};
    layers.push_back(std::stoi(number));
  }
  return layers;
}

}  // namespace command
