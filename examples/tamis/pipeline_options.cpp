#include "pipeline_options.hpp"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <tamis/io/config_value.hpp>
#include <tamis/io/generation_fields.hpp>
#include <tamis/io/npy.hpp>
#include <tamis/presets/pipeline_text.hpp>
#include <tamis/presets/solved_pipeline.hpp>

#include "command.hpp"
#include "pipeline_on.hpp"

namespace command {

namespace {

using tamis::TokenId;

/// Whether a parameter changes the distribution of one token.
bool shapes(const tamis::GenerationField& field) {
  using enum tamis::FieldGroup;
  for (const char* name : {"guidance_scale", "negative_prompt", "bad_words", "bos_token_id",
                           "pad_token_id", "dry_sequence_breakers"}) {
    if (field.name == name) return false;
  }
  for (const char* name : {"do_sample", "min_new_tokens", "min_length", "max_new_tokens",
                           "max_length", "exponential_decay_length_penalty"}) {
    if (field.name == name) return true;
  }
  return field.group == distribution || field.group == repetition || field.group == tokens;
}

/// What nothing is said of is off; there are no texts to break DRY's sequences at.
tamis::GenerationConfig nothing() {
  tamis::GenerationConfig config = tamis::neutral_config();
  config.dry_sequence_breakers.clear();
  return config;
}

/// What a configuration says, as JSON.
std::string words_of(const tamis::GenerationConfig& config) {
  const tamis::GenerationConfig otherwise = nothing();
  auto object = nlohmann::ordered_json::object();
  for (const tamis::GenerationField& field : tamis::generation_fields) {
    const auto value = tamis::visit_member(field, config, tamis::detail::JsonOf());
    if (value != tamis::visit_member(field, otherwise, tamis::detail::JsonOf()))
      object[std::string(field.name)] = value;
  }
  return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

void PipelineOptions::add(CLI::App& app) {
  app.add_option("LOGITS.npy", logits_,
                 "logits, [V] or [B, V], float16, float32 or float64, as numpy.save writes them")
      ->required()
      ->type_name("");
  app.add_option(
         "--pipeline", pipeline_,
         R"(JSON, or a file of it: steps, [{"type": "top_k", "k": 50}, ...], applied in their order; or an object with the keys of a configuration)")
      ->type_name("JSON|FILE");
  app.add_option("--history", history_,
                 "the tokens before, for what counts them: ids, or a .npy of them")
      ->type_name("ID,...|FILE");
  app.add_option("--prompt-length", prompt_length_,
                 "how many tokens of the history are the prompt; the others were generated")
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--backend", backend_, "what computes: eigen, the reference, or simd, team, sharded, torch or cuda")
      ->type_name("NAME")
      ->capture_default_str();
  parameters_.add(app, nothing(), shapes);
  app.footer(
      "Instead of --pipeline, the parameters below may be given as to 'tamis generate', in the "
      "order of\n"
      "--order; what is not given is off.");
}

tamis::Result<ExactRows> PipelineOptions::rows() const {
  const auto on = pipeline_on(backend_);
  if (!on) return on.error();
  const std::string parameter = parameters_.first_given();
  if (!pipeline_.empty() && !parameter.empty())
    return Error{"--pipeline and " + parameter +
                 " are both given; say what to draw from in one way"};
  const auto array = tamis::read_npy(logits_);
  if (!array) return array.error();
  using tamis::NpyType;
  if (array->type == NpyType::int32 || array->type == NpyType::int64)
    return Error{"'" + logits_ + "' holds integers; logits are float16, float32 or float64"};
  const std::size_t vocab_size = array->columns(), count = array->rows();
  if (vocab_size == 0 || count == 0)
    return Error{"'" + logits_ + "' has the shape " + tamis::text_of_shape(array->shape) +
                 "; logits are [V] or [B, V], with one token at least"};

  ExactRows exact{array->shape, {}, {}};
  tamis::Result<tamis::Pipeline> pipeline = tamis::Pipeline();
  if (!pipeline_.empty()) {
    const auto text = pipeline_text();
    if (!text) return text.error();
    pipeline = tamis::pipeline_from_text(*text, vocab_size);
    exact.pipeline = *text;
  } else {
    const auto config = parameters_.config();
    if (!config) return config.error();
    pipeline = tamis::config_pipeline(*config, vocab_size);
    exact.pipeline = words_of(*config);
  }
  if (!pipeline) return pipeline.error();
  const auto tokens = history(vocab_size);
  if (!tokens) return tokens.error();
  const auto prompt = std::span(*tokens).first(static_cast<std::size_t>(prompt_length_));
  const auto generated = std::span(*tokens).subspan(prompt.size());

  const std::vector<float> logits = array->floats();
  for (std::size_t row = 0; row < count; ++row) {
    const auto z = std::span(logits).subspan(row * vocab_size, vocab_size);
    const auto solved = tamis::SolvedPipeline::of(*pipeline, z, prompt, generated, *on);
    if (!solved) {
      const std::string which = count > 1 ? "row " + std::to_string(row) + ": " : "";
      return Error{which + solved.error().message};
    }
    exact.probabilities.push_back(solved->probabilities());
  }
  return exact;
}

tamis::Result<std::string> PipelineOptions::pipeline_text() const {
  const std::size_t first = pipeline_.find_first_not_of(" \t\r\n");
  if (first != std::string::npos && (pipeline_[first] == '[' || pipeline_[first] == '{'))
    return pipeline_;
  return read_text(pipeline_);
}

tamis::Result<std::vector<TokenId>> PipelineOptions::history(std::size_t vocab_size) const {
  std::vector<TokenId> ids;
  if (history_.ends_with(".npy")) {
    const auto array = tamis::read_npy(history_);
    if (!array) return array.error();
    const auto tokens = array->tokens();
    if (!tokens) return Error{"'" + history_ + "': " + tokens.error().message};
    ids = *tokens;
  } else if (!history_.empty()) {
    const auto list = nlohmann::json::parse("[" + history_ + "]", nullptr, false);
    const bool whole =
        list.is_array() && std::ranges::all_of(list, [](const auto& id) {
          return id.is_number_integer() && id <= std::numeric_limits<TokenId>::max() && id >= -1;
        });
    if (!whole)
      return Error{"--history is '" + history_ +
                   "'; it must be token ids with commas between, or a .npy of them"};
    ids = list.get<std::vector<TokenId>>();
  }
  for (const TokenId id : ids) {
    if (id < 0 || static_cast<std::size_t>(id) >= vocab_size) {
      return Error{"--history has the token " + std::to_string(id) +
                   "; the logits are of the tokens 0 to " + std::to_string(vocab_size - 1)};
    }
  }
  if (prompt_length_ < 0 || static_cast<std::size_t>(prompt_length_) > ids.size()) {
    return Error{"--prompt-length is " + std::to_string(prompt_length_) + "; the history has " +
                 std::to_string(ids.size()) + " tokens"};
  }
  return ids;
}

}  // namespace command
