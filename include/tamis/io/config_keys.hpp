#pragma once

/// \file config_keys.hpp
/// The keys of a generation_config.json besides our own names: older and other names of the same
/// things, what others keep in the same file, and what this library does not do.

#include <string_view>

#include "config_dialect.hpp"

namespace tamis {

namespace detail {

/// The names that vLLM, SGLang and the APIs have for what HF calls otherwise.
inline constexpr Spelling other_names[] = {
    {"max_tokens", "max_new_tokens"},
    {"max_completion_tokens", "max_new_tokens"},
    {"min_tokens", "min_new_tokens"},
    {"n", "num_return_sequences"},
    {"stop", "stop_strings"},
    {"stop_sequences", "stop_strings"},
    {"no_stop_trim", "include_stop_str_in_output"},
    {"sampling_seed", "seed"},
    {"beam_width", "num_beams"},
    {"repeat_penalty", "repetition_penalty"},
};

/// What a generation_config.json of HF's keeps for itself, and what changes the cost of a text but
/// not the text.
inline constexpr std::string_view ignored_keys[] = {
    // Whose file it is.
    "_commit_hash",
    "_from_model_config",
    "transformers_version",
    // How the memory of the past is laid out, and what is compiled.
    "cache_config",
    "cache_implementation",
    "compile_config",
    "continuous_batching_config",
    "disable_compile",
    "low_memory",
    "max_cache_len",
    "prefill_chunk_size",
    "return_legacy_cache",
    // What a call returns in Python.
    "detokenize",
    "flat_logprobs",
    "output_attentions",
    "output_hidden_states",
    "output_kind",
    "output_logits",
    "output_scores",
    "return_dict_in_generate",
    "stream_interval",
    // How far a draft model looks ahead: speculation changes the speed, not the distribution.
    "assistant_confidence_threshold",
    "assistant_early_exit",
    "assistant_lookbehind",
    "is_assistant",
    "max_matching_ngram_size",
    "num_assistant_tokens",
    "num_assistant_tokens_schedule",
    "prompt_lookup_num_tokens",
    "speculation_type",
    "target_lookbehind",
    "use_mtp",
    // Of models with an encoder, and of tokenizers that put spaces between special tokens.
    "decoder_start_token_id",
    "spaces_between_special_tokens",
    // A distribution is normalized here whether asked for or not.
    "renormalize_logits",
};

inline constexpr Unsupported unsupported_keys[] = {
    {"assistant_ensemble_weight", "null",
     "speculation here keeps the model's distribution exactly; leave it out"},
    {"best_of", "1", "generate with n, and choose by the scores"},
    {"constraints", "null", "leave it out"},
    {"diversity_rate", "0.0", "leave it out"},
    {"ebnf", "null",
     "it says what a text is, not how it is drawn: give it to tamis generate, or to guided/ in "
     "C++"},
    {"encoder_no_repeat_ngram_size", "0", "the models here have no encoder; leave it out"},
    {"encoder_repetition_penalty", "1.0", "the models here have no encoder; leave it out"},
    {"extra_args", "null", "leave it out"},
    {"custom_params", "null", "leave it out"},
    {"force_words_ids", "null", "leave it out"},
    {"json_schema", "null",
     "it says what a text is, not how it is drawn: give it to tamis generate, or to guided/ in "
     "C++"},
    {"regex", "null",
     "it says what a text is, not how it is drawn: give it to tamis generate, or to guided/ in "
     "C++"},
    {"remove_invalid_values", "false", "NaN from a model is an error here, not a value to remove"},
    {"repetition_detection", "null", "leave it out"},
    {"stop_regex", "null", "leave it out, or give stop_strings"},
    {"structural_tag", "null", "constrain the text by a grammar of this library"},
    {"structured_outputs", "null", "constrain the text by a grammar of this library"},
    {"thinking_token_budget", "null", "leave it out"},
    {"watermark", "null", "compose a watermark into the sampler in C++"},
    {"watermarking_config", "null", "compose a watermark into the sampler in C++"},
};

}  // namespace detail

/// The keys of a configuration of this library: its own names, which are HF's where HF has one, and
/// the names of others where they mean the same.
inline constexpr Dialect own_dialect = {"the configuration", detail::other_names, true,
                                        detail::ignored_keys, detail::unsupported_keys};

}  // namespace tamis
