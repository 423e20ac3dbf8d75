#include <string>
#include <tamis/testing/conform_page.hpp>
#include <vector>

#include "catch.hpp"
#include "samplers.hpp"

using namespace tamis::testing;
using samplers::Row;

/// The first fault in how the tags of a page are nested; empty if there is none.
static std::string fault_of(const std::string& page) {
  std::vector<std::string> open;
  for (std::size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
    const std::size_t end = page.find('>', at);
    if (end == std::string::npos) return "a tag without an end";
    std::string tag = page.substr(at + 1, end - at - 1);
    if (tag[0] == '!' || tag.back() == '/') continue;
    const std::string name = tag.substr(0, tag.find(' '));
    if (name == "meta") continue;
    if (name[0] != '/') {
      open.push_back(name);
    } else {
      if (open.empty() || "/" + open.back() != name) return "unexpected <" + name + ">";
      open.pop_back();
    }
  }
  return open.empty() ? "" : "<" + open.back() + "> is not closed";
}

TEST_CASE("A page is well formed, loads nothing, and says the verdict") {
  const Row p = samplers::softmax(samplers::logits(3, 100, 2));
  const auto kept = samplers::nucleus(p, 0.9);
  const std::vector<Row> right{samplers::keep(p, kept)};
  for (const auto count : {kept, kept + 1}) {
    const std::vector<DrawCounts> drawn{samplers::Inverse(samplers::keep(p, count)).draw(5, 20000)};
    const auto report = conform_batch(right, drawn);
    const std::string page = conform_page(
        report, right, drawn, {.title = "a <sampler> & \"its\" test", .pipeline = "[top_p < 1]"});
    CHECK(fault_of(page) == "");
    CHECK(page.find("a &lt;sampler&gt; &amp; &quot;its&quot; test") != std::string::npos);
    CHECK(page.find("[top_p &lt; 1]") != std::string::npos);
    CHECK(page.find("http") == std::string::npos);
    CHECK(page.find("src=") == std::string::npos);
    CHECK(page.find("prefers-color-scheme: dark") != std::string::npos);
    CHECK((page.find("The sampler conforms:") != std::string::npos) == (count == kept));
    CHECK((page.find("The sampler does not conform:") != std::string::npos) == (count != kept));
    CHECK((page.find("cannot be</td>") != std::string::npos) == (count != kept));
  }
}

TEST_CASE("A page of several rows shows the worst, and lists all") {
  const std::vector<Row> rows(3, Row{0.5, 0.5, 0});
  std::vector<DrawCounts> drawn(3, DrawCounts(3));
  for (auto& row : drawn) row.of_token = {50, 50, 0};
  drawn[2].of_token = {10, 90, 0};
  const std::string page = conform_page(conform_batch(rows, drawn), rows, drawn);
  CHECK(fault_of(page) == "");
  CHECK(page.find("Row 2 of 3, the worst") != std::string::npos);
  CHECK(page.find("<tr><td>0</td><td>100</td><td>0</td>") != std::string::npos);
}

TEST_CASE("A page about too few draws says so, and so does one about no rows") {
  const std::vector<Row> rows{Row{0.5, 0.5}};
  std::vector<DrawCounts> drawn(1, DrawCounts(2));
  drawn[0].of_token = {1, 0};
  const std::string page = conform_page(conform_batch(rows, drawn), rows, drawn);
  CHECK(page.find("Too few draws to tell") != std::string::npos);
  CHECK(fault_of(conform_page(conform_batch({}, {}), {}, {})) == "");
}
