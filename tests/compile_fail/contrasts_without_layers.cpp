// expected-error {{a contrastive search compares the hidden states of the tokens, and this model shows none}}
// expected-error {{DoLa contrasts the hidden states of layers, and this model shows none}}
#include <tamis/generation/contrastive_search.hpp>
#include <tamis/generation/dola.hpp>
#include <tamis/testing/toy_model.hpp>
#include <vector>

using tamis::testing::ToyModel;

#ifdef TAMIS_SHOULD_FAIL
void search(ToyModel& model, const std::vector<tamis::TokenId>& prompt) {
  (void)tamis::contrastive_search(model, tamis::NoTokenizer{}, tamis::Sampler<>(), prompt);
  (void)tamis::Dola<ToyModel>::of(model, {0});
}
#endif
