#include <tamis/guided/regex_parser.hpp>
#include <tamis/guided/regular_builder.hpp>
#include <tamis/guided/string_formats.hpp>

#include "catch.hpp"

using namespace tamis::guided;

TEST_CASE("A format takes what its RFC takes") {
  struct Case {
    const char* format;
    std::vector<const char*> right, wrong;
  };
  const Case cases[] = {
      {"date",
       {"2024-02-29", "2000-02-29", "1999-12-31"},
       {"2023-02-29", "1900-02-29", "2024-04-31", "24-01-01", "2024-1-1", "0000-01-01"}},
      {"time", {"12:34:56Z", "00:00:00.5+01:30"}, {"24:00:00Z", "12:34:56", "12:34Z"}},
      {"date-time", {"2024-01-31T23:59:59Z", "2024-01-31t00:00:00-05:00"}, {"2024-01-31 23:59:59Z", "2024-01-31"}},
      {"duration", {"P1Y2M3DT4H5M6S", "PT30M", "P4W"}, {"P", "PT", "1Y", "P1H"}},
      {"email",
       {"a@b.co", "joe.bloggs+x@example.com", "\"joe bloggs\"@example.com", "a@[127.0.0.1]", "a@[IPv6:::1]"},
       {"a@", "@b", "a b@c.d", ".a@b.c", "ä@b.c", "a@[127.0.0.300]"}},
      {"idn-email", {"ä@bücher.example", "a@b.co"}, {"a@", "ä b@c.d"}},
      {"idn-hostname", {"example.com", "a-b.c"}, {"-a.b", "xn--a", "a..b"}},
      {"iri", {"http://ƒøø.ßår/?∂éœ=πîx#πîüx", "urn:é"}, {"http://a b", "/é"}},
      {"iri-reference", {"/é", "#é", ""}, {"\\\\é"}},
      {"uri-template", {"http://a/{x}/{y,z*}{?q:3}", ""}, {"http://a/{x", "a b", "{}"}},
      {"regex", {"^[a-z]+(b|c)*$", "\\d{3}", "a|b", "((x))?", ""}, {"(", "[a", "a**", "*", "^(abc]"}},
      {"hostname", {"example.com", "a-b.c"}, {"-a.b", "a..b", "a_b"}},
      {"ipv4", {"0.0.0.0", "255.1.20.3"}, {"256.1.1.1", "1.1.1", "01.1.1.1"}},
      {"ipv6",
       {"::", "::1", "1::", "fe80::1:2", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4"},
       {"1:2", "1::2::3", ":::", "1:2:3:4:5:6:7:8:9", "g::"}},
      {"uri",
       {"http://a.b/c?d=e#f", "urn:isbn:123", "mailto:a@b.c", "file:///x"},
       {"/a", "a b:c", "http://a b", "://x"}},
      {"uri-reference", {"/a/b", "a/b?c", "#x", "", "//host/x"}, {"\\\\x", "a b", "1a:b"}},
      {"uuid", {"123e4567-e89b-12d3-a456-426614174000"}, {"123e4567e89b12d3a456426614174000"}},
      {"json-pointer", {"", "/a~0b/0", "/"}, {"a", "/~2"}},
      {"relative-json-pointer", {"0", "1/a", "2#"}, {"01", "/a", "-1"}},
  };
  for (const Case& one : cases) {
    const auto format = string_format(one.format);
    REQUIRE(format);
    const auto tree = RegexParser(format->pattern).parse();
    REQUIRE(tree);
    const auto language = RegularBuilder::of(*tree, false);
    REQUIRE(language);
    for (const char* text : one.right) {
      INFO(one.format << " " << text);
      CHECK(language->matches(text));
    }
    for (const char* text : one.wrong) {
      INFO(one.format << " " << text);
      CHECK_FALSE(language->matches(text));
    }
  }
}

TEST_CASE("A mark for programs asks nothing, and an unknown format is none") {
  CHECK(string_format("int64")->pattern.empty());
  CHECK(string_format("textarea")->pattern.empty());
  CHECK_FALSE(string_format("colour"));
}
