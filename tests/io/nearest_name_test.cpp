#include <array>
#include <string>
#include <string_view>
#include <tamis/io/nearest_name.hpp>

#include "catch.hpp"

using namespace tamis;

static constexpr std::array<std::string_view, 5> names = {"top_k", "top_p", "top_n_sigma",
                                                          "temperature", "max_new_tokens"};

TEST_CASE("The nearest name is the one that differs in the fewest letters") {
  CHECK(nearest_name("top_kk", names) == "top_k");
  CHECK(nearest_name("temprature", names) == "temperature");
  CHECK(nearest_name("tempreature", names) == "temperature");  // two letters swapped
  CHECK(nearest_name("max_new_token", names) == "max_new_tokens");
}

TEST_CASE("Case and separators make no difference to a name") {
  CHECK(nearest_name("topK", names) == "top_k");
  CHECK(nearest_name("max-new-tokens", names) == "max_new_tokens");
  CHECK(nearest_name("Top.N.Sigma", names) == "top_n_sigma");
}

TEST_CASE("A name that resembles none has no nearest one") {
  CHECK_FALSE(nearest_name("frobnicate", names));
  CHECK_FALSE(nearest_name("", names));
  CHECK_FALSE(nearest_name(std::string(100000, 't'), names));
  CHECK_FALSE(nearest_name("top_k", std::array<std::string_view, 0>{}));
}

TEST_CASE("The end of a sentence asks whether the nearest name was meant") {
  CHECK(did_you_mean("top_kk", names) == "; did you mean 'top_k'?");
  CHECK(did_you_mean("frobnicate", names).empty());
}

TEST_CASE("The edit distance counts a swap of neighbours as one") {
  CHECK(detail::edit_distance("", "") == 0);
  CHECK(detail::edit_distance("abc", "") == 3);
  CHECK(detail::edit_distance("abc", "acb") == 1);
  CHECK(detail::edit_distance("kitten", "sitting") == 3);
}
