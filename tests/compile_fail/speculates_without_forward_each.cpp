// expected-error {{this model cannot judge drafts; give it forward_each}}
#include <span>
#include <tamis/generation/prompt_lookup.hpp>
#include <tamis/generation/speculative.hpp>
#include <vector>

struct Model {
  struct Cache {
    void rewind(int) {}
  };
  tamis::TokenId vocab_size() const { return 2; }
  Cache start() const { return {}; }
  std::span<const float> forward(Cache&, std::span<const tamis::TokenId>) { return logits; }
#ifndef TAMIS_SHOULD_FAIL
  template <class Visit>
  void forward_each(Cache&, std::span<const tamis::TokenId> ids, Visit&& visit) {
    for (std::size_t i = 0; i < ids.size(); ++i) visit(i, std::span<const float>(logits));
  }
#endif
  std::vector<float> logits{0, 1};
};

void speculate() {
  Model model;
  tamis::Memory memory(model);
  tamis::PromptLookup lookup;
  const std::vector<tamis::TokenId> prompt{0, 1};
  (void)tamis::generate_speculative(model, memory, tamis::NoTokenizer{}, tamis::Sampler<>(), prompt, lookup);
}
