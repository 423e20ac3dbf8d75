#include <set>
#include <string_view>
#include <tamis/generation/finish_reason.hpp>

#include "catch.hpp"

using tamis::FinishReason;
using tamis::name_of;

TEST_CASE("Each reason to finish has a name of its own") {
  std::set<std::string_view> names;
  for (int at = 0; at <= static_cast<int>(FinishReason::error); ++at)
    names.insert(name_of(static_cast<FinishReason>(at)));
  CHECK(names == std::set<std::string_view>{"end_of_sequence", "stop_token", "stop_sequence",
                                            "stop_string", "loop", "length", "context_full", "time",
                                            "cancelled", "error"});
}
