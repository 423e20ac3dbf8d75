#pragma once

#include <vector>

namespace tamis {

/// Which layers DoLa chooses from, by name: every second of the lower or of the higher half; of a
/// model of more than 40 layers, of the lowest or highest 20.
enum class DolaRange { low, high };

/// The numbers of these layers in a model. The embedding, and what is near to it, is left out where
/// the output head has its numbers: it would say the last token again.
///
/// Source: `dola_layers` of HF transformers 4.55.
template <class M>
std::vector<int> dola_layers(DolaRange range, const M& model) {
  const int last = model.layer_count(), half = last / 2;
  const int start = !model.has_tied_output() ? 0 : last > 2 ? 2 : last == 2 ? 1 : 0;
  int from = start, to = last > 40 ? 20 : half;
  if (range == DolaRange::high) {
    from = last > 40 ? last - 20 : half;
    to = last;
  } else if (start >= half) {
    return {start};
  }
  std::vector<int> layers;
  for (int layer = from; layer < to; layer += 2) layers.push_back(layer);
  return layers;
}

}  // namespace tamis
