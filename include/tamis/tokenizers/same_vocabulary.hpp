#pragma once

#include <string>
#include <string_view>

#include "../core/result.hpp"
#include "../core/types.hpp"

namespace tamis {

/// Whether two tokenizers have the same tokens with the same ids, as a draft model and the model
/// that it drafts for must; an error names the first that differs. `model` and `other` are what the
/// sentence calls their models.
template <class T, class U>
Result<void> same_vocabulary(const T& tokenizer, const U& other_tokenizer, std::string_view model,
                             std::string_view other) {
  const auto sentence = [&](const std::string& difference) {
    return Error{std::string(other) + " has another vocabulary than " + std::string(model) + ": " +
                 difference + "; a draft model must have the same tokens"};
  };
  if (tokenizer.vocab_size() != other_tokenizer.vocab_size())
    return sentence("it has " + std::to_string(other_tokenizer.vocab_size()) +
                    " tokens instead of " + std::to_string(tokenizer.vocab_size()));
  for (TokenId id = 0; id < tokenizer.vocab_size(); ++id)
    if (tokenizer.bytes(id) != other_tokenizer.bytes(id))
      return sentence("its token " + std::to_string(id) + " is another");
  return {};
}

}  // namespace tamis
