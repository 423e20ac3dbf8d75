#pragma once

/// \file chat_messages.hpp
/// A conversation from JSON.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <tamis/core/result.hpp>
#include <tamis/io/json_text.hpp>
#include <tamis/tokenizers/chat_template.hpp>
#include <vector>

namespace command {

/// A value as a sentence can show it.
inline std::string shown(const nlohmann::json& value) {
  const std::string text = value.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  return text.size() <= 40 ? text : text.substr(0, 37) + "...";
}

/// The messages of a list of objects with a role and a content, as the APIs have it.
inline tamis::Result<std::vector<tamis::ChatMessage>> chat_messages(const nlohmann::json& list) {
  if (!list.is_array() || list.empty())
    return tamis::Error{"messages is " + shown(list) +
                        R"(; it must be a list of one or more {"role", "content"})"};
  std::vector<tamis::ChatMessage> messages;
  for (const nlohmann::json& message : list) {
    const auto is_text = [&](const char* key) {
      return message.is_object() && message.contains(key) && message[key].is_string();
    };
    if (!is_text("role") || !is_text("content") || message.size() != 2)
      return tamis::Error{"a message is " + shown(message) +
                          R"(; it must be {"role": a text, "content": a text})"};
    messages.push_back({message["role"], message["content"]});
  }
  return messages;
}

/// The same from a text.
inline tamis::Result<std::vector<tamis::ChatMessage>> chat_messages(const std::string& text) {
  const auto list = tamis::parse_json(text, "this", R"(a list of {"role", "content"})");
  if (!list) return list.error();
  return chat_messages(*list);
}

}  // namespace command
