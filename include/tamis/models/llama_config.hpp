#pragma once

/// \file llama_config.hpp
/// The numbers of a llama as HF keeps them: config.json.

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../core/result.hpp"
#include "../io/gguf_value.hpp"
#include "../io/json_text.hpp"
#include "llama_weights.hpp"
#include "rope_scaling.hpp"

namespace tamis {

/// What shapes a model of the llama family: Llama itself, Mistral without a sliding window, and
/// Qwen 2, whose queries, keys and values have biases.
struct LlamaConfig {
  LlamaShape shape;
  std::vector<float> frequencies;  ///< [rotated / 2], radians a position
  bool tied = false;               ///< the output head has the numbers of the embedding
  bool attention_bias = false;     ///< of queries, keys and values
  bool output_bias = false;        ///< of the attention's output
  bool feed_bias = false;          ///< of the feed-forward layers

  /// Reads config.json; an error names the value that is missing, or unknown to Tamis.
  static Result<LlamaConfig> read(std::string_view text,
                                  const std::string& name = "the configuration");
};

namespace detail {

/// What is wrong first is remembered; all later steps then do nothing.
class LlamaConfigReader {
 public:
  using Json = nlohmann::json;

  LlamaConfigReader(const Json& root, const std::string& name) : root_(root), name_(name) {}

  Result<LlamaConfig> read() {
    const std::string kind = string("model_type", "");
    if (kind != "llama" && kind != "mistral" && kind != "qwen2")
      refuse("model_type", kind.empty() ? "missing" : detail::quoted(std::string_view(kind)),
             "Tamis reads 'llama', 'mistral' and 'qwen2'");
    read_sizes();
    read_details(kind);
    read_rope();
    if (fault_) return Error{*fault_};
    return config_;
  }

 private:
  void refuse(const std::string& key, const std::string& found, const std::string& needed) {
    if (!fault_) fault_ = "in " + name_ + ", " + key + " is " + found + "; " + needed;
  }
  static const Json* find(const Json& object, const char* key) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? nullptr : &*found;
  }

  std::string string(const char* key, const char* otherwise) {
    const Json* value = find(root_, key);
    if (value && !value->is_string()) refuse(key, detail::quoted(*value), "a name is needed");
    return value && value->is_string() ? value->get<std::string>() : otherwise;
  }
  bool truth(const char* key, bool otherwise) {
    const Json* value = find(root_, key);
    if (value && !value->is_boolean())
      refuse(key, detail::quoted(*value), "true or false is needed");
    return value && value->is_boolean() ? value->get<bool>() : otherwise;
  }
  /// A count; without `otherwise` it must be there.
  int count(const char* key, std::optional<int> otherwise = std::nullopt,
            std::int64_t most = 1 << 20) {
    const Json* value = find(root_, key);
    if (!value && otherwise) return *otherwise;
    const bool fits = value && value->is_number_unsigned() && *value >= 1 && *value <= most;
    if (fits) return value->get<int>();
    refuse(key, value ? detail::quoted(*value) : "missing",
           "a whole number from 1 to " + std::to_string(most) + " is needed");
    return 1;
  }
  double positive(const Json& object, const char* key, std::optional<double> otherwise) {
    const Json* value = find(object, key);
    if (!value && otherwise) return *otherwise;
    if (value && value->is_number()) {
      const double number = value->get<double>();
      if (number > 0 && std::isfinite(number)) return number;
    }
    refuse(key, value ? detail::quoted(*value) : "missing", "a positive number is needed");
    return 1;
  }

