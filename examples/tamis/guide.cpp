#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <tamis/guided/grammar_guide.hpp>
#include <tamis/tokenizers/bpe_from_gguf.hpp>
#include <vector>

#include "command.hpp"
#include "guide_options.hpp"
#include "model.hpp"

namespace command {

namespace {

/// What both commands need: a grammar, and the tokens of a model.
struct GuideRequest {
  ModelOptions model;
  GuideOptions options;
  std::string grammar;  ///< the file, as an argument of its own
  bool json = false;

  Result<std::shared_ptr<const tamis::guided::CompiledGrammar>> compiled() const {
    GuideOptions asked = options;
    if (!grammar.empty()) {
      // A file of JSON is a schema; others are grammars.
      (grammar.ends_with(".json") ? asked.schema : asked.grammar_file) = grammar;
    }
    if (!asked.is_given())
      return Error{
          "there is nothing to check against; name a grammar or a schema, or give --regex, "
          "--choice or --json-value"};
    const auto gguf = model.open();
    if (!gguf) return gguf.error();
    const auto tokenizer = tamis::bpe_from_gguf(*gguf);
    if (!tokenizer) return tokenizer.error();
    const auto text = asked.text();
    if (!text) return text.error();
    return Guides(*tokenizer).compiled(*text, tokenizer->special().ends);
  }
};

struct Check {
  GuideRequest request;
  std::vector<std::string> words;
  std::shared_ptr<int> status = std::make_shared<int>(0);

  Result<void> run() const {
    GuideRequest asked = request;
    std::vector<std::string> texts = words;
    if (!asked.options.is_given() && !texts.empty()) {
      asked.grammar = texts.front();
      texts.erase(texts.begin());
    }
    const auto compiled = asked.compiled();
    if (!compiled) return compiled.error();
    if (texts.empty()) {
      const auto text = read_text("-");
      if (!text) return text.error();
      texts.push_back(*text);
    }
    const tamis::guided::GrammarGuide start(*compiled);
    for (const std::string& text : texts) {
      tamis::guided::GrammarGuide guide = start;
      const std::size_t taken = guide.accepted(text);
      const bool accepted = taken == text.size() && guide.can_stop();
      if (!accepted) *status = 1;
      if (asked.json) {
        nlohmann::ordered_json object = {
            {"accepted", accepted}, {"taken", taken}, {"bytes", text.size()}};
        std::cout << object.dump() << '\n';
      } else if (accepted) {
        std::cout << "accepted\n";
      } else if (taken < text.size()) {
        std::cout << "refused at byte " << taken + 1 << " of " << text.size() << '\n';
      } else {
        std::cout << "incomplete after " << taken << " bytes\n";
      }
    }
    return {};
  }
};

struct Mask {
  GuideRequest request;
  std::string prefix;
  std::vector<tamis::TokenId> ids;

  Result<void> run() const {
    const auto compiled = request.compiled();
    if (!compiled) return compiled.error();
    tamis::guided::GrammarGuide guide(*compiled);
    for (const tamis::TokenId id : ids)
      if (!guide.accept(id))
        return Error{"the token " + std::to_string(id) + " may not come where it stands in --ids"};
    const std::size_t taken = guide.accepted(prefix);
    if (taken < prefix.size())
      return Error{"the prefix is refused at byte " + std::to_string(taken + 1) + " of " +
                   std::to_string(prefix.size())};
    const auto mask = guide.mask();
    if (!mask) return mask.error();
    nlohmann::ordered_json allowed = nlohmann::ordered_json::array();
    for (tamis::TokenId id = 0; static_cast<std::size_t>(id) < (*compiled)->vocabulary().size();
         ++id)
      if ((*mask)->allows(id)) allowed.push_back(id);
    if (request.json) {
      const nlohmann::ordered_json object = {
          {"allowed", allowed}, {"can_stop", guide.can_stop()}, {"forced", guide.forced_bytes()}};
      std::cout << object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
      return {};
    }
    for (std::size_t i = 0; i < allowed.size(); ++i)
      std::cout << (i == 0 ? "" : " ") << allowed[i].get<int>();
    std::cout << '\n';
    return {};
  }
};

}  // namespace

Command guide(CLI::App& program) {
  CLI::App* app = program.add_subcommand(
      "guide", "Checks texts against a grammar, or shows which tokens may come next");
  app->require_subcommand(1);
  auto check = std::make_shared<Check>();
  auto mask = std::make_shared<Mask>();
  const auto add = [](CLI::App& to, GuideRequest& request) {
    request.model.add_model(to);
    request.options.add(to);
    to.add_flag("--json", request.json, "writes JSON, an object a line");
  };
  CLI::App* checks = app->add_subcommand(
      "check",
      "Says of each text whether it is accepted, or where it stops; exit status 1 if one is not");
  add(*checks, check->request);
  checks
      ->add_option("words", check->words,
                   "the grammar or the schema (.json), unless an option names it; then the texts, "
                   "or one on standard input")
      ->type_name("GRAMMAR TEXT...");
  CLI::App* masks =
      app->add_subcommand("mask", "Writes the ids of the tokens that may come after a text");
  add(*masks, mask->request);
  masks
      ->add_option("grammar", mask->request.grammar,
                   "the grammar or the schema (.json), unless an option names it")
      ->type_name("GRAMMAR");
  masks->add_option("--prefix", mask->prefix, "the text so far")->type_name("TEXT");
  masks->add_option("--ids", mask->ids, "tokens before the prefix, between commas")
      ->delimiter(',')
      ->type_name("IDS");
  return {app, [checks, check, mask] { return checks->parsed() ? check->run() : mask->run(); },
          [check] { return *check->status; }};
}

}  // namespace command
