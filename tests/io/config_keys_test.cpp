#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <tamis/io/config_keys.hpp>

#include "catch.hpp"

using namespace tamis;

TEST_CASE(
    "Every field of HF's generation config is known: as ours, as ignored, or as unsupported") {
  // Every attribute of GenerationConfig in transformers 5.23, and the ones deprecated but still
  // parsed.
  const char* fields[] = {"max_length",
                          "max_new_tokens",
                          "min_length",
                          "min_new_tokens",
                          "early_stopping",
                          "max_time",
                          "stop_strings",
                          "do_sample",
                          "num_beams",
                          "use_mtp",
                          "use_cache",
                          "cache_implementation",
                          "cache_config",
                          "max_cache_len",
                          "temperature",
                          "top_k",
                          "top_p",
                          "min_p",
                          "top_h",
                          "typical_p",
                          "epsilon_cutoff",
                          "eta_cutoff",
                          "repetition_penalty",
                          "encoder_repetition_penalty",
                          "length_penalty",
                          "no_repeat_ngram_size",
                          "bad_words_ids",
                          "renormalize_logits",
                          "forced_bos_token_id",
                          "forced_eos_token_id",
                          "remove_invalid_values",
                          "exponential_decay_length_penalty",
                          "suppress_tokens",
                          "begin_suppress_tokens",
                          "sequence_bias",
                          "token_healing",
                          "guidance_scale",
                          "watermarking_config",
                          "num_return_sequences",
                          "output_attentions",
                          "output_hidden_states",
                          "output_scores",
                          "output_logits",
                          "return_dict_in_generate",
                          "pad_token_id",
                          "bos_token_id",
                          "eos_token_id",
                          "encoder_no_repeat_ngram_size",
                          "decoder_start_token_id",
                          "is_assistant",
                          "num_assistant_tokens",
                          "num_assistant_tokens_schedule",
                          "assistant_confidence_threshold",
                          "prompt_lookup_num_tokens",
                          "max_matching_ngram_size",
                          "assistant_early_exit",
                          "assistant_lookbehind",
                          "target_lookbehind",
                          "assistant_ensemble_weight",
                          "speculation_type",
                          "compile_config",
                          "disable_compile",
                          "continuous_batching_config",
                          "low_memory",
                          "penalty_alpha",
                          "dola_layers",
                          "diversity_penalty",
                          "num_beam_groups",
                          "constraints",
                          "force_words_ids",
                          "prefill_chunk_size",
                          "transformers_version",
                          "_from_model_config"};
  const auto keys = own_dialect.keys();
  for (const std::string_view field : fields) {
    INFO(field);
    CHECK(std::find(keys.begin(), keys.end(), field) != keys.end());
  }
}

TEST_CASE("The neutral value of every unsupported key is JSON") {
  for (const Unsupported& key : detail::unsupported_keys) {
    INFO(key.key);
    CHECK(nlohmann::json::accept(key.neutral));
  }
}
