/// \file draws_fuzz.cpp
/// Any text is a pipeline or a sentence, any numbers are logits or a fault, and any ids are draws:
/// the verdict on them rests on probabilities and p-values between 0 and 1.
///
/// The input is the pipeline, a line break, the size of the vocabulary as a byte, its logits as
/// floats, and draws, a byte each.

#include <cmath>
#include <cstring>

#include <tamis/presets/pipeline_text.hpp>
#include <tamis/presets/solved_pipeline.hpp>
#include <tamis/testing/conform_batch.hpp>

#include "../../examples/tamis/pipeline_on.hpp"

namespace {

void require(bool holds) {
  if (!holds) __builtin_trap();
}

bool is_share(double x) { return x >= 0 && x <= 1 + 1e-9; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  const std::size_t line = input.find('\n');
  if (line == input.npos || line + 1 >= size) return 0;
  const std::size_t vocab_size = bytes[line + 1] % 64 + std::size_t{1}, numbers = line + 2;
  if (size < numbers + 4 * vocab_size) return 0;
  std::vector<float> logits(vocab_size);
  std::memcpy(logits.data(), bytes + numbers, 4 * vocab_size);
  std::vector<tamis::TokenId> draws;
  for (std::size_t at = numbers + 4 * vocab_size; at < size; ++at)
    draws.push_back(static_cast<signed char>(bytes[at]));

  const auto pipeline = tamis::pipeline_from_text(input.substr(0, line), vocab_size);
  if (!pipeline) return require(!pipeline.error().message.empty()), 0;
  const auto solved = tamis::SolvedPipeline::of(*pipeline, logits, {}, {}, command::on_team);
  if (!solved) return require(!solved.error().message.empty()), 0;
  const std::vector<std::vector<double>> probabilities = {solved->probabilities()};
  double sum = 0;
  for (const double p : probabilities[0]) require(is_share(p)), sum += p;
  require(std::abs(sum - 1) < 1e-4);

  const std::vector<tamis::testing::DrawCounts> counts = {{draws, vocab_size}};
  require(counts[0].total() == draws.size());
  const auto report = tamis::testing::conform_batch(probabilities, counts);
  const auto& row = report.rows.at(0);
  for (const double p :
       {report.p_value, report.together, row.p_value, row.chi_squared.p_value, row.g_test.p_value,
        row.rare_tokens.p_value, row.total_variation.p_value, row.total_variation.distance})
    require(is_share(p));
  require(row.support.passed() || counts[0].strays > 0 || !row.passed());
  return 0;
}
