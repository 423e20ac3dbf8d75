#include <atomic>
#include <set>
#include <tamis/core/workers.hpp>
#include <thread>
#include <vector>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("Each piece of the work is done once, in ranges that begin at a multiple of the grain") {
  for (const int threads : {1, 2, 3, 4})
    for (const int count : {1, 7, 8, 9, 64, 100}) {
      Workers workers(threads);
      CHECK(workers.threads() == threads);
      std::vector<std::atomic<int>> done(static_cast<std::size_t>(count));
      std::atomic<int> misaligned = 0;
      workers.share(count, 8, [&](int begin, int end, int worker) {
        if (begin % 8 != 0 || (end % 8 != 0 && end != count) || worker < 0 || worker >= threads)
          ++misaligned;
        for (int i = begin; i < end; ++i) ++done[static_cast<std::size_t>(i)];
      });
      CHECK(misaligned == 0);
      for (const auto& times : done) CHECK(times == 1);
    }
}

TEST_CASE("A number of threads that makes no sense becomes the nearest that does") {
  CHECK(Workers(0).threads() == 1);
  CHECK(Workers(-5).threads() == 1);
  CHECK(Workers(1 << 30).threads() == 256);
}

TEST_CASE("The work of two workers is done at the same time, by two threads") {
  Workers workers(2);
  std::atomic<int> present = 0;
  std::thread::id ids[2];
  workers.share(2, 1, [&](int, int, int worker) {
    ids[worker] = std::this_thread::get_id();
    ++present;
    while (present < 2) std::this_thread::yield();  // each waits for the other
  });
  CHECK(ids[0] == std::this_thread::get_id());
  CHECK(ids[0] != ids[1]);
}

TEST_CASE(
    "Thousands of products follow each other, and each sees what the one before has written") {
  Workers workers(3);
  std::vector<int> before(30), after(30);
  for (int round = 0; round < 3000; ++round) {
    workers.share(30, 1, [&](int begin, int end, int) {
      // The mirrored number was written by another worker, in the round before.
      for (int i = begin; i < end; ++i)
        after[static_cast<std::size_t>(i)] = before[static_cast<std::size_t>(29 - i)] + 1;
    });
    std::swap(before, after);
  }
  for (const int number : before) CHECK(number == 3000);
}
