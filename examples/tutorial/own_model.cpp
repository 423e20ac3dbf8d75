/// \file own_model.cpp
/// A model of one's own: tokens in, logits out. This one knows which letter follows which.

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string_view>
#include <tamis/generation.hpp>
#include <tamis/tamis.hpp>
#include <vector>

// quote: model
/// How often each byte followed each other byte in a text.
class Letters {
 public:
  using Cache = std::vector<tamis::TokenId>;  // what the model remembers of a sequence

  explicit Letters(std::string_view text) {
    for (auto& row : logits_) row.fill(tamis::masked);
    for (std::size_t i = 1; i < text.size(); ++i) {
      float& logit = logits_[index(text[i - 1])][index(text[i])];
      logit = std::log(std::exp(logit) + 1.0f);
    }
  }

  tamis::TokenId vocab_size() const { return 256; }
  Cache start() const { return {}; }

  /// Appends the tokens to the sequence, and says what may follow the last.
  std::span<const float> forward(Cache& cache, std::span<const tamis::TokenId> ids) const {
    cache.insert(cache.end(), ids.begin(), ids.end());
    return logits_[static_cast<std::size_t>(cache.back())];
  }

 private:
  static std::size_t index(char letter) { return static_cast<unsigned char>(letter); }

  std::array<std::array<float, 256>, 256> logits_;
};
static_assert(tamis::LanguageModel<Letters>);
// quote end

int main() {
  // quote: generate
  const Letters model("the thin cat that sat on the mat then ate the hat at ten ");
  const std::vector<tamis::TokenId> prompt{'t'};
  const auto made =
      tamis::generate(model, tamis::NoTokenizer{}, tamis::Sampler{tamis::Temperature{0.7f}}, prompt,
                      {.max_new_tokens = 40, .seed = 3});
  if (!made) return std::puts(made.error().message.c_str()), 1;
  for (const tamis::TokenId id : made->tokens) std::putchar(id);
  std::puts("");
  // quote end
}
