#include <algorithm>
#include <string>
#include <tamis/io/anthropic.hpp>
#include <tamis/io/config_dialect.hpp>
#include <tamis/io/config_keys.hpp>
#include <tamis/io/hugging_face.hpp>
#include <tamis/io/llama_cpp_options.hpp>
#include <tamis/io/openai.hpp>

#include "catch.hpp"

using namespace tamis;

static const Dialect dialects[] = {own_dialect,
                                   hugging_face_dialect,
                                   detail::openai_dialect(OpenAiRequest::chat),
                                   detail::openai_dialect(OpenAiRequest::completion),
                                   detail::anthropic_dialect,
                                   detail::anthropic_dialect_without_sampling,
                                   detail::llama_cpp_dialect};

TEST_CASE("Every spelling of every dialect stands for a parameter that there is") {
  for (const Dialect& dialect : dialects) {
    for (const Spelling& spelling : dialect.spellings) {
      INFO(dialect.object << ": " << spelling.theirs);
      CHECK(dialect.field_of(spelling.theirs) != nullptr);
    }
  }
}

TEST_CASE("No key of a dialect is there twice") {
  for (const Dialect& dialect : dialects) {
    auto keys = dialect.keys();
    std::sort(keys.begin(), keys.end());
    const auto twice = std::adjacent_find(keys.begin(), keys.end());
    INFO(dialect.object << (twice == keys.end() ? "" : std::string(*twice)));
    CHECK(twice == keys.end());
  }
}

TEST_CASE("A spelling without a name of ours has the same name") {
  static constexpr Spelling spelling = {"top_k"};
  static_assert(spelling.ours == "top_k");
  CHECK(own_dialect.field_of("n") == field_named("num_return_sequences"));
  CHECK(own_dialect.field_of("top_k") == field_named("top_k"));
  CHECK(detail::anthropic_dialect.field_of("min_p") == nullptr);
  CHECK(detail::anthropic_dialect.spelling_of("temperature")->range.greatest == 1);
}
