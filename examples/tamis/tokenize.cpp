#include <charconv>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <tamis/io/json_text.hpp>
#include <tamis/tokenizers/bpe_from_gguf.hpp>
#include <vector>

#include "command.hpp"
#include "model.hpp"

namespace command {

namespace {

struct Tokenize {
  ModelOptions model;
  bool json = false;
  bool decode = false;
  bool no_special = false;

  Result<void> run() const {
    const auto gguf = model.open();
    if (!gguf) return gguf.error();
    const auto tokenizer = tamis::bpe_from_gguf(*gguf);
    if (!tokenizer) return tokenizer.error();
    const auto text = read_text("-");
    if (!text) return text.error();
    return decode ? to_text(*tokenizer, *text) : to_tokens(*tokenizer, *text);
  }

 private:
  Result<void> to_tokens(const tamis::Bpe& tokenizer, const std::string& text) const {
    const std::vector<tamis::TokenId> ids = tokenizer.encode(text, {.parse_special = !no_special});
    if (json) {
      nlohmann::ordered_json object = {{"ids", ids}, {"pieces", nlohmann::json::array()}};
      for (const tamis::TokenId id : ids) object["pieces"].push_back(tokenizer.bytes(id));
      // A token may be a part of a character; as JSON it is shown as U+FFFD.
      std::cout << object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
      return {};
    }
    for (std::size_t i = 0; i < ids.size(); ++i) std::cout << (i == 0 ? "" : " ") << ids[i];
    std::cout << '\n';
    return {};
  }

  Result<void> to_text(const tamis::Bpe& tokenizer, const std::string& text) const {
    const auto ids = ids_of(text);
    if (!ids) return ids.error();
    const auto decoded = tokenizer.decode(*ids, {.skip_special = no_special});
    if (!decoded) return decoded.error();
    if (json) {
      std::cout << nlohmann::ordered_json({{"text", *decoded}}).dump() << '\n';
    } else {
      std::cout << *decoded;
    }
    return {};
  }

  /// The ids of a text: numbers between spaces and commas, or what --json writes.
  static Result<std::vector<tamis::TokenId>> ids_of(const std::string& text) {
    std::vector<tamis::TokenId> ids;
    const auto parsed = tamis::parse_json(text, "the text", "token ids");
    const nlohmann::json value = parsed ? *parsed : nlohmann::json();  // numbers alone are no JSON
    const nlohmann::json list = value.is_object() ? value.value("ids", nlohmann::json()) : value;
    std::string numbers = text;
    if (list.is_array()) {
      numbers.clear();
      for (const nlohmann::json& id : list) numbers += id.dump() + " ";
    }
    constexpr const char* between = " \t\r\n,";
    for (std::size_t at = numbers.find_first_not_of(between), end = 0; at != std::string::npos;
         at = numbers.find_first_not_of(between, end)) {
      end = std::min(numbers.find_first_of(between, at), numbers.size());
      tamis::TokenId id = 0;
      const auto read = std::from_chars(numbers.data() + at, numbers.data() + end, id);
      if (read.ec != std::errc() || read.ptr != numbers.data() + end) {
        return Error{
            "'" + numbers.substr(at, std::min<std::size_t>(end - at, 40)) +
            "' is no token id; give whole numbers, or what 'tamis tokenize --json' writes"};
      }
      ids.push_back(id);
    }
    return ids;
  }
};

}  // namespace

Command tokenize(CLI::App& program) {
  CLI::App* app = program.add_subcommand(
      "tokenize", "The tokens of the text on standard input, or the text of tokens");
  auto options = std::make_shared<Tokenize>();
  options->model.add_model(*app);
  app->add_flag("--json", options->json, R"(writes {"ids", "pieces"}, and with --decode {"text"})");
  app->add_flag("--decode", options->decode, "reads token ids and writes their text");
  app->add_flag("--no-special", options->no_special,
                "takes the names of special tokens in the text for text; with --decode, leaves "
                "special tokens out");
  return {app, [options] { return options->run(); }};
}

}  // namespace command
