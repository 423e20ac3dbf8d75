#include <tamis/core/philox.hpp>
#include <tamis/testing/batch_invariance.hpp>

#include "catch.hpp"

using namespace tamis;
using namespace tamis::testing;

static std::vector<DrawRequest> fifty_requests() {
  std::vector<DrawRequest> requests;
  for (std::uint64_t i = 0; i < 50; ++i) requests.push_back({i % 7, 1000 + i, i * i});
  return requests;
}

static TokenId draw(std::size_t row, std::uint64_t seed, std::uint64_t position) {
  return static_cast<TokenId>(philox(seed, position, row).word[0] % 100);
}

/// Draws a batch token by token; `each(request, slot, size)`.
template <class Each>
static auto batched(Each each) {
  return [each](std::span<const DrawRequest> requests) {
    std::vector<TokenId> tokens;
    for (std::size_t slot = 0; slot < requests.size(); ++slot)
      tokens.push_back(each(requests[slot], slot, requests.size()));
    return tokens;
  };
}

TEST_CASE("batch_invariance passes a sampler that looks at the request alone") {
  const auto report = batch_invariance(batched([](const DrawRequest& at, std::size_t, std::size_t) {
                                         return draw(at.row, at.seed, at.position);
                                       }),
                                       fifty_requests());
  CHECK(report.passed());
  CHECK(report.compared == 50 * 3 + 50 * 4 + 100);
  CHECK(report.example.empty());
  CHECK(batch_invariance(batched([](auto&, auto, auto) { return TokenId{0}; }), {}).passed());
}

TEST_CASE(
    "batch_invariance finds noise that depends on the slot, on the size of the batch, or on one of "
    "its members") {
  const auto finds = [](auto each) {
    const BatchInvarianceReport report = batch_invariance(batched(each), fifty_requests());
    CHECK(report.p_value == (report.passed() ? 1 : 0));
    return !report.passed();
  };
  CHECK(finds([](auto& at, std::size_t slot, std::size_t) {
    return draw(at.row, at.seed + slot, at.position);
  }));
  CHECK(finds([](auto& at, std::size_t, std::size_t size) {
    return draw(at.row, at.seed, at.position + (size > 32));
  }));
  CHECK(finds([](auto& at, std::size_t, std::size_t size) {
    return draw(at.row, at.seed, at.position + size % 2);
  }));
  const auto first_seeds_all = [](std::span<const DrawRequest> requests) {
    std::vector<TokenId> tokens;
    for (const DrawRequest& at : requests)
      tokens.push_back(draw(at.row, requests[0].seed, at.position));
    return tokens;
  };
  CHECK_FALSE(batch_invariance(first_seeds_all, fifty_requests()).passed());
}

TEST_CASE(
    "batch_invariance counts tokens that are missing, and says in words what differed first") {
  const auto one_short = [](std::span<const DrawRequest> requests) {
    return std::vector<TokenId>(requests.size() - (requests.size() > 1), 5);
  };
  const BatchInvarianceReport report = batch_invariance(one_short, fifty_requests());
  CHECK_FALSE(report.passed());
  CHECK(report.example == "request 49 drew token 5 alone and none in slot 49 of a batch of 50");
}
