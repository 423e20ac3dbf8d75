// expected-error {{key and weight are for truncations}}
#include <tamis/sampler.hpp>

struct OnlyAnOrder {
  constexpr auto key(const auto& at) const { return at.logit(); }
#ifdef TAMIS_SHOULD_FAIL
  constexpr auto logit(const auto& at) const { return at.logit(); }
#else
  constexpr unsigned rank() const { return 50; }
#endif
};

tamis::Sampler sampler{OnlyAnOrder{}};
