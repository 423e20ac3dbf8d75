#pragma once

/// \file validate.hpp
/// Whether the tensors that are to be sampled from fit together.

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "../../core/result.hpp"
#include "facts.hpp"
#include "streams.hpp"

namespace tamis::aten {

/// The greatest vocabulary: so many weights of one sum up in 63 bits, and their ids are floats.
inline constexpr std::int64_t most_tokens = (std::int64_t{1} << 23) - 1;

namespace tensors {

inline std::string shape_of(const at::Tensor& t) {
  std::string text = "[";
  for (const std::int64_t n : t.sizes()) text += (text.size() > 1 ? ", " : "") + std::to_string(n);
  return text + "]";
}

inline bool is_number(const at::Tensor& t) {
  return at::isFloatingType(t.scalar_type()) || at::isIntegralType(t.scalar_type(), false);
}

/// What is wrong with a tensor that goes with the logits; nothing, if it is well or undefined.
inline std::string fault_in(const char* name, const at::Tensor& t, const at::Tensor& logits, std::int64_t columns,
                            bool is_right_type, const char* types) {
  if (!t.defined()) return {};
  const std::string it = std::string("the tensor ") + name;
  const std::int64_t rows = logits.size(0);
  if (!is_right_type) return it + " holds " + c10::toString(t.scalar_type()) + "; it must hold " + types;
  if (t.device() != logits.device())
    return it + " is on the device " + t.device().str() + " and the logits are on " + logits.device().str() + "; they must be on one";
  if (columns == 0 && (t.dim() != 1 || t.size(0) != rows))
    return it + " has the shape " + shape_of(t) + "; it must have [" + std::to_string(rows) + "], a number for each row of the logits";
  if (columns != 0 && (t.dim() != 2 || (t.size(0) != rows && t.size(0) != 1) || t.size(1) != columns)) {
    return it + " has the shape " + shape_of(t) + "; it must have [" + std::to_string(rows) + ", " + std::to_string(columns) +
           "], or [1, " + std::to_string(columns) + "] for all rows";
  }
  return {};
}

}  // namespace tensors

/// Says in one sentence what is wrong with a batch, if something is. Reads shapes and types, and no number.
///
/// \param sampler_a_row  whether there are as many samplers as rows, which are `samplers`
inline Result<void> validate(const at::Tensor& logits, const Streams& streams, const Facts& facts, bool sampler_a_row,
                             std::size_t samplers) {
  using tensors::fault_in;
  if (!logits.defined()) return Error{"the logits are an undefined tensor; they must be [rows, vocabulary]"};
  const std::string shape = tensors::shape_of(logits);
  if (logits.layout() != at::kStrided) return Error{"the logits are a sparse tensor; they must be a dense one"};
  if (logits.dim() != 2) {
    return Error{"the logits have the shape " + shape + "; they must be [rows, vocabulary]" +
                 (logits.dim() == 1 ? ", as logits.unsqueeze(0) is" : "")};
  }
  const at::ScalarType type = logits.scalar_type();
  if (type != at::kFloat && type != at::kHalf && type != at::kBFloat16)
    return Error{std::string("the logits hold ") + c10::toString(type) + "; they must hold Float, Half or BFloat16"};
  const std::int64_t rows = logits.size(0), vocab_size = logits.size(1);
  if (rows == 0 || vocab_size == 0) return Error{"the logits have the shape " + shape + "; there is nothing to draw from"};
  if (vocab_size > most_tokens) {
    return Error{"the logits have the shape " + shape + "; a vocabulary has at most " + std::to_string(most_tokens) + " tokens"};
  }
  if (sampler_a_row && static_cast<std::int64_t>(samplers) != rows) {
    return Error{"there are " + std::to_string(samplers) + " samplers for " + std::to_string(rows) +
                 " rows; give one for each row, or one for all"};
  }

  std::string fault;
  const auto check = [&](const char* name, const at::Tensor& t, std::int64_t columns, bool is_right_type, const char* types) {
    if (fault.empty()) fault = fault_in(name, t, logits, columns, is_right_type, types);
  };
  const auto is = [](const at::Tensor& t, at::ScalarType wanted) { return t.defined() && t.scalar_type() == wanted; };
  const auto number = [&](const char* name, const at::Tensor& t) {
    check(name, t, vocab_size, t.defined() && tensors::is_number(t), "numbers");
  };
  if (streams.on_host()) {
    if (streams.size() != rows) {
      return Error{"there are " + std::to_string(streams.size()) + " streams for " + std::to_string(rows) +
                   " rows; give one for each row"};
    }
  } else {
    if (!streams.positions().defined()) return Error{"the tensor positions is undefined; it goes with the seeds, [B]"};
    check("seeds", streams.seeds(), 0, is(streams.seeds(), at::kLong), "Long");
    check("positions", streams.positions(), 0, is(streams.positions(), at::kLong), "Long");
    check("marks", streams.marks(), 0, is(streams.marks(), at::kLong), "Long");
  }
  number("output", facts.output), number("prompt", facts.prompt), number("bias", facts.bias);
  const bool packed = is(facts.allowed, at::kInt);
  check("allowed", facts.allowed, packed ? (vocab_size + 31) / 32 : vocab_size, packed || is(facts.allowed, at::kBool),
        "Bool, or Int for 32 tokens a word");
  for (const at::Tensor& slot : facts.push) number("push", slot);
  check("listed", facts.listed, vocab_size, is(facts.listed, at::kBool), "Bool");
  if (!fault.empty()) return Error{fault};
  return {};
}

}  // namespace tamis::aten
