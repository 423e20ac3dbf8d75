// Any configuration on tensors: each row of a batch has its own, as in a server.
#include <tamis/presets/standard.hpp>

#include "backends/aten/batch.hpp"

using namespace tamis;
using batches::Batch;

TEST_CASE("Rows with configurations of their own draw on tensors what each draws alone") {
  GenerationConfig usual, greedy, mirostat, plain;
  usual.temperature = 0.7, usual.top_k = 40, usual.top_p = 0.9, usual.repetition_penalty = 1.1;
  greedy.do_sample = false;
  mirostat.mirostat = 2;
  for (const at::Device device : batches::devices()) {
    std::vector<Standard> samplers;
    for (const GenerationConfig& config : {usual, greedy, usual, mirostat, plain, usual}) samplers.emplace_back(config);
    std::vector<Standard> alone = samplers;
    Batch batch{300};
    for (std::uint64_t row = 0; row < samplers.size(); ++row)
      batch.add(testing::make_row(testing::RowKind::normal, row, 300), row);
    const auto facts = batch.facts();
    for (int step = 0; step < 2; ++step) {  // the one with mirostat has learned by the second
      for (Stream& stream : batch.streams) ++stream.position;
      const auto choices = aten::sample(batch.tensor(device), samplers, batch.streams, aten::facts_of(facts, 300, device));
      REQUIRE(choices.has_value());
      const auto got = choices->on_host();
      for (std::size_t row = 0; row < got.size(); ++row) {
        team::Shared shared;
        team::RowOf one(team::Solo{}, shared, batch.logits.data() + 300 * row, 300, batch.streams[row], facts[row]);
        CHECK(batches::same(got[row], alone[row](one)));
      }
    }
  }
}
