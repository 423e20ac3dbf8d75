#include "agree.hpp"

#include <tamis/policies/eta_cutoff.hpp>
#include <tamis/policies/top_n_sigma.hpp>

using namespace tamis;

TEST_CASE("simd, team and the reference agree, on the tokens recorded: sigma and eta") {
  CHECK(agree::tokens_of(Sampler{TopNSigma{1.5f}, EtaCutoff{0.01f}}) == 0x3e9959d0u);
}
