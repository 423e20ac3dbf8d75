#include <tamis/policies/at_least.hpp>
#include <tamis/policies/entropy_mass.hpp>
#include <tamis/presets/any_policy.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "catch.hpp"
#include "tamis/core/policy.hpp"

using namespace tamis;

namespace {

struct Line {
  std::string policy, question, asks, passes;
};

/// What the table must say of a policy, as the compiler knows it.
template <class P>
Line row_of(std::string name) {
  Line row{"`" + name + "`", "", "", ""};
  if constexpr (Composite<P>) {
    const auto [first, second] = P{}.steps();
    const Line one = row_of<std::remove_const_t<decltype(first)>>(""),
              other = row_of<std::remove_const_t<decltype(second)>>("");
    return {row.policy, "steps", "", one.passes + " + " + other.passes};
  } else if constexpr (Draw<P>) {
    return {row.policy, HasPoint<P> ? "point" : "score", "", HasPoint<P> ? "2 + S" : "1"};
  } else {
    row.question = Transform<P> ? "logit"
                   : Penalty<P> ? "repeated"
                   : Edit<P>    ? "edited"
                   : HasCut<P>  ? "cut"
                   : HasRank<P> ? "rank"
                                : "mass";
    constexpr unsigned needs = detail::needs_of<P>();
    row.asks = needs & need_heat ? "entropy" : needs & need_total ? "sum" : "";
    if (needs & need_spread) row.asks += (row.asks.empty() ? "" : ", ") + std::string("spread");
    if (needs == need_max) row.asks = "maximum";
    if (needs == nothing) row.asks = "nothing";
    row.passes = needs == nothing ? "" : needs == need_max ? "1" : "2";
    if (HasRank<P> || HasMass<P>) row.passes += row.passes.empty() ? "S" : " + S";
    if (row.passes.empty()) row.passes = "0";
    return row;
  }
}

const std::vector<Line> expected = {
    row_of<Temperature>("Temperature"),
    row_of<DynamicTemperature>("DynamicTemperature"),
    row_of<Smoothing>("Smoothing"),
    row_of<SoftCap>("SoftCap"),
    row_of<LogSoftmax>("LogSoftmax"),
    row_of<GreenList>("GreenList"),
    row_of<Forced>("Forced"),
    row_of<RepetitionPenalty>("RepetitionPenalty"),
    row_of<FrequencyPenalty>("FrequencyPenalty"),
    row_of<PresencePenalty>("PresencePenalty"),
    row_of<Push>("Push"),
    row_of<ScaledPush>("ScaledPush"),
    row_of<TopK>("TopK"),
    row_of<TopP>("TopP"),
    row_of<MinP>("MinP"),
    row_of<TopA>("TopA"),
    row_of<TopNSigma>("TopNSigma"),
    row_of<EpsilonCutoff>("EpsilonCutoff"),
    row_of<EtaCutoff>("EtaCutoff"),
    row_of<TypicalP>("TypicalP"),
    row_of<EntropyMass>("EntropyMass"),
    row_of<TopH>("TopH"),
    row_of<Xtc>("Xtc"),
    row_of<Mirostat>("Mirostat"),
    row_of<AdaptiveP>("AdaptiveP"),
    row_of<Multinomial>("Multinomial"),
    row_of<GumbelMax>("GumbelMax"),
    row_of<Greedy>("Greedy"),
    {"`AtLeast<P>`", "that of P", "that of P", "P's + S"},
};

/// The cells of the rows of docs/policies.md that have seven, but for the headings.
std::vector<std::vector<std::string>> documented() {
  std::ifstream in(std::string(TAMIS_TESTS_DIR) + "/../docs/policies.md");
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(in, line);) {
    std::vector<std::string> cells;
    for (std::size_t at = line.find('|'); at + 1 < line.size() && at != std::string::npos;) {
      const std::size_t end = line.find('|', at + 1);
      if (end == std::string::npos) break;
      std::string cell = line.substr(at + 1, end - at - 1);
      while (cell.starts_with(' ')) cell.erase(0, 1);
      while (cell.ends_with(' ')) cell.pop_back();
      cells.push_back(cell);
      at = end;
    }
    if (cells.size() == 7 && cells[0].starts_with('`')) rows.push_back(cells);
  }
  return rows;
}

}  // namespace

TEST_CASE("The table of policies has a row for each policy, with its question and its passes") {
  const auto rows = documented();
  for (const Line& row : expected) {
    CAPTURE(row.policy);
    const auto found =
        std::ranges::find(rows, row.policy, [](const auto& cells) { return cells[0]; });
    REQUIRE(found != rows.end());
    CHECK_FALSE((*found)[1].empty());
    CHECK((*found)[2] == row.question);
    CHECK((*found)[3] == row.asks);
    CHECK((*found)[4] == row.passes);
  }
  CHECK(rows.size() == expected.size());
}

TEST_CASE("The table of policies is as long as the folder") {
  std::size_t headers = 0;
  for (const auto& file : std::filesystem::directory_iterator(std::string(TAMIS_TESTS_DIR) +
                                                              "/../include/tamis/policies")) {
    headers += file.path().extension() == ".hpp";
  }
  CHECK(expected.size() == headers);
}
