/// \file uses_torch.cpp
/// Draws a token from a tensor with tamis::torch.

#include <ATen/ops/arange.h>

#include <cstdio>
#include <tamis/backends/aten.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/sampler.hpp>

int main() {
  const auto choices = tamis::aten::sample(at::arange(5).to(at::kFloat).unsqueeze(0), tamis::Sampler{tamis::TopK{2}}, {{.seed = 7}});
  if (!choices) std::printf("%s\n", choices.error().message.c_str());
  if (!choices) return 1;
  const tamis::TokenId token = choices->on_host().front().token;
  std::printf("token %d\n", token);
  return token == 3 || token == 4 ? 0 : 1;
}
