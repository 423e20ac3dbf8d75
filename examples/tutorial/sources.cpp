/// \file sources.cpp
/// What the tokens so far say of the next one: penalties, bans, and a source of one's own.

#include <cstddef>
#include <cstdio>
#include <tamis/tamis.hpp>
#include <vector>

// quote: own_source
/// Lets no token come twice in a row.
struct NoEcho {
  void push(tamis::Sequence& sequence) const {
    if (sequence.size() > 0) sequence.add_bias(sequence.tokens().back(), tamis::masked);
  }
};
static_assert(tamis::Source<NoEcho>);
// quote end

int main() {
  // quote: loop
  const float logits[] = {2.0f, 1.8f, 1.5f, 0.0f};  // a model that always says the same
  const tamis::Sampler sampler{tamis::RepetitionPenalty{1.3f}, tamis::Temperature{0.8f}};

  const std::vector<tamis::TokenId> prompt{0, 1};
  tamis::Sequence sequence(prompt, /*seed=*/7);
  sequence.set_bias(3, tamis::masked);  // never token 3
  tamis::NoRepeatNgram no_trigram(3);   // no three tokens twice
  for (int step = 0; step < 8; ++step) {
    no_trigram.push(sequence);  // the sources speak ...
    NoEcho().push(sequence);
    tamis::simd::RowOf row(logits, sequence.stream(), sequence.facts());
    const tamis::Choice choice = sampler(row);  // ... the sampler draws ...
    if (choice.fault != tamis::Fault::none) {
      std::printf("no token: %s\n", tamis::sentence_of(choice.fault));
      break;
    }
    std::printf("%d ", choice.token);
    sequence.clear_passing();       // ... what was said for one step is forgotten ...
    sequence.append(choice.token);  // ... and the token is part of the history
  }
  // quote end
  std::puts("");
}
