#pragma once

/// \file choices.hpp
/// What a sampler returns for the rows of a batch.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "../../core/types.hpp"

namespace tamis::aten {

/// A choice a row, [B] each, on the device of the logits.
struct Choices {
  at::Tensor token;     ///< int64: the token drawn; -1 where there is a fault
  at::Tensor logit;     ///< float32: its logit after every policy
  at::Tensor surprise;  ///< float32: -ln p(token) in the final distribution, in nats
  at::Tensor kept;      ///< int64: how many tokens the policies kept
  at::Tensor fault;     ///< uint8: why there is no token, a tamis::Fault; undefined before it is checked

  /// ln p(token).
  at::Tensor log_probability() const { return surprise.neg(); }

  /// One row's choice, on the host: waits for the device.
  operator Choice() const { return on_host().front(); }

  /// Every row's choice, on the host: waits for the device.
  std::vector<Choice> on_host() const {
    const at::Tensor tokens = token.cpu().contiguous(), logits = logit.cpu().contiguous(),
                     surprises = surprise.cpu().contiguous(), faults = fault.defined() ? fault.cpu() : fault;
    std::vector<Choice> all(static_cast<std::size_t>(tokens.numel()));
    for (std::size_t i = 0; i < all.size(); ++i) {
      Choice& c = all[i];
      c = {static_cast<TokenId>(tokens.const_data_ptr<std::int64_t>()[i]), logits.const_data_ptr<float>()[i],
           surprises.const_data_ptr<float>()[i]};
      if (faults.defined()) c.fault = static_cast<Fault>(faults.const_data_ptr<std::uint8_t>()[i]);
    }
    return all;
  }
};

/// Why no token can be drawn from a row, one a row: uint8 [B, 1].
struct Faults {
  at::Tensor t;

  /// That of one row, on the host: waits for the device.
  operator Fault() const { return static_cast<Fault>(t.cpu().const_data_ptr<std::uint8_t>()[0]); }
};

}  // namespace tamis::aten
