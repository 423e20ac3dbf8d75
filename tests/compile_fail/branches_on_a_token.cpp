// expected-error {{a policy may not branch on the value of a token}}
#include <tamis/sampler.hpp>

struct Branches {
  float t = 1;
  constexpr auto logit(const auto& at) const {
#ifdef TAMIS_SHOULD_FAIL
    if (at.logit() > 0.0f) return at.logit() / t;
#endif
    return at.logit() * t;
  }
};

tamis::Sampler sampler{Branches{}};
