#include <cmath>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <tamis/presets/pipeline_json.hpp>
#include <vector>

#include "command.hpp"
#include "pipeline_on.hpp"
#include "policy_case.hpp"

namespace command {

namespace {

using nlohmann::json;

/// What differs from the expected logits, in words; nothing if all agree.
std::string difference(const PolicyCase& c, const tamis::Distribution& left) {
  std::vector<double> got(c.expected.size(), -HUGE_VAL);
  for (const auto& kept : left.kept()) got[static_cast<std::size_t>(kept.id)] = kept.logit;
  int differ = 0;
  std::string first;
  for (std::size_t id = 0; id < got.size(); ++id) {
    const double want = c.expected[id];
    const bool agrees = std::isinf(want) || std::isinf(got[id])
                            ? want == got[id]
                            : std::abs(got[id] - want) <= 2e-4 + 2e-4 * std::abs(want);
    if (agrees) continue;
    if (++differ == 1) {
      const auto text = [](double z) {
        return std::isinf(z) ? std::string("masked") : std::to_string(z);
      };
      first = "token " + std::to_string(id) + " is " + text(got[id]) + ", expected " + text(want);
    }
  }
  if (differ == 0) return {};
  return std::to_string(differ) + " of " + std::to_string(got.size()) + " tokens differ; " + first;
}

/// The pipeline with the thresholds of its truncations moved by so much: if that makes the
/// difference, the case lies on the edge of a cut, where the peer's own rounding decided.
json moved(json pipeline, double factor) {
  for (json& step : pipeline) {
    const std::string type = step.value("type", "");
    for (const char* key : {"p", "h", "epsilon", "n", "threshold"}) {
      if (type != "no_repeat_ngram" && step.contains(key) && step[key].is_number()) {
        step[key] =
            std::min(step[key].get<double>() * factor, key == std::string("n") ? HUGE_VAL : 1.0);
      }
    }
  }
  return pipeline;
}

struct Check {
  std::vector<std::string> files;
  std::string backend = "simd";
  int ranks = 4;
  int passed = 0, failed = 0, on_the_edge = 0;

  Result<void> run() {
    const auto on = pipeline_on(backend, ranks);
    if (!on) return on.error();
    for (const std::string& file : files) {
      const auto text = read_text(file);
      if (!text) return text.error();
      std::size_t number = 0;
      for (std::size_t at = 0; at < text->size(); ++number) {
        const std::size_t end = std::min(text->find('\n', at), text->size());
        const std::string line = text->substr(at, end - at);
        at = end + 1;
        if (line.find_first_not_of(" \t\r") != std::string::npos)
          check(file, number + 1, line, *on);
      }
    }
    if (on_the_edge > 0) {
      std::cout << on_the_edge
                << " of those passed lie on the edge of a cut: a threshold moved by 2e-6 of itself "
                   "decides\n";
    }
    std::cout << passed << " passed, " << failed << " failed" << std::endl;
    if (failed > 0)
      return Error{std::to_string(failed) + " of " + std::to_string(passed + failed) +
                   " cases failed"};
    return {};
  }

 private:
  void check(const std::string& file, std::size_t number, const std::string& line, PipelineOn on) {
    const auto c = PolicyCase::read(line);
    if (!c) return fail(file + ":" + std::to_string(number), c.error().message);
    const auto at = file + ":" + std::to_string(number) + " (" + c->id + ")";
    const auto compare = [&](const json& pipeline) -> Result<std::string> {
      const auto steps = tamis::pipeline_from_json(pipeline);
      if (!steps) return steps.error();
      return difference(*c, on(*steps, c->logits, c->prompt, c->generated, 1));
    };
    const auto differs = compare(c->pipeline);
    if (!differs) return fail(at, differs.error().message);
    if (!differs->empty()) {
      for (const double factor : {1 - 2e-6, 1 + 2e-6}) {
        const auto nudged = compare(moved(c->pipeline, factor));
        if (nudged && nudged->empty()) {
          ++on_the_edge, ++passed;
          return;
        }
      }
      return fail(at, *differs);
    }
    ++passed;
  }

  void fail(const std::string& at, const std::string& what) {
    ++failed;
    std::cout << at << ": " << what << '\n';
  }
};

}  // namespace

Command check(CLI::App& program) {
  CLI::App* app = program.add_subcommand(
      "check", "Runs policy cases, and says which do not give what they should");
  auto options = std::make_shared<Check>();
  app->add_option("FILE", options->files,
                  "files of cases, one JSON object a line ('-' for standard input)")
      ->required()
      ->type_name("");
  app->add_option("--backend", options->backend, "eigen, simd, team, sharded, torch or cuda")
      ->type_name("NAME")
      ->capture_default_str();
  app->add_option("--ranks", options->ranks,
                  "how many threads have a part of the vocabulary each, with --backend sharded")
      ->type_name("N")
      ->capture_default_str();
  return {app, [options] { return options->run(); }};
}

}  // namespace command
