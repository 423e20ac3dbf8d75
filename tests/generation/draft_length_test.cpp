#include <tamis/generation/draft_length.hpp>

#include "catch.hpp"

using tamis::DraftLength;

TEST_CASE("Drafts grow by two when they are right and shrink by one when they are not") {
  DraftLength length(10);
  CHECK(length.next() == 4);
  length.observe(4, 4);
  CHECK(length.next() == 6);
  length.observe(6, 6);
  length.observe(8, 8);
  length.observe(10, 10);
  CHECK(length.next() == 10);
  length.observe(10, 0);
  CHECK(length.next() == 9);
  for (int i = 0; i < 20; ++i) length.observe(5, 0);
  CHECK(length.next() == 1);
}

TEST_CASE("No draft is shorter than what the last was right with, nor longer than is allowed") {
  DraftLength length(10);
  for (int i = 0; i < 3; ++i) length.observe(4, 0);
  CHECK(length.next() == 1);
  length.observe(10, 7);  // a drafter that was asked for more by somebody else
  CHECK(length.next() == 7);
  CHECK(DraftLength(2).next() == 2);
  CHECK(DraftLength(0).next() == 0);
  DraftLength none(0);
  none.observe(3, 1);
  CHECK(none.next() == 0);
}

TEST_CASE("A draft length that does not adapt stays, and what was not proposed teaches nothing") {
  DraftLength fixed(7, false);
  fixed.observe(7, 0);
  CHECK(fixed.next() == 7);
  DraftLength length(10);
  length.observe(0, 0);
  CHECK(length.next() == 4);
}
