/// \file generate_on_torch.cpp
/// A model of a folder of HF's files, on libtorch, and the text that it writes.

#include <cstdio>
#include <string>
#include <tamis/generation.hpp>
#include <tamis/models/torch/torch_llama.hpp>
#include <tamis/tamis.hpp>
#include <tamis/tokenizers/tokenizer_folder.hpp>

namespace {

int fail(const tamis::Error& error) {
  std::fprintf(stderr, "generate_on_torch: %s\n", error.message.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::puts("usage: generate_on_torch FOLDER DEVICE PROMPT");
    return argc == 1 ? 0 : 1;
  }
  // quote: torch_llama
  const auto options = tamis::TorchOptions::of(argv[2], "bfloat16");
  if (!options) return fail(options.error());
  auto model = tamis::TorchLlama::open(argv[1], *options);
  if (!model) return fail(model.error());
  const auto folder = tamis::TokenizerFolder::open(argv[1]);
  if (!folder) return fail(folder.error());
  const tamis::Bpe& tokenizer = folder->tokenizer;

  const tamis::Sampler sampler{tamis::Temperature{0.8f}, tamis::TopK{50}, tamis::TopP{0.95f}};
  const auto made =
      tamis::generate(*model, tokenizer, sampler, tokenizer.encode(argv[3]),
                      {.max_new_tokens = 60, .end_tokens = tokenizer.special().ends, .seed = 7});
  // quote end
  if (!made) return fail(made.error());
  std::puts(made->text.c_str());
}
