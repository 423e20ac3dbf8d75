// expected-error {{a cache with two children is copied, and this type of cache cannot be}}
#include <memory>
#include <span>
#include <tamis/generation/reorder.hpp>
#include <vector>

struct Cache {
#ifdef TAMIS_SHOULD_FAIL
  std::unique_ptr<float[]> keys;
#else
  std::shared_ptr<float[]> keys;
#endif
};

void swap_beams(std::vector<Cache>& caches) {
  const int parents[] = {1, 0};
  tamis::reorder(caches, std::span<const int>(parents));
}
