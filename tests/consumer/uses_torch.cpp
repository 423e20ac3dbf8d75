/// \file uses_torch.cpp
/// Draws a token from a tensor with tamis::torch.

#include <ATen/core/Tensor.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/arange.h>

#include <cstdio>

int main() {
  const at::Tensor token = at::arange(5).argmax();
  std::printf("token %ld\n", static_cast<long>(token.item<std::int64_t>()));
  return token.item<std::int64_t>() == 4 ? 0 : 1;
}
