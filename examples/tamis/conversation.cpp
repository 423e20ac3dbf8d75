#include "conversation.hpp"

#include <tamis/generation/generate.hpp>
#include <utility>

#include "asked.hpp"
#include "chat_format.hpp"

namespace command {

using tamis::ChatMessage;
using tamis::FinishReason;
using tamis::Result;
using tamis::TokenId;

namespace {

struct Listener {
  const Conversation::Audience& audience;

  bool operator()(const tamis::GenerationEvent& event) const { return audience.text(event.text); }
  bool on_prefill(std::size_t read, std::size_t all) const { return audience.prefill(read, all); }
};

/// Whether the tokens of an answer are its text: a stop that is left out of the text is not.
bool is_whole(FinishReason finish) {
  return finish != FinishReason::stop_token && finish != FinishReason::stop_sequence &&
         finish != FinishReason::stop_string;
}

}  // namespace

Result<Conversation> Conversation::of(Loaded& loaded, const tamis::GenerationConfig& config,
                                      const std::string& system) {
  auto format = chat_template_of(loaded);
  if (!format) return format.error();
  Conversation conversation(loaded, config, *std::move(format));
  if (!system.empty()) conversation.messages_.push_back({"system", system});
  return conversation;
}

Result<tamis::Generation> Conversation::answer(const std::string& message,
                                               const Audience& audience) {
  std::vector<ChatMessage> messages = messages_;
  messages.push_back({"user", message});
  std::string text = format_.apply(messages);
  const std::vector<TokenId> prompt = prompt_of(text);

  tamis::GenerationConfig config = config_;
  config.seed = *config.seed + answers_;
  auto asked = asked_of(config, *loaded_, prompt.size(), false);
  if (!asked) return asked.error();
  auto made = generate(loaded_->model(), memory_, loaded_->tokenizer, asked->sampler, prompt,
                       asked->options, Listener{audience}, asked->sources);
  if (!made) return made.error();
  if (made->error) return *made->error;

  if (made->tokens.empty()) return made;  // stopped before there was an answer
  ++answers_;
  messages_ = std::move(messages);
  messages_.push_back({"assistant", made->text});
  ids_.clear();
  if (is_whole(made->finish)) {
    ids_ = prompt;
    ids_.insert(ids_.end(), made->tokens.begin(), made->tokens.end());
    text_ = std::move(text) + made->text;
    // The format writes the end of an answer itself.
    if (made->finish == FinishReason::end_of_sequence)
      text_ += loaded_->tokenizer.bytes(made->tokens.back());
  }
  return made;
}

/// The tokens of the conversation: those of the last answer as they were drawn, and what the format
/// puts behind them.
std::vector<TokenId> Conversation::prompt_of(const std::string& text) const {
  if (ids_.empty() || !text.starts_with(text_)) return prompt_tokens(*loaded_, text);
  std::vector<TokenId> ids = ids_;
  const std::vector<TokenId> rest = loaded_->tokenizer.encode(text.substr(text_.size()));
  ids.insert(ids.end(), rest.begin(), rest.end());
  return ids;
}

void Conversation::set_messages(std::vector<ChatMessage> messages) {
  messages_ = std::move(messages);
  ids_.clear();
}

void Conversation::reset() {
  const bool has_system = !messages_.empty() && messages_.front().role == "system";
  messages_.resize(has_system ? 1 : 0);
  ids_.clear();
}

std::string Conversation::undo() {
  if (messages_.size() < 2 || messages_.back().role != "assistant") return "";
  messages_.pop_back();
  std::string message = std::move(messages_.back().content);
  messages_.pop_back();
  ids_.clear();
  return message;
}

}  // namespace command
