// expected-error {{write tamis::select(condition, yes, no) instead of if, ?:, && or ||}}
#include <tamis/sampler.hpp>

struct Between {
  constexpr auto logit(const auto& at) const {
#ifdef TAMIS_SHOULD_FAIL
    const auto inside = at.logit() > 0.0f && at.logit() < 5.0f;
#else
    const auto inside = (at.logit() > 0.0f) & (at.logit() < 5.0f);
#endif
    return tamis::select(inside, at.logit(), 0.0f);
  }
};

tamis::Sampler sampler{Between{}};
