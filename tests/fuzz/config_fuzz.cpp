/// \file config_fuzz.cpp
/// Any bytes are a configuration in each of six forms, a pipeline, tasks or samples, or a sentence; a configuration that was
/// read is written and read again, the same, and a form of others that takes it gives it back valid.
///
/// Alone: clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -Iinclude tests/fuzz/config_fuzz.cpp

#include <tamis/io/anthropic.hpp>
#include <tamis/io/code_task.hpp>
#include <tamis/io/generation_config_json.hpp>
#include <tamis/io/hugging_face.hpp>
#include <tamis/io/llama_cpp_options.hpp>
#include <tamis/io/openai.hpp>
#include <tamis/presets/pipeline_json.hpp>

namespace {

using namespace tamis;

/// Stops where an error has no sentence; whether there was none.
template <class T>
bool is_read(const Result<T>& result) {
  if (!result && result.error().message.empty()) __builtin_trap();
  return static_cast<bool>(result);
}

Result<GenerationConfig> config_of(unsigned form, std::string_view text) {
  switch (form % 5) {
    case 0: return generation_config_from_json(text);
    case 1: return from_openai(text);
    case 2: return from_anthropic(text);
    case 3: return from_llama_cpp(text);
    default: return from_hugging_face(text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view text(reinterpret_cast<const char*>(bytes + 1), size - 1);
  if (bytes[0] % 8 == 5) return is_read(read_code_tasks(text)), 0;
  if (bytes[0] % 8 == 6) return is_read(read_code_samples(text)), 0;
  if (bytes[0] % 8 == 7) {
    const auto list = parse_json(text, "the pipeline", "a list");
    if (is_read(list)) is_read(pipeline_from_json(*list));
    return 0;
  }
  const auto config = config_of(bytes[0], text);
  if (!is_read(config)) return 0;
  if (!validate(*config)) __builtin_trap();
  const auto again = generation_config_from_json(to_json(*config));
  if (!again || !(*again == *config)) __builtin_trap();
  is_read(to_openai(*config)), is_read(to_anthropic(*config)), is_read(to_llama_cpp(*config)), is_read(to_hugging_face(*config));
  return 0;
}
