#pragma once

/// \file tiny_model.hpp
/// A model of random weights and a vocabulary of letters, as a file.

#include <string>
#include <string_view>
#include <vector>

#include "../io/temporary_folder.hpp"
#include "../models/tiny_llama.hpp"

/// Writes the model and returns its path. Its tokens are the letters a to z, "(", ")", "ab" and
/// "abc", which are merged, and these marks; ids in this order.
inline std::string write_tiny_model(const TemporaryFolder& folder, const std::string& name,
                                    const std::vector<std::string_view>& marks = {}) {
  const std::string letters = "abcdefghijklmnopqrstuvwxyz()";
  std::vector<std::string_view> tokens, merges{"a b", "ab c"};
  for (std::size_t i = 0; i < letters.size(); ++i)
    tokens.push_back(std::string_view(letters).substr(i, 1));
  tokens.insert(tokens.end(), {"ab", "abc"});
  std::vector<std::int32_t> kinds(tokens.size(), 1);
  for (const std::string_view mark : marks) tokens.push_back(mark), kinds.push_back(3);
  TinyLlama llama;
  llama.vocabulary = static_cast<int>(tokens.size());
  llama.context = 64;
  llama.make(4);
  GgufWriter writer = llama.values();
  writer.value("tokenizer.ggml.model", "gpt2").value("tokenizer.ggml.pre", "gpt-2");
  writer.array("tokenizer.ggml.tokens", tokens);
  writer.array("tokenizer.ggml.token_type", kinds);
  writer.array("tokenizer.ggml.merges", merges);
  llama.add_tensors(writer);
  return folder.write(name, writer.bytes());
}
