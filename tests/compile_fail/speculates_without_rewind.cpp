// expected-error {{this model's cache cannot go back over tokens that were rejected}}
#include <span>
#include <tamis/generation/prompt_lookup.hpp>
#include <tamis/generation/speculative.hpp>
#include <vector>

struct Model {
  struct Cache {
#ifndef TAMIS_SHOULD_FAIL
    void rewind(int) {}
#endif
  };
  tamis::TokenId vocab_size() const { return 2; }
  Cache start() const { return {}; }
  std::span<const float> forward(Cache&, std::span<const tamis::TokenId>) { return logits; }
  template <class Visit>
  void forward_each(Cache&, std::span<const tamis::TokenId> ids, Visit&& visit) {
    for (std::size_t i = 0; i < ids.size(); ++i) visit(i, std::span<const float>(logits));
  }
  std::vector<float> logits{0, 1};
};

void speculate() {
  Model model;
  tamis::Memory memory(model);
  tamis::PromptLookup lookup;
  const std::vector<tamis::TokenId> prompt{0, 1};
  (void)tamis::generate_speculative(model, memory, tamis::NoTokenizer{}, tamis::Sampler<>(), prompt, lookup);
}
