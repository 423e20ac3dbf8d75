#pragma once

/// \file conform_plot.hpp
/// Expected against drawn, as a picture: an SVG that takes its colours from the page around it.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include "draw_counts.hpp"

namespace tamis::testing {

/// How often one token should have been drawn, and was.
struct TokenDeviation {
  std::size_t token;
  double probability;   ///< that it should be drawn with
  std::uint64_t count;  ///< how often it was
  double deviations;    ///< how far that is from the mean, in standard deviations; infinite outside
                        ///< of the support
};

/// The deviation of each token that may be or was drawn, in the order of ids. `probabilities`,
/// [vocab_size], add up to 1.
inline std::vector<TokenDeviation> token_deviations(std::span<const double> probabilities,
                                                    const DrawCounts& drawn) {
  const double draws = static_cast<double>(drawn.total());
  std::vector<TokenDeviation> all;
  for (std::size_t token = 0; token < probabilities.size(); ++token) {
    const double p = probabilities[token] > 0 ? probabilities[token] : 0;
    const std::uint64_t count = token < drawn.of_token.size() ? drawn.of_token[token] : 0;
    if (p == 0 && count == 0) continue;
    const double off = static_cast<double>(count) - draws * p,
                 spread = std::sqrt(draws * p * (1 - p));
    all.push_back({token, p, count,
                   off == 0     ? 0
                   : spread > 0 ? off / spread
                                : std::copysign(HUGE_VAL, off)});
  }
  return all;
}

namespace detail {

/// A number in as few characters as a person needs.
inline std::string short_number(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", x);
  return text;
}

inline std::string svg_rectangle(const char* name, double x, double y, double width,
                                 double height) {
  char text[160];
  std::snprintf(text, sizeof text,
                "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n", name,
                x, y, width, height);
  return text;
}

inline std::string svg_line(const char* name, double x1, double y1, double x2, double y2) {
  char text[160];
  std::snprintf(text, sizeof text,
                "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", name, x1,
                y1, x2, y2);
  return text;
}

inline std::string svg_text(const char* name, double x, double y, const std::string& words,
                            const char* turned = "") {
  char place[200];
  std::snprintf(place, sizeof place, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\"%s>", name, x, y,
                turned);
  return place + words + "</text>\n";
}

/// Places for the lines of a square-root scale up to `greatest`: 0, and numbers of 1, 2 or 5 times
/// a power of ten that are a tenth of the height apart.
inline std::vector<double> square_root_ticks(double greatest) {
  std::vector<double> ticks{0};
  double last = 2 * greatest;
  for (double power = std::pow(10, std::floor(std::log10(greatest))); power > greatest * 1e-3;
       power /= 10) {
    for (const double tick : {5 * power, 2 * power, power}) {
      if (tick > greatest || std::sqrt(last / greatest) - std::sqrt(tick / greatest) < 0.1 ||
          tick < 0.01 * greatest)
        continue;
      ticks.push_back(last = tick);
    }
  }
  return ticks;
}

}  // namespace detail

/// A picture of the `most` likeliest tokens of one row, two bars each, expected and drawn, and of
/// what is left: the other tokens together, and draws of what cannot be drawn. Over each expected
/// bar stands the range in which 999 of 1000 correct samplers draw that token. Heights are
/// square roots of shares, a scale on which chance is as large for rare tokens as for frequent ones
/// (Tukey's rootogram). Classes: expected, drawn, wrong, range, grid, label, axis.
inline std::string conform_plot(std::span<const double> probabilities, const DrawCounts& drawn,
                                std::size_t most = 24) {
  struct Bar {
    std::string name;
    double expected, drawn;
    bool possible = true;
  };
  const double draws = std::max(1.0, static_cast<double>(drawn.total()));
  std::vector<TokenDeviation> tokens = token_deviations(probabilities, drawn);
  std::stable_sort(tokens.begin(), tokens.end(),
                   [](const auto& a, const auto& b) { return a.probability > b.probability; });
  std::vector<Bar> bars;
  Bar others{"others", 0, 0},
      outside{"outside", 0, static_cast<double>(drawn.strays) / draws, false};
  for (const TokenDeviation& t : tokens) {
    const double share = static_cast<double>(t.count) / draws;
    if (t.probability == 0) {
      outside.drawn += share;
    } else if (bars.size() < most) {
      bars.push_back({std::to_string(t.token), t.probability, share});
    } else {
      others.expected += t.probability, others.drawn += share;
    }
  }
  if (others.expected > 0) bars.push_back(others);
  if (outside.drawn > 0) bars.push_back(outside);

  // The range is that of the normal distribution; 3.29 is its two-sided quantile of 0.999.
  const auto slack = [&](double p) {
    return 3.2905 * std::sqrt(std::max(p * (1 - p), 0.0) / draws);
  };
  double greatest = 1e-12;
  for (const Bar& bar : bars)
    greatest = std::max({greatest, bar.expected + slack(bar.expected), bar.drawn});

  constexpr double left = 52, top = 12, height = 250, pitch = 30;
  const double width = pitch * static_cast<double>(bars.size());
  const auto y_of = [&](double share) { return top + height * (1 - std::sqrt(share / greatest)); };
  char head[240];
  std::snprintf(head, sizeof head,
                "<svg viewBox=\"0 0 %.0f 320\" width=\"%.0f\" height=\"320\" role=\"img\" "
                "aria-label=\"Expected and drawn frequency of the likeliest tokens\">\n",
                left + width + 8, left + width + 8);
  std::string svg = head;
  for (const double share : detail::square_root_ticks(greatest)) {
    svg += detail::svg_line("grid", left, y_of(share), left + width, y_of(share));
    svg += detail::svg_text("label end", left - 6, y_of(share) + 4, detail::short_number(share));
  }
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const Bar& bar = bars[i];
    const double x = left + pitch * static_cast<double>(i) + 4, middle = x + 5.5;
    const double low = std::max(bar.expected - slack(bar.expected), 0.0),
                 high = bar.expected + slack(bar.expected);
    svg += "<g><title>token " + bar.name + ": expected " + detail::short_number(bar.expected) +
           ", drawn " + detail::short_number(bar.drawn) + "</title>\n";
    svg += detail::svg_rectangle("expected", x, y_of(bar.expected), 11,
                                 height + top - y_of(bar.expected));
    svg += detail::svg_rectangle(bar.possible ? "drawn" : "wrong", x + 11, y_of(bar.drawn), 11,
                                 height + top - y_of(bar.drawn));
    if (bar.possible) {
      svg += detail::svg_line("range", middle, y_of(low), middle, y_of(high));
      svg += detail::svg_line("range", middle - 4, y_of(low), middle + 4, y_of(low));
      svg += detail::svg_line("range", middle - 4, y_of(high), middle + 4, y_of(high));
    }
    char turned[80];
    std::snprintf(turned, sizeof turned, " transform=\"rotate(-55 %.1f %.1f)\"", x + 14,
                  top + height + 14);
    svg += detail::svg_text("label end", x + 14, top + height + 14, bar.name, turned) + "</g>\n";
  }
  return svg + detail::svg_line("axis", left, top + height, left + width, top + height) +
         "</svg>\n";
}

}  // namespace tamis::testing
