#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <tamis/io/generation_config.hpp>
#include <tamis/presets/presets.hpp>
#include <utility>
#include <vector>

#include "chat_messages.hpp"
#include "command.hpp"
#include "conversation.hpp"
#include "model.hpp"
#include "parameter_options.hpp"
#include "terminal.hpp"

namespace command {

namespace {

using nlohmann::ordered_json;

volatile std::sig_atomic_t is_interrupted = 0;

/// As long as it lives, Ctrl-C sets is_interrupted, and ends nothing.
class CatchesInterrupts {
 public:
  CatchesInterrupts() {
    is_interrupted = 0;
    struct sigaction action = {};
    action.sa_handler = [](int) { is_interrupted = 1; };
    sigaction(SIGINT, &action, &before_);
  }
  CatchesInterrupts(const CatchesInterrupts&) = delete;
  CatchesInterrupts& operator=(const CatchesInterrupts&) = delete;
  ~CatchesInterrupts() { sigaction(SIGINT, &before_, nullptr); }

 private:
  struct sigaction before_ = {};
};

constexpr const char* help =
    "  /help           this\n"
    "  /reset          forgets the conversation, but for the system message\n"
    "  /undo           takes the last message and its answer back\n"
    "  /retry          answers the last message anew\n"
    "  /system [TEXT]  shows the system message, or sets it and begins anew\n"
    "  /save FILE      writes the conversation to a file, as JSON\n"
    "  /load FILE      goes on with a conversation from such a file\n"
    "  /quit           ends the chat; so does Ctrl-D\n"
    "A line that ends with \\ goes on with the next. Ctrl-C stops an answer.\n";

struct Chat {
  ModelOptions model;
  ParameterOptions parameters;
  std::string system;
  bool quiet = false;

  Result<void> run() {
    const auto config = parameters.config();
    if (!config) return config.error();
    if (parameters.reads_standard_input())
      return Error{
          "standard input is the chat, so it cannot be the configuration; give --config a file"};
    tamis::GenerationConfig plain = resolved(*config);
    for (const auto& [is_asked, name] : {std::pair{plain.num_beams > 1, "num_beams"},
                                         {plain.num_return_sequences > 1, "num_return_sequences"},
                                         {plain.guidance_scale != 1, "guidance_scale"}})
      if (is_asked)
        return Error{std::string(name) +
                     " is set, but a chat has one answer at a time, drawn "
                     "token by token; leave it out"};
    if (!plain.seed) plain.seed = std::random_device{}();

    Progress progress(quiet);
    progress.show("loading the model");
    auto loaded = load(model);
    if (!loaded) return loaded.error();
    auto conversation = Conversation::of(*loaded, plain, system);
    if (!conversation) return conversation.error();
    progress.clear();
    const bool is_terminal = isatty(STDIN_FILENO);
    if (is_terminal && !quiet)
      std::fprintf(stderr, "Say something, or /help. Ctrl-D ends the chat.\n");
    for (std::string line; read(line, is_terminal);) {
      if (line.starts_with("/") && !line.starts_with("//")) {
        if (!obey(line, *conversation)) break;
      } else if (line.find_first_not_of(" \t\r\n") != line.npos) {
        answer(line.starts_with("//") ? line.substr(1) : line, *conversation);
      }
    }
    return {};
  }

 private:
  /// A line, with those that continue it; false at the end.
  bool read(std::string& line, bool is_terminal) const {
    line.clear();
    for (const char* sign = "> ";; sign = ". ") {
      if (is_terminal) std::fprintf(stderr, "%s", sign);
      std::string part;
      if (!std::getline(std::cin, part)) {
        if (is_terminal) std::fprintf(stderr, "\n");
        return !line.empty();
      }
      if (part.ends_with('\r')) part.pop_back();
      if (!part.ends_with('\\')) {
        line += part;
        return true;
      }
      part.back() = '\n';
      line += part;
    }
  }

