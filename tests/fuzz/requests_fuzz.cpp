/// \file requests_fuzz.cpp
/// Any bytes are a line of a batch, a conversation or the configuration of a model, or a sentence;
/// a request that was read has a prompt or messages, a valid configuration and at most one guide.

#include <tamis/io/validate.hpp>
#include <tamis/models/llama_config.hpp>

#include "../../examples/tamis/batch_line.hpp"
#include "../../examples/tamis/chat_messages.hpp"

namespace {

void require(bool holds) {
  if (!holds) __builtin_trap();
}

/// Stops where an error has no sentence, or one that somebody else's text makes long; whether there
/// was none.
template <class T>
bool is_read(const tamis::Result<T>& result, std::size_t size) {
  if (!result)
    require(!result.error().message.empty() && result.error().message.size() < 1000 + 4 * size);
  return static_cast<bool>(result);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 1) return 0;
  const std::string text(reinterpret_cast<const char*>(bytes + 1), size - 1);
  switch (bytes[0] % 4) {
    case 0: {
      const auto messages = command::chat_messages(text);
      if (is_read(messages, size)) require(!messages->empty());
      break;
    }
    case 1: {
      const auto config = tamis::LlamaConfig::read(text);
      is_read(config, size);
      break;
    }
    default: {
      command::BatchLine line;
      if (!is_read(line.read(text, {}, {}), size)) break;
      require(line.messages.empty() || line.prompt.empty());
      require(tamis::validate(line.config).has_value());
      require(line.guide.is_given() || (line.guide.text.empty() && line.guide.choices.empty()));
      require(!line.guide.name().empty());
    }
  }
  return 0;
}
