#pragma once

/// \file conform_page.hpp
/// The verdict on somebody's sampler as a page for a browser: one file, which loads nothing.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conform_batch.hpp"
#include "conform_plot.hpp"

namespace tamis::testing {

/// What a page says of the test besides its results; plain text.
struct ConformSubject {
  std::string title = "Does the sampler conform?";
  std::string pipeline;  ///< what should have been drawn from
};

/// The verdict in one sentence.
inline std::string verdict_of(const ConformBatchReport& report) {
  const std::string rate = detail::short_number(report.false_alarm_rate);
  if (report.tells_nothing)
    return "Too few draws to tell: there are no two groups of tokens that are expected five times "
           "each.";
  if (report.passed())
    return "The sampler conforms: p = " + detail::short_number(report.p_value) + ", not below " +
           rate + ", the share of correct samplers that would be rejected.";
  return "The sampler does not conform: p = " + detail::short_number(report.p_value) + ", below " +
         rate + ", the share of correct samplers that would be rejected.";
}

namespace detail {

inline std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else if (c == '&')
      safe += "&amp;";
    else if (c == '"')
      safe += "&quot;";
    else
      safe += c;
  }
  return safe;
}

/// A row of a table; the first cell is its heading.
inline std::string table_row(const std::vector<std::string>& cells, const std::string& tag = "td") {
  std::string row = "<tr>";
  for (const std::string& cell : cells) row += "<" + tag + ">" + cell + "</" + tag + ">";
  return row + "</tr>\n";
}

inline std::string passed_or_not(bool passed) {
  return passed ? "passed" : "<strong class=\"bad\">failed</strong>";
}

inline std::string tests_table(const ConformReport& r) {
  const auto p = [](double value) { return short_number(value); };
  std::string rows = table_row({"test", "asks", "found", "p", ""}, "th");
  rows += table_row({"support", "was anything drawn that cannot be?",
                     std::to_string(r.support.outside) + " draws outside", p(r.support.p_value),
                     passed_or_not(r.support.passed())});
  rows += table_row({"chi-squared", "are the frequencies right?",
                     p(r.chi_squared.statistic) + " at " +
                         std::to_string(r.chi_squared.degrees_of_freedom) + " degrees of freedom",
                     p(r.chi_squared.p_value), passed_or_not(r.chi_squared.passed())});
  rows += table_row({"rare tokens", "are they drawn, and as often as they should?",
                     std::to_string(r.rare_tokens.draws) + " draws, " +
                         p(r.rare_tokens.expected_draws) + " expected",
                     p(r.rare_tokens.p_value), passed_or_not(r.rare_tokens.passed())});
  rows += table_row({"G", "the frequencies, by the likelihood ratio; not in the verdict",
                     p(r.g_test.statistic) + " at " + std::to_string(r.g_test.degrees_of_freedom) +
                         " degrees of freedom",
                     p(r.g_test.p_value), passed_or_not(r.g_test.passed())});
  rows += table_row({"total variation", "how far off is the sampler? not in the verdict",
                     p(r.total_variation.distance) + " measured, " + p(r.total_variation.expected) +
                         " by chance alone; the sampler's own is from " +
                         p(r.total_variation.at_least) + " to " + p(r.total_variation.at_most),
                     p(r.total_variation.p_value), passed_or_not(r.total_variation.passed())});
  return "<table>" + rows + "</table>\n";
}

/// A mean number of draws.
inline std::string counted(double draws) {
  char text[32];
  std::snprintf(text, sizeof text, draws < 1 ? "%.2g" : "%.1f", draws);
  return text;
}

/// The tokens whose number of draws is the farthest from its mean.
inline std::string deviations_table(std::span<const double> probabilities,
                                    const DrawCounts& drawn) {
  std::vector<TokenDeviation> tokens = token_deviations(probabilities, drawn);
  std::stable_sort(tokens.begin(), tokens.end(), [](const auto& a, const auto& b) {
    return std::abs(a.deviations) > std::abs(b.deviations);
  });
  if (tokens.size() > 10) tokens.resize(10);
  const double draws = static_cast<double>(drawn.total());
  std::string rows = table_row({"token", "expected", "drawn", "standard deviations off"}, "th");
  for (const TokenDeviation& t : tokens) {
    rows +=
        table_row({std::to_string(t.token), counted(draws * t.probability), std::to_string(t.count),
                   std::isinf(t.deviations) ? "cannot be" : short_number(t.deviations)});
  }
  return "<table>" + rows + "</table>\n";
}

