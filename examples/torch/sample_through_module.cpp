/// \file sample_through_module.cpp
/// Any TorchScript module from ids [1, T] to logits [1, T, V] as a language model: its tokens are
/// drawn by Tamis.
///
///     sample_through_module MODULE.pt FIRST_TOKEN
///
/// Without arguments it writes a small module to a temporary file and draws from that.

#include <ATen/Context.h>
#include <ATen/ops/randn.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <tamis/generation.hpp>
#include <tamis/models/torch/torch_script.hpp>
#include <tamis/tamis.hpp>
#include <vector>

/// A module whose next token depends on the sum of the embeddings so far.
static std::string small_module() {
  torch::jit::Module module("sums");
  at::manual_seed(7);
  module.register_parameter("embedding", at::randn({100, 16}), false);
  module.define(R"(
def forward(self, ids):
    return torch.matmul(torch.cumsum(self.embedding[ids], 1), self.embedding.t()) * 0.05
)");
  const char* folder = std::getenv("TMPDIR");
  const std::string path = std::string(folder ? folder : "/tmp") + "/tamis_sums.pt";
  module.save(path);
  return path;
}

int main(int argc, char** argv) {
  std::vector<tamis::TokenId> prompt{1, 2, 3};
  if (argc > 2) prompt.assign(1, std::atoi(argv[2]));
  // quote: torch_script
  auto model = tamis::open_torch_script(argc > 1 ? argv[1] : small_module());
  if (!model) return std::fprintf(stderr, "%s\n", model.error().message.c_str()), 1;
  const tamis::Sampler sampler{tamis::Temperature{0.8f}, tamis::TopK{50}, tamis::TopP{0.95f}};
  const auto made = tamis::generate(*model, tamis::NoTokenizer{}, sampler, prompt,
                                    {.max_new_tokens = 20, .seed = 7});
  // quote end
  if (!made) return std::fprintf(stderr, "%s\n", made.error().message.c_str()), 1;
  for (const tamis::TokenId id : made->tokens) std::printf("%d ", id);
  std::puts("");
}
