#pragma once

/// \file chat_template.hpp
/// A conversation as the text that a model was trained on.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "../core/result.hpp"

namespace tamis {

/// One turn of a conversation.
struct ChatMessage {
  std::string role;  ///< "system", "user" or "assistant"
  std::string content;
};

/// ChatML, as a model's own template writes it: `<|im_start|>role`, a line break, the content,
/// `<|im_end|>` and a line break for each message.
///
///     auto chat =
///     gguf.value<std::string_view>("tokenizer.chat_template").and_then(ChatTemplate::of);
///     std::string prompt = chat->apply(std::vector<ChatMessage>{{"user", "Hello!"}});
///
/// Beware: special tokens are written into the text by their names, so that `encode` needs
/// `parse_special`, and a stranger's message that contains `<|im_end|>` ends its own turn; HF does
/// the same.
class ChatTemplate {
 public:
  /// Reads a template in the language Jinja. It is not run but recognized: ChatML in its usual
  /// form, with or without a system message that is put before a conversation that does not begin
  /// with one. Spaces, quotes, and the ways to write a sum or a member make no difference. An error
  /// for anything else, since a prompt that is nearly right makes a model worse without a sign of
  /// it.
  static Result<ChatTemplate> of(std::string_view jinja) {
    const auto text = canonical(jinja);
    std::string_view rest = text ? std::string_view(*text) : std::string_view();
    ChatTemplate chat;
    const bool is_chatml =
        skip(rest, "{%formessageinmessages%}") && chat.read_default_system(rest) &&
        skip(rest,
             "{{\x02<|im_start|>\x03+message.role+\x02\n\x03+message.content+"
             "\x02<|im_end|>\n\x03}}{%endfor%}") &&
        skip(rest, "{%ifadd_generation_prompt%}{{\x02<|im_start|>assistant\n\x03}}{%endif%}") &&
        rest.empty();
    if (!is_chatml)
      return Error{
          "the chat template of the model is not ChatML in the form that Tamis knows; write the "
          "prompt with the marks of the model yourself"};
    return chat;
  }

  /// The text of a conversation. With `opens_answer` the answer's first line follows, so that the
  /// model goes on with what the assistant says.
  std::string apply(std::span<const ChatMessage> messages, bool opens_answer = true) const {
    std::string text;
    if (!messages.empty() && messages.front().role != "system") text += default_system_;
    for (const ChatMessage& message : messages)
      text += "<|im_start|>" + message.role + "\n" + message.content + "<|im_end|>\n";
    if (opens_answer) text += "<|im_start|>assistant\n";
    return text;
  }

 private:
  static bool skip(std::string_view& rest, std::string_view front) {
    if (!rest.starts_with(front)) return false;
    rest.remove_prefix(front.size());
    return true;
  }

  /// Reads the part that puts a system message where there is none; it may be missing.
  bool read_default_system(std::string_view& rest) {
    if (!skip(rest, "{%ifloop.firstandmessages[0].role!=\x02system\x03%}")) return true;
    const std::size_t end = rest.find('\x03');
    if (end == rest.npos || !skip(rest, "{{\x02")) return false;
    default_system_ = rest.substr(0, end - 3);
    rest.remove_prefix(end - 3);
    return skip(rest, "\x03}}{%endif%}");
  }

  /// One spelling for all templates that say the same in different ways. A string stands between
  /// the bytes 2 and 3. Nothing, if a string has no end or holds what is not understood.
  static std::optional<std::string> canonical(std::string_view jinja) {
    std::string text;
    bool is_code = false;  // inside {% %} or {{ }}
    for (std::size_t at = 0; at < jinja.size();) {
      const std::string_view two = jinja.substr(at, 2);
      if (two == "{%" || two == "{{" || two == "%}" || two == "}}") {
        is_code = two.front() == '{';
        text += two;
        at += 2;
      } else if (is_code && (jinja[at] == '\'' || jinja[at] == '"')) {
        if (!read_string(jinja, at, text)) return std::nullopt;
      } else if (is_code && (jinja[at] == ' ' || jinja[at] == '\n')) {
        ++at;
      } else {
        text += jinja[at++];
      }
    }
    replace(text, "[\x02role\x03]", ".role");
    replace(text,
            "[\x02"
            "content\x03]",
            ".content");
    replace(text, "}}{{", "+");
    replace(text, "\x03+\x02", "");
    return text;
  }

  /// Appends the string that begins at jinja[at], and moves `at` behind it.
  static bool read_string(std::string_view jinja, std::size_t& at, std::string& text) {
    const char quote = jinja[at++];
    text += '\x02';
    for (; at < jinja.size(); ++at) {
      char letter = jinja[at];
      if (letter == quote) {
        text += '\x03';
        ++at;
        return true;
      }
      if (letter == '\x02' || letter == '\x03') return false;
      if (letter == '\\') {
        if (++at == jinja.size()) return false;
        const std::size_t which = std::string_view("nt\\'\"").find(jinja[at]);
        if (which == std::string_view::npos) return false;
        letter = "\n\t\\'\""[which];
      }
      text += letter;
    }
    return false;
  }

  static void replace(std::string& text, std::string_view from, std::string_view to) {
    std::string replaced;
    std::string_view rest = text;
    for (std::size_t at = rest.find(from); at != rest.npos; at = rest.find(from)) {
      replaced.append(rest.substr(0, at)).append(to);
      rest.remove_prefix(at + from.size());
    }
    replaced.append(rest);
    text = std::move(replaced);
  }

  std::string default_system_;  // with its marks
};

}  // namespace tamis
