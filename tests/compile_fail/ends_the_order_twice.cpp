// expected-error {{this truncation says twice where the front of the order ends}}
#include <tamis/sampler.hpp>

struct RankAndMass {
  constexpr unsigned rank() const { return 50; }
#ifdef TAMIS_SHOULD_FAIL
  constexpr float mass() const { return 0.9f; }
#endif
};

tamis::Sampler sampler{RankAndMass{}};
