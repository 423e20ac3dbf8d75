#include <tamis/guided/number_language.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "catch.hpp"

using namespace tamis::guided;

namespace {

/// Texts of numbers, each with its value in thousandths.
std::vector<std::pair<std::string, long>> numbers() {
  std::vector<std::pair<std::string, long>> out;
  for (long n = -1300; n <= 1300; n += n % 7 == 0 ? 1 : 13) {
    const long magnitude = std::labs(n);
    char text[32];
    std::snprintf(text, sizeof text, "%s%ld.%03ld", n < 0 ? "-" : "", magnitude / 100, magnitude % 100 * 10);
    out.push_back({text, n * 10});
    std::string shorter = text;
    while (shorter.back() == '0') {
      shorter.pop_back();
      if (shorter.back() == '.') {
        shorter.pop_back();
        out.push_back({shorter, n * 10});
        break;
      }
      out.push_back({shorter, n * 10});
    }
  }
  out.insert(out.end(),
             {{"-0", 0}, {"0.0", 0}, {"-0.00", 0}, {"0.001", 1}, {"123456", 123456000}, {"-99999.5", -99999500}});
  return out;
}

bool has(const tamis::Result<Regular>& language, const std::string& text) {
  REQUIRE(language);
  return language->matches(text);
}

}  // namespace

TEST_CASE("Bounds hold for every spelling of every number") {
  for (const char* text :
       {"0", "1", "-1", "5", "10", "-12", "0.05", "-0.5", "2.5", "9.99", "-3.07", "12.3", "1e1", "250e-2"}) {
    const auto d = Decimal::of(text);
    REQUIRE(d);
    const long bound = std::lround(std::strtod(text, nullptr) * 1000);
    const auto above = NumberLanguage::above(*d, false), from = NumberLanguage::above(*d, true);
    const auto below = NumberLanguage::below(*d, false), to = NumberLanguage::below(*d, true),
               equal = NumberLanguage::equal_to(*d);
    for (const auto& [spelling, value] : numbers()) {
      INFO(text << " and " << spelling);
      CHECK(has(above, spelling) == (value > bound));
      CHECK(has(from, spelling) == (value >= bound));
      CHECK(has(below, spelling) == (value < bound));
      CHECK(has(to, spelling) == (value <= bound));
      CHECK(has(equal, spelling) == (value == bound));
    }
  }
}

TEST_CASE("Bounds take what is written with an exponent where that is far from them") {
  const auto from = NumberLanguage::above(*Decimal::of("-2.5"), true),
             to = NumberLanguage::below(*Decimal::of("100"), true);
  const auto positive = NumberLanguage::above(*Decimal::of("0"), false);
  CHECK((has(from, "1e-05") && has(from, "-1.5e-7") && has(from, "2.5e+20") && has(from, "1E16")));
  CHECK_FALSE((has(from, "-1e16") || has(from, "1e5") || has(from, "0.5e-9") || has(from, "1e400")));
  CHECK((has(to, "1e-05") && has(to, "-1e+300")));
  CHECK_FALSE((has(to, "1e16") || has(to, "1e-4")));
  CHECK((has(positive, "9.9e-300") && has(positive, "1e20")));
  CHECK_FALSE((has(positive, "-1e-05") || has(positive, "-1e20")));
  CHECK_FALSE(has(NumberLanguage::below(*Decimal::of("0.0005"), true), "9.9e-05"));  // too near to be told
  CHECK_FALSE(has(NumberLanguage::above(*Decimal::of("1e16"), true), "1e17"));
}

TEST_CASE("Multiples are counted in digits, before the point and behind it") {
  for (const auto& [text, step] : {std::pair{"1", 1000L},
                                   {"3", 3000L},
                                   {"10", 10000L},
                                   {"0.5", 500L},
                                   {"0.01", 10L},
                                   {"1.5", 1500L},
                                   {"0.07", 70L}}) {
    const auto multiples = NumberLanguage::multiples_of(*Decimal::of(text));
    for (const auto& [spelling, value] : numbers()) {
      INFO(text << " and " << spelling);
      CHECK(has(multiples, spelling) == (value % step == 0));
    }
  }
  CHECK_FALSE(NumberLanguage::multiples_of(*Decimal::of("1234567")));
}

TEST_CASE("Integers may be written with a point and zeros; exponents are in no language of theirs") {
  CHECK((has(NumberLanguage::integers(), "-12") && has(NumberLanguage::integers(), "1.0")));
  CHECK_FALSE((has(NumberLanguage::integers(), "1.5") || has(NumberLanguage::integers(), "01") ||
               has(NumberLanguage::all(), "1e2")));
}

TEST_CASE("A number is read with all of its digits, and one with too many is none") {
  const auto d = Decimal::of("-120.0340e2");
  CHECK((d->is_negative && d->whole == "12003" && d->fraction == "4"));
  CHECK(Decimal::of("-0.00")->is_zero());
  CHECK_FALSE(Decimal::of("1e999"));
}
