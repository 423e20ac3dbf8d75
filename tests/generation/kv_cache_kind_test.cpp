#include <tamis/generation/kv_cache_kind.hpp>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("A kind of cache is found by its name, and what is none is refused with the names") {
  for (const KvCacheKind kind :
       {KvCacheKind::contiguous, KvCacheKind::paged, KvCacheKind::window, KvCacheKind::int8}) {
    const auto found = kv_cache_kind(name_of(kind));
    REQUIRE(found);
    CHECK(*found == kind);
  }
  CHECK(name_of(KvCacheKind::int8) == "int8");
  const auto none = kv_cache_kind("Paged");
  REQUIRE_FALSE(none);
  CHECK(none.error().message ==
        "there is no KV cache 'Paged'; there are contiguous, paged, window and int8");
}
