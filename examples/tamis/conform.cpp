#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <tamis/io/npy.hpp>
#include <tamis/testing/conform_batch.hpp>
#include <tamis/testing/conform_page.hpp>
#include <vector>

#include "command.hpp"
#include "pipeline_options.hpp"

namespace command {

namespace {

using tamis::testing::ConformReport;
using tamis::testing::DrawCounts;

struct Conform {
  PipelineOptions what;
  std::string draws;
  double false_alarm_rate = 1e-3;
  bool json = false;
  std::string html;
  int status = 0;

  Result<void> run() {
    if (!(false_alarm_rate > 0 && false_alarm_rate < 1)) {
      return Error{"--alpha is " + nlohmann::json(false_alarm_rate).dump() +
                   "; it must be more than 0 and less than 1"};
    }
    const auto exact = what.rows();
    if (!exact) return exact.error();
    const auto drawn = counts(*exact);
    if (!drawn) return drawn.error();
    const auto report =
        tamis::testing::conform_batch(exact->probabilities, *drawn, false_alarm_rate);
    if (report.tells_nothing) {
      return Error{
          "the draws are too few to tell: there are no two groups of tokens that are expected five "
          "times "
          "each; give more draws"};
    }
    if (!html.empty()) {
      const std::string page = tamis::testing::conform_page(report, exact->probabilities, *drawn,
                                                            {.pipeline = exact->pipeline});
      if (const auto written = write_text(html, page); !written) return written.error();
    }
    json ? print_json(report) : print(report);
    status = report.passed() ? 0 : 2;
    return {};
  }

 private:
  /// How often each token of each row was drawn.
  Result<std::vector<DrawCounts>> counts(const ExactRows& exact) const {
    const auto array = tamis::read_npy(draws);
    if (!array) return array.error();
    const auto tokens = array->tokens();
    if (!tokens) return Error{"'" + draws + "': " + tokens.error().message};
    const std::size_t rows = exact.probabilities.size();
    if (array->shape.size() != exact.shape.size() || array->rows() != rows) {
      return Error{"the draws have the shape " + tamis::text_of_shape(array->shape) +
                   " and the logits " + tamis::text_of_shape(exact.shape) +
                   "; logits [V] take draws [N], logits [B, V] take draws [B, N]"};
    }
    const std::size_t each = array->columns();
    if (each == 0) return Error{"'" + draws + "' holds no draws"};
    std::vector<DrawCounts> drawn;
    for (std::size_t row = 0; row < rows; ++row)
      drawn.emplace_back(std::span(*tokens).subspan(row * each, each),
                         exact.probabilities[row].size());
    return drawn;
  }

  static nlohmann::ordered_json json_of(const ConformReport& r) {
    const auto& tv = r.total_variation;
    return {{"passed", r.passed()},
            {"p_value", r.p_value},
            {"draws", tv.draws},
            {"support",
             {{"passed", r.support.passed()},
              {"outside", r.support.outside},
              {"example", r.support.example}}},
            {"chi_squared",
             {{"passed", r.chi_squared.passed()},
              {"statistic", r.chi_squared.statistic},
              {"degrees_of_freedom", r.chi_squared.degrees_of_freedom},
              {"p_value", r.chi_squared.p_value}}},
            {"g_test",
             {{"passed", r.g_test.passed()},
              {"statistic", r.g_test.statistic},
              {"degrees_of_freedom", r.g_test.degrees_of_freedom},
              {"p_value", r.g_test.p_value}}},
            {"rare_tokens",
             {{"passed", r.rare_tokens.passed()},
              {"draws", r.rare_tokens.draws},
              {"expected_draws", r.rare_tokens.expected_draws},
              {"p_value", r.rare_tokens.p_value}}},
            {"total_variation",
             {{"distance", tv.distance},
              {"expected", tv.expected},
              {"at_least", tv.at_least},
              {"at_most", tv.at_most},
              {"p_value", tv.p_value}}}};
  }

  void print_json(const tamis::testing::ConformBatchReport& report) const {
    nlohmann::ordered_json object = {{"conforms", report.passed()},
                                     {"p_value", report.p_value},
                                     {"false_alarm_rate", report.false_alarm_rate},
                                     {"worst_row", report.worst},
                                     {"together",
                                      {{"statistic", report.statistic},
                                       {"degrees_of_freedom", report.degrees_of_freedom},
                                       {"p_value", report.together}}},
                                     {"rows", nlohmann::ordered_json::array()}};
    for (const ConformReport& row : report.rows) object["rows"].push_back(json_of(row));
    std::cout << object << '\n';
  }

  static void print(const tamis::testing::ConformBatchReport& report) {
    const ConformReport& r = report.rows[report.worst];
    if (report.rows.size() > 1)
      std::printf("the worst of %zu rows is %zu:\n", report.rows.size(), report.worst);
    const auto line = [](const char* name, bool passed, double p, const std::string& found) {
      std::printf("%-16s %-7s p = %-10.3g %s\n", name, passed ? "passed" : "FAILED", p,
                  found.c_str());
    };
    const auto text = [](double x) { return tamis::testing::detail::short_number(x); };
    std::string outside = std::to_string(r.support.outside) + " of " +
                          std::to_string(r.total_variation.draws) + " draws outside";
    if (r.support.example >= 0) outside += ", such as token " + std::to_string(r.support.example);
    line("support", r.support.passed(), r.support.p_value, outside);
    line("chi-squared", r.chi_squared.passed(), r.chi_squared.p_value,
         text(r.chi_squared.statistic) + " at " + std::to_string(r.chi_squared.degrees_of_freedom) +
             " degrees of freedom");
    line("rare tokens", r.rare_tokens.passed(), r.rare_tokens.p_value,
         std::to_string(r.rare_tokens.draws) + " draws, " + text(r.rare_tokens.expected_draws) +
             " expected");
    line("G", r.g_test.passed(), r.g_test.p_value,
         text(r.g_test.statistic) + ", not in the verdict");
    line("total variation", r.total_variation.passed(), r.total_variation.p_value,
         text(r.total_variation.distance) + ", by chance alone " +
             text(r.total_variation.expected) + "; the sampler's own is from " +
             text(r.total_variation.at_least) + " to " + text(r.total_variation.at_most));
    if (report.rows.size() > 1) {
      std::printf("all rows: chi-squared %s at %zu degrees of freedom, p = %s\n",
                  text(report.statistic).c_str(), report.degrees_of_freedom,
                  text(report.together).c_str());
    }
    std::printf("%s\n", verdict_of(report).c_str());
  }
};

}  // namespace

Command conform(CLI::App& program) {
  CLI::App* app = program.add_subcommand("conform",
                                         "Tests somebody's sampler by the tokens it drew; ends "
                                         "with 0 if it conforms, 2 if it does not");
  auto options = std::make_shared<Conform>();
  app->add_option("--draws", options->draws,
                  "the tokens drawn, int32 or int64: [N] for logits [V], [B, N] for [B, V]")
      ->required()
      ->type_name("FILE.npy");
  app->add_option("--alpha", options->false_alarm_rate,
                  "how often a correct sampler may be found wrong")
      ->type_name("X")
      ->capture_default_str();
  app->add_flag("--json", options->json,
                R"(writes {"conforms", "p_value", "false_alarm_rate", "rows", ...})");
  app->add_option("--html", options->html, "writes a page with a plot of expected against drawn")
      ->type_name("FILE");
  options->what.add(*app);
  return {app, [options] { return options->run(); }, [options] { return options->status; }};
}

}  // namespace command
