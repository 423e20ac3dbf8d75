// expected-error {{begin with copies of one cache, and this model's cannot be copied}}
#include <memory>
#include <span>
#include <tamis/generation/batch.hpp>
#include <tamis/policies/greedy.hpp>
#include <tamis/sampler.hpp>
#include <vector>

struct Model {
  struct Cache {
#ifdef TAMIS_SHOULD_FAIL
    std::unique_ptr<int> length;
#else
    int length;
#endif
  };
  tamis::TokenId vocab_size() const { return 2; }
  Cache start() const { return {}; }
  std::vector<float> forward(Cache&, std::span<const tamis::TokenId>) { return {0, 1}; }
};

auto batch(Model& model) {
  return tamis::Batch<Model, tamis::Sampler<tamis::Greedy>>::of(model, tamis::NoTokenizer{});
}
