/// \file configurations.cpp
/// What other programs' configurations ask for, as a configuration of this library. Needs
/// nlohmann/json.

#include <cstdio>
#include <string>
#include <tamis/io/generation_config_json.hpp>
#include <tamis/io/hugging_face.hpp>
#include <tamis/io/llama_cpp_options.hpp>
#include <tamis/io/openai.hpp>

namespace {

void show(const char* whose, const tamis::Result<tamis::GenerationConfig>& config) {
  std::printf("%s: %s\n", whose,
              config ? tamis::to_json(*config).c_str() : config.error().message.c_str());
}

}  // namespace

int main() {
  // quote: hugging_face
  show("HF transformers", tamis::from_hugging_face(R"({"do_sample": true, "temperature": 0.7})"));
  // quote end
  // quote: llama_cpp
  show("llama.cpp", tamis::from_llama_cpp(R"({"n_predict": 64, "repeat_penalty": 1.1})"));
  // quote end
  // quote: openai
  show("OpenAI", tamis::from_openai(R"({"model": "any", "max_completion_tokens": 64, "top_p": 0.9,
                                        "messages": [{"role": "user", "content": "Hello"}]})"));
  show("OpenAI", tamis::from_openai(R"({"model": "any", "messages": [], "temperature": 3})"));
  // quote end
}
