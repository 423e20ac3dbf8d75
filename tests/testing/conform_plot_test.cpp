#include <string>
#include <tamis/testing/conform_plot.hpp>

#include "catch.hpp"

using namespace tamis::testing;

static int count_of(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

TEST_CASE("A deviation is that of a binomial count") {
  DrawCounts drawn(4);
  drawn.of_token = {60, 40, 0, 0};
  const auto all = token_deviations(std::vector<double>{0.5, 0.5, 0, 0}, drawn);
  REQUIRE(all.size() == 2);
  CHECK(all[0].deviations == Approx(2));  // (60 - 50) / sqrt(100 * 0.5 * 0.5)
  CHECK(all[1].deviations == Approx(-2));
  drawn.of_token = {50, 49, 0, 1};
  const auto outside = token_deviations(std::vector<double>{0.5, 0.5, 0, 0}, drawn);
  REQUIRE(outside.size() == 3);
  CHECK(outside[2].token == 3);
  CHECK(std::isinf(outside[2].deviations));
}

TEST_CASE("A plot has two bars a token, one for the others and one for what cannot be drawn") {
  std::vector<double> p(40, 0.025);
  DrawCounts drawn(40);
  for (auto& n : drawn.of_token) n = 10;
  const std::string plain = conform_plot(p, drawn, 24);
  CHECK(count_of(plain, "class=\"expected\"") == 25);
  CHECK(count_of(plain, "class=\"drawn\"") == 25);
  CHECK(count_of(plain, "class=\"wrong\"") == 0);
  CHECK(plain.find("token others: expected 0.4, drawn 0.4") != std::string::npos);
  CHECK(plain.find("token 7: expected 0.025, drawn 0.025") != std::string::npos);
  drawn.add(-5);
  const std::string stray = conform_plot(p, drawn, 24);
  CHECK(count_of(stray, "class=\"wrong\"") == 1);
  CHECK(stray.find("nan") == std::string::npos);
  CHECK(stray.find("inf") == std::string::npos);
}

TEST_CASE("A plot of nothing is an empty plot") {
  const std::string svg = conform_plot(std::vector<double>{}, DrawCounts(0));
  CHECK(svg.find("<svg") == 0);
  CHECK(count_of(svg, "class=\"expected\"") == 0);
}