inline constexpr std::string_view page_style = R"(
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1d2430; --faint: #5d6878; --line: #d5dbe4;
  --expected: #9db4d6; --drawn: #1f5fa8; --good: #17693a; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181f; --ink: #e6eaf0; --faint: #9aa5b5; --line: #333c49;
  --expected: #4d6180; --drawn: #7fb4f2; --good: #6fcf97; --bad: #ff8a80; } }
body { background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; max-width: 56rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.verdict { font-size: 1.15rem; border-left: .3rem solid var(--good); padding-left: .8rem; }
.verdict.no { border-color: var(--bad); } .bad { color: var(--bad); } .note { color: var(--faint); }
pre { white-space: pre-wrap; overflow-wrap: anywhere; color: var(--faint); margin: 0; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .25rem .9rem .25rem 0; border-bottom: 1px solid var(--line); }
.expected, .key.expected { fill: var(--expected); background: var(--expected); }
.drawn, .key.drawn { fill: var(--drawn); background: var(--drawn); }
.wrong { fill: var(--bad); } .range { stroke: var(--ink); stroke-width: 1.2; } .grid { stroke: var(--line); }
td:first-child, td:nth-child(4) { white-space: nowrap; }
.axis { stroke: var(--faint); } .label { fill: var(--faint); font-size: 11px; } .end { text-anchor: end; }
.key { display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 1em; }
)";

}  // namespace detail

/// A page about `report`, which `conform_batch` made of `probabilities` and `drawn`: the verdict,
/// each test, and for the worst row expected against drawn. Readable on light and on dark.
inline std::string conform_page(const ConformBatchReport& report,
                                std::span<const std::vector<double>> probabilities,
                                std::span<const DrawCounts> drawn,
                                const ConformSubject& subject = {}) {
  const std::size_t worst = report.worst;
  std::string page =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
      detail::escaped(subject.title) + "</title>\n<style>" + std::string(detail::page_style) +
      "</style>\n</head>\n<body>\n";
  page += "<h1>" + detail::escaped(subject.title) + "</h1>\n<p class=\"verdict" +
          std::string(report.passed() && !report.tells_nothing ? "" : " no") + "\">" +
          verdict_of(report) + "</p>\n";
  if (!subject.pipeline.empty()) page += "<pre>" + detail::escaped(subject.pipeline) + "</pre>\n";
  if (report.rows.empty()) return page + "</body>\n</html>\n";

  const bool several = report.rows.size() > 1;
  const std::string draws = std::to_string(drawn[worst].total());
  page += "<h2>" +
          (several ? "Row " + std::to_string(worst) + " of " + std::to_string(report.rows.size()) +
                         ", the worst"
                   : "Expected and drawn") +
          "</h2>\n<p class=\"note\">The likeliest tokens, by id, and their share of " + draws +
          " draws, on a scale of square roots. <span class=\"key expected\"></span>expected, with "
          "the range of 999 in 1000 "
          "correct samplers "
          "<span class=\"key drawn\"></span>drawn</p>\n<div class=\"wide\">" +
          conform_plot(probabilities[worst], drawn[worst]) + "</div>\n";
  page += "<h2>The tests</h2>\n<div class=\"wide\">" + detail::tests_table(report.rows[worst]) +
          "</div>\n";
  page += "<h2>Farthest from what was expected</h2>\n<div class=\"wide\">" +
          detail::deviations_table(probabilities[worst], drawn[worst]) + "</div>\n";
  if (several) {
    page += "<h2>All rows</h2>\n<p class=\"note\">Their chi-squared statistics add up to " +
            detail::short_number(report.statistic) + " at " +
            std::to_string(report.degrees_of_freedom) +
            " degrees of freedom, p = " + detail::short_number(report.together) +
            ".</p>\n<div class=\"wide\"><table>" +
            detail::table_row({"row", "draws", "outside", "p", ""}, "th");
    for (std::size_t row = 0; row < report.rows.size(); ++row) {
      const ConformReport& r = report.rows[row];
      page += detail::table_row({std::to_string(row), std::to_string(r.chi_squared.draws),
                                 std::to_string(r.support.outside), detail::short_number(r.p_value),
                                 detail::passed_or_not(r.passed())});
    }
    page += "</table></div>\n";
  }
  return page + "</body>\n</html>\n";
}

}  // namespace tamis::testing
