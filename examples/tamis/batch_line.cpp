#include "batch_line.hpp"

#include <optional>
#include <tamis/io/generation_config_json.hpp>
#include <tamis/io/json_text.hpp>
#include <utility>

#include "chat_messages.hpp"

namespace command {

using nlohmann::json;
using tamis::Error;

tamis::Result<void> BatchLine::read(std::string_view text, const tamis::GenerationConfig& base,
                                    const GuideText& otherwise) {
  constexpr const char* such_as = R"(an object with a "prompt" or with "messages")";
  auto read = tamis::parse_json(text, "this", such_as);
  if (!read) return read.error();
  json object = *std::move(read);
  if (!object.is_object()) return Error{"this is " + shown(object) + "; it must be " + such_as};
  const auto take = [&](const char* key) -> std::optional<json> {
    if (!object.contains(key)) return std::nullopt;
    json value = std::move(object[key]);
    object.erase(key);
    return value;
  };
  if (auto its = take("id")) id = *std::move(its);
  const auto asked = take("prompt"), conversation = take("messages");
  if (asked.has_value() == conversation.has_value())
    return Error{std::string(asked ? "there are both a prompt and messages"
                                   : "there is neither a prompt nor messages") +
                 "; give one of them"};
  if (asked && !asked->is_string())
    return Error{"prompt is " + shown(*asked) + "; it must be a text"};
  if (asked) {
    prompt = *asked;
  } else {
    auto list = chat_messages(*conversation);
    if (!list) return list.error();
    messages = *std::move(list);
  }
  auto what = GuideText::take_from(object, otherwise);
  if (!what) return what.error();
  guide = *std::move(what);
  const auto said = tamis::generation_config_from_json(object.dump(), base);
  if (!said) return said.error();
  config = resolved(*said);
  if (said->penalty_alpha > 0 && !said->do_sample) config.do_sample = false;
  return {};
}

}  // namespace command
