// expected-error {{the text of a beam search may change until it ends, so no token of it can be streamed}}
#include <tamis/generation/generate_beams.hpp>
#include <tamis/testing/toy_model.hpp>
#include <vector>

void search(tamis::testing::ToyModel& model, const std::vector<tamis::TokenId>& prompt) {
  (void)tamis::generate_beams(model, tamis::NoTokenizer{}, tamis::Sampler<>(), prompt, {}, {},
#ifdef TAMIS_SHOULD_FAIL
                              [](const tamis::GenerationEvent&) {}
#else
                              [](const tamis::BeamStep&) {}
#endif
  );
}
