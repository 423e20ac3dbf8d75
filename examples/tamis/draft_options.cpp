#include "draft_options.hpp"

#include <charconv>
#include <system_error>
#include <tamis/io/gguf.hpp>
#include <tamis/tokenizers/bpe_from_gguf.hpp>
#include <tamis/tokenizers/same_vocabulary.hpp>
#include <utility>

#include "command.hpp"

namespace command {

namespace {

constexpr int most_tokens = 64;  // a sliding cache goes back as far
constexpr int usual_lookup_tokens = 10;

Result<int> count_of(const std::string& option, const std::string& text) {
  int count = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
  if (read.ec == std::errc() && read.ptr == text.data() + text.size() && count >= 1 &&
      count <= most_tokens)
    return count;
  return Error{option + " is " + text + "; it must be a whole number from 1 to " +
               std::to_string(most_tokens)};
}

}  // namespace

void DraftOptions::add(CLI::App& app) {
  const std::string group = "Drafts, which change the speed and not the distribution";
  lookup_ = app.add_option("--draft-lookup", lookup_tokens_,
                           "drafts what followed the last tokens when they occurred before; at "
                           "most N tokens [10]")
                ->type_name("N")
                ->expected(0, 1)
                ->group(group);
  app.add_option("--draft-model", model_,
                 "drafts with a smaller model, a GGUF file with the same vocabulary")
      ->type_name("FILE")
      ->group(group);
  tokens_option_ = app.add_option("--draft-tokens", tokens_,
                                  "how many tokens the draft model drafts at most [4]")
                       ->type_name("N")
                       ->group(group);
  app.add_option(
         "--draft-acceptance", acceptance_,
         "shared_noise: the same tokens as without drafts; rejection: other tokens of the same "
         "distribution, and more drafts accepted [shared_noise]")
      ->type_name("NAME")
      ->group(group);
}

Result<void> DraftOptions::check() const {
  if (acceptance_ != "shared_noise" && acceptance_ != "rejection")
    return Error{"--draft-acceptance is '" + acceptance_ +
                 "'; it must be shared_noise or rejection"};
  if (!model_.empty() && lookup_->count() > 0)
    return Error{"--draft-lookup and --draft-model both draft; give one of them"};
  if (model_.empty() && tokens_option_->count() > 0)
    return Error{
        "--draft-tokens is for a draft model; give --draft-model FILE, or --draft-lookup " +
        std::to_string(tokens_)};
  if (!lookup_tokens_.empty())
    if (const auto count = count_of("--draft-lookup", lookup_tokens_); !count) return count.error();
  if (const auto count = count_of("--draft-tokens", std::to_string(tokens_)); !count)
    return count.error();
  return {};
}

Result<std::optional<ChosenDrafter>> DraftOptions::drafter(const Loaded& loaded,
                                                           int threads) const {
  if (!asked()) return std::optional<ChosenDrafter>();
  if (model_.empty()) return std::optional(ChosenDrafter(tamis::PromptLookup()));
  if (loaded_) {
    auto drafter = ChosenDrafter::Model::of(*loaded_, loaded.vocab_size());
    if (!drafter) return drafter.error();
    return std::optional(ChosenDrafter(loaded_, *std::move(drafter)));
  }
  const auto gguf = tamis::Gguf::open(model_);
  if (!gguf) return gguf.error();
  const auto tokenizer = tamis::bpe_from_gguf(*gguf);
  if (!tokenizer) return tokenizer.error();
  const auto same = tamis::same_vocabulary(loaded.tokenizer, *tokenizer, loaded.name,
                                           "the draft model " + gguf->name());
  if (!same) return same.error();
  auto model = tamis::Llama::load(*gguf, threads);
  if (!model) return model.error();
  loaded_ = std::make_shared<tamis::Llama>(*std::move(model));
  return this->drafter(loaded, threads);
}

tamis::SpeculationOptions DraftOptions::speculation() const {
  tamis::SpeculationOptions options;
  options.acceptance =
      acceptance_ == "rejection" ? tamis::Acceptance::rejection : tamis::Acceptance::shared_noise;
  const int lookup =
      lookup_tokens_.empty() ? usual_lookup_tokens : *count_of("--draft-lookup", lookup_tokens_);
  options.max_draft = static_cast<std::size_t>(model_.empty() ? lookup : tokens_);
  return options;
}

}  // namespace command
