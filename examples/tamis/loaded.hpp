#pragma once

/// \file loaded.hpp
/// A model in memory.

#include <tamis/io/gguf.hpp>
#include <tamis/models/llama.hpp>
#include <tamis/tokenizers/bpe.hpp>

namespace command {

/// A model with its tokenizer.
struct Loaded {
  tamis::Gguf gguf;
  tamis::Bpe tokenizer;
  tamis::Llama model;
  double seconds;  ///< how long it took
};

}  // namespace command
