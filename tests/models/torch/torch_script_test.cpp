#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>

#include <fstream>
#include <string>
#include <tamis/models/torch/torch_script.hpp>
#include <vector>

#include "../../io/temporary_folder.hpp"
#include "catch.hpp"

using namespace tamis;

/// A module of these methods with an embedding and a matrix, saved to a file.
static std::string saved(const TemporaryFolder& folder, const std::string& name,
                         const std::string& methods) {
  torch::jit::Module module("toy");
  const at::Tensor numbers = at::arange(44, at::kFloat).reshape({11, 4});
  module.register_parameter("embedding", numbers.sin(), false);
  module.register_parameter("matrix", numbers.t().cos(), false);
  module.define(methods);
  module.save(folder.path(name));
  return folder.path(name);
}

static constexpr const char* whole = R"(
def forward(self, ids):
    return torch.matmul(torch.cumsum(self.embedding[ids], 1), self.matrix)
)";

static constexpr const char* remembering = R"(
def start(self) -> List[Tensor]:
    return [torch.zeros([1, 0, 4])]

def forward(self, ids, memory: List[Tensor]) -> Tuple[Tensor, List[Tensor]]:
    all = torch.cat([memory[0], self.embedding[ids]], 1)
    sums = torch.cumsum(all, 1)[:, memory[0].size(1):]
    return torch.matmul(sums, self.matrix), [all]
)";

TEST_CASE("A TorchScript file is a language model, with a memory or without") {
  const TemporaryFolder folder;
  auto plain = open_torch_script(saved(folder, "plain.pt", whole));
  auto with_memory = open_torch_script(saved(folder, "memory.pt", remembering));
  if (!plain) FAIL(plain.error().message);
  if (!with_memory) FAIL(with_memory.error().message);
  CHECK(plain->vocab_size() == 11);
  CHECK(!plain->has_memory());
  CHECK(with_memory->has_memory());
  const std::vector<TokenId> ids{3, 1, 4, 1, 5, 9, 2, 6};
  auto a = plain->start(), b = with_memory->start();
  for (const TokenId id : ids) {
    const auto expected = plain->forward_tensor(a, {&id, 1});
    const auto logits = with_memory->forward_tensor(b, {&id, 1});
    REQUIRE(expected);
    REQUIRE(logits);
    CHECK(at::allclose(*logits, *expected, 1e-4, 1e-5));
  }
  CHECK(b.rewind(2));
  CHECK(b.bytes() == 2 * 8 + 2 * 4 * 4);
}

TEST_CASE("A file that is no TorchScript, or no language model, is refused in one sentence") {
  const TemporaryFolder folder;
  std::ofstream(folder.path("text.pt")) << "no module";
  for (const char* name : {"nowhere.pt", "text.pt"}) {
    const auto model = open_torch_script(folder.path(name));
    REQUIRE(!model);
    CHECK(model.error().message.find(std::string(name) +
                                     "' is no TorchScript file that can be run: ") !=
          std::string::npos);
  }
  const auto other = open_torch_script(
      saved(folder, "other.pt", "def forward(self, ids):\n    return self.embedding[ids][0]\n"));
  CHECK(other.error().message ==
        "the module returns logits of the shape [1, 4] and type Float for 1 tokens; floating-point "
        "numbers [1, 1, vocabulary] are needed");
  const auto text =
      open_torch_script(saved(folder, "number.pt", "def forward(self, ids):\n    return 3\n"));
  CHECK(text.error().message.find("where tensors are needed") != std::string::npos);
}
