#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <string>
#include <tamis/io/npy.hpp>
#include <vector>

#include "command.hpp"
#include "pipeline_options.hpp"

namespace command {

namespace {

struct Distribution {
  PipelineOptions what;
  std::string out;
  bool json = false;
  std::optional<int> top;

  Result<void> run() const {
    if (top && *top < 1)
      return Error{"--top is " + std::to_string(*top) + "; it must be 1 or more"};
    const auto exact = what.rows();
    if (!exact) return exact.error();
    if (!out.empty()) {
      std::vector<double> all;
      for (const auto& row : exact->probabilities) all.insert(all.end(), row.begin(), row.end());
      const auto array = tamis::npy_of(std::span<const double>(all), exact->shape);
      if (const auto written = tamis::write_npy(out, array); !written) return written.error();
    }
    if (json) print_json(*exact);
    if (!json && out.empty()) print(*exact);
    return {};
  }

 private:
  /// The survivors of a row, the likeliest first.
  std::vector<std::size_t> survivors(const std::vector<double>& p) const {
    std::vector<std::size_t> tokens;
    for (std::size_t token = 0; token < p.size(); ++token)
      if (p[token] > 0) tokens.push_back(token);
    std::ranges::stable_sort(tokens, [&](std::size_t a, std::size_t b) { return p[a] > p[b]; });
    if (top) tokens.resize(std::min(tokens.size(), static_cast<std::size_t>(*top)));
    return tokens;
  }

  void print_json(const ExactRows& exact) const {
    auto rows = nlohmann::ordered_json::array();
    for (const auto& p : exact.probabilities) {
      auto row = nlohmann::ordered_json::array();
      for (const std::size_t token : survivors(p))
        row.push_back(
            {{"token", token}, {"probability", p[token]}, {"log_probability", std::log(p[token])}});
      rows.push_back(std::move(row));
    }
    std::cout << (exact.shape.size() == 1 ? rows[0] : rows) << '\n';
  }

  void print(const ExactRows& exact) const {
    for (std::size_t row = 0; row < exact.probabilities.size(); ++row) {
      const auto& p = exact.probabilities[row];
      if (exact.shape.size() > 1) std::printf("row %zu\n", row);
      for (const std::size_t token : survivors(p)) std::printf("%8zu  %.9g\n", token, p[token]);
      const auto kept = std::ranges::count_if(p, [](double x) { return x > 0; });
      std::printf("%zu of %zu tokens can be drawn\n", static_cast<std::size_t>(kept), p.size());
    }
  }
};

}  // namespace

Command distribution(CLI::App& program) {
  CLI::App* app = program.add_subcommand(
      "distribution", "What a pipeline draws from: the exact probability of each token");
  auto options = std::make_shared<Distribution>();
  app->add_option("--out", options->out,
                  "writes the probabilities, float64, in the shape of the logits")
      ->type_name("FILE.npy");
  app->add_flag(
      "--json", options->json,
      R"(writes [{"token", "probability", "log_probability"}], the likeliest first; a list of these for [B, V])");
  app->add_option("--top", options->top, "shows only the likeliest")->type_name("N");
  options->what.add(*app);
  return {app, [options] { return options->run(); }};
}

}  // namespace command