  void read_sizes() {
    LlamaShape& shape = config_.shape;
    shape.layers = count("num_hidden_layers");
    shape.width = count("hidden_size");
    shape.feed_width = count("intermediate_size");
    shape.heads = count("num_attention_heads");
    shape.kv_heads = count("num_key_value_heads", shape.heads);
    shape.vocabulary = count("vocab_size", std::nullopt, 1 << 24);
    shape.context = count("max_position_embeddings", 2048, 1 << 30);
    if (fault_) return;
    if (shape.heads % shape.kv_heads != 0)
      refuse("num_key_value_heads", std::to_string(shape.kv_heads),
             "a divisor of num_attention_heads, " + std::to_string(shape.heads) + ", is needed");
    if (!find(root_, "head_dim") && shape.width % shape.heads != 0)
      refuse("num_attention_heads", std::to_string(shape.heads),
             "a divisor of hidden_size, " + std::to_string(shape.width) + ", is needed");
    shape.head_size = count("head_dim", std::max(1, shape.width / shape.heads));
    shape.rotated = shape.head_size;
    if (shape.head_size % 2 != 0 || std::int64_t{shape.heads} * shape.head_size > 1 << 20)
      refuse("head_dim", std::to_string(shape.head_size),
             "an even number is needed, and at most 1048576 for all heads together");
    shape.epsilon = static_cast<float>(positive(root_, "rms_norm_eps", 1e-6));
  }

  void read_details(const std::string& kind) {
    const std::string activation = string("hidden_act", "silu");
    if (activation != "silu")
      refuse("hidden_act", detail::quoted(std::string_view(activation)), "Tamis knows 'silu'");
    config_.tied = truth("tie_word_embeddings", false);
    config_.attention_bias = kind == "qwen2" || truth("attention_bias", false);
    config_.output_bias = kind == "llama" && config_.attention_bias;
    config_.feed_bias = truth("mlp_bias", false);
    const bool slides =
        kind == "mistral" || (kind == "qwen2" && truth("use_sliding_window", false));
    const Json* window = find(root_, "sliding_window");
    if (slides && window && !(window->is_number_unsigned() && *window >= config_.shape.context))
      refuse("sliding_window", detail::quoted(*window), "Tamis reads models that see all tokens");
    for (const char* key : {"quantization_config", "num_local_experts"})
      if (const Json* value = find(root_, key))
        refuse(key, detail::quoted(*value), "Tamis reads models without it");
    if (const Json* part = find(root_, "partial_rotary_factor"); part && *part != 1)
      refuse("partial_rotary_factor", detail::quoted(*part), "Tamis knows 1");
  }

  /// "rope_theta" and "rope_scaling", or both in "rope_parameters", as transformers 5 writes them.
  void read_rope() {
    const Json* both = find(root_, "rope_parameters");
    const Json* scaled = both ? both : find(root_, "rope_scaling");
    const Json none = Json::object();
    const Json& scaling = scaled ? *scaled : none;
    if (!scaling.is_object())
      return refuse("rope_scaling", detail::quoted(scaling), "an object is needed");
    const double base = positive(both ? *both : root_, "rope_theta", 10000.0);
    config_.shape.rope_base = static_cast<float>(base);

    const Json* type = find(scaling, "rope_type");
    if (!type) type = find(scaling, "type");
    const std::string kind = !type               ? "default"
                             : type->is_string() ? type->get<std::string>()
                                                 : detail::quoted(*type);
    RopeScaling rope;
    if (kind == "linear") {
      rope.kind = RopeScaling::Kind::linear;
      rope.factor = positive(scaling, "factor", std::nullopt);
    } else if (kind == "llama3") {
      rope.kind = RopeScaling::Kind::llama3;
      rope.factor = positive(scaling, "factor", std::nullopt);
      rope.low = positive(scaling, "low_freq_factor", std::nullopt);
      rope.high = positive(scaling, "high_freq_factor", std::nullopt);
      rope.original = positive(scaling, "original_max_position_embeddings", std::nullopt);
      if (!fault_ && rope.high <= rope.low)
        refuse("high_freq_factor", detail::number_text(rope.high),
               "more than low_freq_factor, " + detail::number_text(rope.low) + ", is needed");
    } else if (kind != "default") {
      refuse("rope_type", detail::quoted(std::string_view(kind)),
             "Tamis knows 'default', 'linear' and 'llama3'");
    }
    if (!fault_) config_.frequencies = rope.frequencies(base, config_.shape.rotated);
  }

  const Json& root_;
  const std::string& name_;
  LlamaConfig config_;
  std::optional<std::string> fault_;
};

}  // namespace detail

inline Result<LlamaConfig> LlamaConfig::read(std::string_view text, const std::string& name) {
  const auto root = parse_json_object(text, name);
  if (!root) return root.error();
  return detail::LlamaConfigReader(*root, name).read();
}

}  // namespace tamis
