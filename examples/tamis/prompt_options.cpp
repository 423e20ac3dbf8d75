#include "prompt_options.hpp"

#include <unistd.h>

#include <string_view>
#include <tamis/generation/token_healing.hpp>
#include <tamis/tokenizers/chat_template.hpp>
#include <tamis/tokenizers/fill_in_the_middle.hpp>
#include <utility>

#include "chat_format.hpp"
#include "command.hpp"

namespace command {

Result<Prompt> prompt_of(const Loaded& loaded, const std::string& text, bool heals) {
  Prompt prompt{.ids = prompt_tokens(loaded, text)};
  if (prompt.ids.empty()) return Error{"the prompt is empty; give a text to go on from"};
  if (heals) {
    const tamis::TokenHealing healing(loaded.tokenizer, prompt.ids);
    prompt.ids = healing.prompt();
    prompt.healed = healing.bytes();
  }
  return prompt;
}

void PromptOptions::add(CLI::App& app) {
  app.add_option("--prompt", prompt_,
                 "the text to go on from; without it, --prompt-file or standard input")
      ->type_name("TEXT");
  app.add_option("--prompt-file", prompt_file_, "a file with the text to go on from")
      ->type_name("FILE");
  app.add_flag("--chat", chat_, "takes the text for a message, in the model's own chat format");
  app.add_option("--system", system_, "with --chat, the system message")->type_name("TEXT");
  app.add_flag("--heal", heal_,
               "lets the text end within a word: its last token is taken back, and what comes "
               "begins with its bytes");
  app.add_option("--fim", middle_,
                 "writes what stands between two texts, with a model that was made for it")
      ->type_name("PREFIX SUFFIX")
      ->expected(2);
  app.add_option("--fim-files", middle_files_, "the same, with two files")
      ->type_name("PREFIX SUFFIX")
      ->expected(2);
}

Result<void> PromptOptions::check() const {
  const bool middle = !middle_.empty() || !middle_files_.empty();
  if (!middle) return {};
  if (!middle_.empty() && !middle_files_.empty())
    return Error{"--fim and --fim-files both say between what to write; give one of them"};
  const std::string option = middle_.empty() ? "--fim-files" : "--fim";
  for (const auto& [given, name] : {std::pair{prompt_.has_value(), "--prompt"},
                                    {!prompt_file_.empty(), "--prompt-file"},
                                    {chat_, "--chat"},
                                    {heal_, "--heal"}})
    if (given)
      return Error{option + " is itself what is gone on from, so " + name +
                   " has no meaning with it; leave one of them out"};
  return {};
}

Result<void> PromptOptions::read(bool standard_input_is_taken) {
  if (const auto checked = check(); !checked) return checked;
  if (!middle_.empty()) {
    text_ = middle_[0], suffix_ = middle_[1];
    return {};
  }
  if (!middle_files_.empty()) {
    auto prefix = read_text(middle_files_[0]), suffix = read_text(middle_files_[1]);
    if (!prefix) return prefix.error();
    if (!suffix) return suffix.error();
    text_ = *std::move(prefix), suffix_ = *std::move(suffix);
    return {};
  }
  if (prompt_) {
    text_ = *prompt_;
    return {};
  }
  if (prompt_file_.empty() && standard_input_is_taken)
    return Error{
        "standard input is the configuration, so it cannot be the prompt; give --prompt or "
        "--prompt-file"};
  if (prompt_file_.empty() && isatty(STDIN_FILENO))
    return Error{
        "there is no prompt; give --prompt TEXT, --prompt-file FILE, or a text on standard "
        "input"};
  auto text = read_text(prompt_file_.empty() ? "-" : prompt_file_);
  if (!text) return text.error();
  text_ = *std::move(text);
  return {};
}

Result<std::string> PromptOptions::chat_text(const Loaded& loaded) const {
  const auto chat_template = chat_template_of(loaded);
  if (!chat_template) return chat_template.error();
  std::vector<tamis::ChatMessage> messages;
  if (!system_.empty()) messages.push_back({"system", system_});
  messages.push_back({"user", text_});
  return chat_template->apply(messages);
}

Result<Prompt> PromptOptions::tokens(const Loaded& loaded, bool heals) const {
  if (!middle_.empty() || !middle_files_.empty()) {
    if (heals)
      return Error{
          "token_healing takes the end of a prompt back, and what is between two texts has "
          "two; leave one of them out"};
    const auto middle = tamis::FillInTheMiddle::of(loaded.tokenizer, loaded.name);
    if (!middle) return middle.error();
    return Prompt{.ids = middle->prompt(loaded.tokenizer, text_, suffix_), .ends = middle->ends};
  }
  std::string whole = text_;
  if (chat_) {
    auto text = chat_text(loaded);
    if (!text) return text.error();
    whole = *std::move(text);
  }
  return prompt_of(loaded, whole, heals || heal_);
}

}  // namespace command
