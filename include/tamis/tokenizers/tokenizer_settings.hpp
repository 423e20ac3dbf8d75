#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "../core/result.hpp"
#include "../core/types.hpp"
#include "../io/json_text.hpp"

namespace tamis {

/// What the files beside a tokenizer.json say of its tokens. Names are empty where there is none.
struct TokenizerSettings {
  std::string begin;          ///< bos_token
  std::string end;            ///< eos_token
  std::string padding;        ///< pad_token
  std::string unknown;        ///< unk_token
  std::vector<TokenId> ends;  ///< eos_token_id of the generation, one or more
  std::string chat_template;  ///< in the language Jinja

  /// Reads tokenizer_config.json: tokens by name, and the chat template, of several the one named
  /// "default".
  static Result<TokenizerSettings> read(std::string_view text,
                                        const std::string& name = "the tokenizer's configuration") {
    const auto root = parse_json_object(text, name);
    if (!root) return root.error();
    TokenizerSettings settings;
    struct Named {
      const char* key;
      std::string* text;
    };
    for (const Named& named :
         {Named{"bos_token", &settings.begin}, Named{"eos_token", &settings.end},
          Named{"pad_token", &settings.padding}, Named{"unk_token", &settings.unknown}}) {
      const auto found = root->find(named.key);
      if (found == root->end() || found->is_null()) continue;
      const auto& token =
          found->is_object() && found->contains("content") ? (*found)["content"] : *found;
      if (!token.is_string())
        return Error{"in " + name + ", " + named.key + " is " + detail::quoted(*found) +
                     "; the text of a token is needed"};
      *named.text = token.get<std::string>();
    }
    const auto chat = root->find("chat_template");
    if (chat == root->end() || chat->is_null()) return settings;
    if (chat->is_string()) {
      settings.chat_template = chat->get<std::string>();
      return settings;
    }
    bool is_list = chat->is_array();
    if (is_list)
      for (const auto& entry : *chat) {
        is_list = is_list && entry.is_object() && entry.contains("name") &&
                  entry.contains("template") && entry["template"].is_string();
        if (is_list && entry["name"] == "default")
          settings.chat_template = entry["template"].get<std::string>();
      }
    if (!is_list)
      return Error{"in " + name + ", chat_template is " + detail::quoted(*chat) +
                   "; a text, or a list of names and templates, is needed"};
    return settings;
  }

  /// Adds the ends that a generation_config.json or a config.json names: "eos_token_id", a number
  /// or a list of them.
  Result<void> add_ends(std::string_view text, const std::string& name = "the configuration") {
    const auto root = parse_json_object(text, name);
    if (!root) return root.error();
    const auto found = root->find("eos_token_id");
    if (found == root->end() || found->is_null()) return {};
    const auto ids = found->is_array() ? *found : nlohmann::json::array({*found});
    for (const auto& id : ids) {
      if (!id.is_number_unsigned() ||
          id.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<TokenId>::max()})
        return Error{"in " + name + ", eos_token_id is " + detail::quoted(*found) +
                     "; the id of a token, or a list of ids, is needed"};
      ends.push_back(id.get<TokenId>());
    }
    return {};
  }
};

}  // namespace tamis
