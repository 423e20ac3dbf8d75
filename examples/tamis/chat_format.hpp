#pragma once

/// \file chat_format.hpp
/// A model's own format of a conversation.

#include <string>
#include <string_view>
#include <tamis/core/result.hpp>
#include <tamis/core/types.hpp>
#include <tamis/tokenizers/chat_template.hpp>
#include <vector>

#include "loaded.hpp"

namespace command {

inline tamis::Result<tamis::ChatTemplate> chat_template_of(const Loaded& loaded) {
  if (loaded.chat_template.empty())
    return tamis::Error{loaded.name +
                        " has no chat template; write the prompt with the marks of the model"};
  return tamis::ChatTemplate::of(loaded.chat_template);
}

/// The tokens of a text from which the model is to go on.
inline std::vector<tamis::TokenId> prompt_tokens(const Loaded& loaded, const std::string& text) {
  std::vector<tamis::TokenId> ids = loaded.tokenizer.encode(text);
  const tamis::SpecialTokens& special = loaded.tokenizer.special();
  if (special.needs_begin && (ids.empty() || ids.front() != special.begin))
    ids.insert(ids.begin(), special.begin);
  return ids;
}

}  // namespace command