  void answer(const std::string& message, Conversation& conversation) const {
    const CatchesInterrupts catches;
    Progress progress(quiet);
    const auto goes_on = [] { return is_interrupted == 0; };
    const auto made =
        conversation.answer(message, {[&](std::string_view text) {
                                        progress.clear();
                                        std::cout << text << std::flush;
                                        return goes_on();
                                      },
                                      [&](std::size_t read, std::size_t all) {
                                        if (all - read > 256)
                                          progress.show("reading: " + std::to_string(read) +
                                                        " of " + std::to_string(all) + " tokens");
                                        return goes_on();
                                      }});
    progress.clear();
    if (!made) {
      say(made.error().message);
      return;
    }
    std::cout << std::endl;
    if (quiet) return;
    const tamis::GenerationStatistics& took = made->statistics;
    std::string ends(tamis::name_of(made->finish));
    for (char& c : ends) c = c == '_' ? ' ' : c;
    std::fprintf(stderr, "[%d tokens read, %d known before; %d new, %.1f tokens/s; ended by: %s]\n",
                 took.prompt_tokens - took.cached_tokens, took.cached_tokens, took.new_tokens,
                 took.tokens_per_second(), ends.c_str());
  }

  /// Does what a line that begins with / says; false if the chat is over.
  bool obey(const std::string& line, Conversation& conversation) const {
    const std::size_t space = line.find(' ');
    const std::string name = line.substr(0, space);
    const std::size_t begin = line.find_first_not_of(' ', space);
    const std::string rest = begin == line.npos ? "" : line.substr(begin);
    if (name == "/quit" || name == "/exit" || name == "/bye") return false;
    if (name == "/help" || name == "/?") {
      std::fprintf(stderr, "%s", help);
    } else if (name == "/reset" || name == "/clear") {
      conversation.reset();
    } else if (name == "/undo") {
      if (conversation.undo().empty()) say("there is no message to take back");
    } else if (name == "/retry") {
      const std::string message = conversation.undo();
      if (message.empty())
        say("there is no message to answer anew");
      else
        answer(message, conversation);
    } else if (name == "/system") {
      set_system(rest, conversation);
    } else if (name == "/save" || name == "/load") {
      if (rest.empty()) {
        say(name + " needs the name of a file");
      } else if (const auto done =
                     name == "/save" ? save(rest, conversation) : load_from(rest, conversation);
                 !done) {
        say(done.error().message);
      }
    } else {
      say("unknown command '" + name +
          "'; /help lists them, and a message that begins with / is "
          "written with //");
    }
    return true;
  }

  static void set_system(const std::string& text, Conversation& conversation) {
    const auto& messages = conversation.messages();
    const bool has_one = !messages.empty() && messages.front().role == "system";
    if (text.empty())
      std::fprintf(stderr, "%s\n",
                   has_one ? messages.front().content.c_str()
                           : "(none of its own; the model's format may have one)");
    else
      conversation.set_messages({{"system", text}});
  }

  static Result<void> save(const std::string& file, const Conversation& conversation) {
    ordered_json list = ordered_json::array();
    for (const tamis::ChatMessage& message : conversation.messages())
      list.push_back({{"role", message.role}, {"content", message.content}});
    return write_text(file,
                      list.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n");
  }

  static Result<void> load_from(const std::string& file, Conversation& conversation) {
    const auto text = read_text(file);
    if (!text) return text.error();
    auto messages = chat_messages(*text);
    if (!messages)
      return Error{"'" + file + "' holds no conversation: " + messages.error().message};
    if (messages->back().role == "user") messages->pop_back();
    conversation.set_messages(*std::move(messages));
    return {};
  }

  static void say(const std::string& sentence) {
    std::fflush(stdout);
    std::fprintf(stderr, "tamis: %s\n", sentence.c_str());
  }
};

}  // namespace

Command chat(CLI::App& program) {
  CLI::App* app = program.add_subcommand("chat", "Talks with a model, line by line");
  auto options = std::make_shared<Chat>();
  options->model.add_model(*app);
  app->add_option("--system", options->system, "the system message")->type_name("TEXT");
  options->model.add_threads(*app);
  app->add_flag("--quiet", options->quiet, "shows no progress and no statistics");
  tamis::GenerationConfig usual = *tamis::preset("chatbot");
  usual.max_new_tokens = 1024;
  options->parameters.add(*app, usual);
  return {app, [options] { return options->run(); }};
}

}  // namespace command
