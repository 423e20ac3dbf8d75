// expected-error {{a draw ends the chain}}
#include <tamis/policies/greedy.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/sampler.hpp>

#ifdef TAMIS_SHOULD_FAIL
tamis::Sampler sampler{tamis::Greedy{}, tamis::TopK{5}};
#else
tamis::Sampler sampler{tamis::TopK{5}, tamis::Greedy{}};
#endif
