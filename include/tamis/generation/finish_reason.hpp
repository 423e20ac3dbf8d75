#pragma once

#include <cstdint>
#include <string_view>

namespace tamis {

/// Why a generation is over. Where several hold at one token, the first of this list is told: an
/// end on the last token that the limit allows is an end.
enum class FinishReason : std::uint8_t {
  end_of_sequence,  ///< an end token was drawn; it is the last of the tokens
  stop_token,       ///< a stop token was drawn; it is the last of the tokens
  stop_sequence,    ///< the tokens came to a stop sequence, which is the end of them
  stop_string,      ///< the text came to a stop string
  loop,             ///< the tokens repeat themselves: see GenerationOptions::loop_block
  length,           ///< max_new_tokens or max_length is reached
  context_full,     ///< the model takes no more tokens
  time,             ///< max_seconds are over
  cancelled,        ///< the callback, a stop token or the caller said so
  error,            ///< no token could be drawn: see Generation::error
};

/// Its name, as JSON and the command line show it.
constexpr std::string_view name_of(FinishReason reason) {
  switch (reason) {
    case FinishReason::end_of_sequence:
      return "end_of_sequence";
    case FinishReason::stop_token:
      return "stop_token";
    case FinishReason::stop_sequence:
      return "stop_sequence";
    case FinishReason::stop_string:
      return "stop_string";
    case FinishReason::loop:
      return "loop";
    case FinishReason::length:
      return "length";
    case FinishReason::context_full:
      return "context_full";
    case FinishReason::time:
      return "time";
    case FinishReason::cancelled:
      return "cancelled";
    case FinishReason::error:
      return "error";
  }
  return "unknown";
}

}  // namespace tamis
