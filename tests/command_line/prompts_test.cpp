#include <fstream>
#include <string>
#include <vector>

#include "../model_path.hpp"
#include "json_of.hpp"
#include "tiny_model.hpp"

using nlohmann::json;
using Arguments = std::vector<std::string>;

TEST_CASE("The option --heal takes the last token back, and the text begins where the prompt ended") {
  const TemporaryFolder folder;
  const std::string model = write_tiny_model(folder, "tiny.gguf");
  const Arguments arguments{"generate", "--model",          model, "--prompt", "xyzab", "--heal",
                            "--json",   "--max-new-tokens", "6"};
  for (const char* seed : {"1", "2", "3", "4"}) {
    Arguments seeded = arguments;
    seeded.insert(seeded.end(), {"--seed", seed});
    const json result = json_of(seeded);
    CHECK(result["prompt_ids"] == json({23, 24, 25}));  // x y z
    CHECK(result["healed"] == "ab");
    const int first = result["sequences"][0]["ids"][0];
    CHECK((first == 0 || first == 28 || first == 29));  // a, ab or abc
    // The text goes on behind what was given: of abc only the c.
    if (first == 29) CHECK(result["sequences"][0]["text"].get<std::string>()[0] == 'c');
    const Ran shown = run_tamis({"generate", "--model", model, "--prompt", "xyzab", "--heal",
                                 "--max-new-tokens", "6", "--seed", seed});
    CHECK(shown.out == result["sequences"][0]["text"].get<std::string>() + "\n");
  }
}

TEST_CASE("The option --heal mends a prompt that ends within a word, on the real model") {
  if (!model_path()) return;
  const Arguments arguments{
      "generate", "--prompt", "The address is https:", "--temperature", "0", "--max-new-tokens",
      "4",        "--json"};
  Arguments healed = arguments;
  healed.push_back("--heal");
  CHECK(json_of(healed)["sequences"][0]["text"].get<std::string>().substr(0, 2) == "//");
  CHECK(json_of(healed)["healed"] == ":");
}

TEST_CASE("The option --fim writes what stands between two texts, from files too") {
  const TemporaryFolder folder;
  const std::string model = write_tiny_model(
      folder, "coder.gguf", {"<fim_prefix>", "<fim_suffix>", "<fim_middle>", "<fim_pad>"});
  const json result = json_of({"generate", "--model", model, "--fim", "f(a", "c)", "--json",
                               "--seed", "1", "--max-new-tokens", "20"});
  CHECK(result["prompt_ids"] == json({30, 5, 26, 0, 31, 2, 27, 32}));
  const json& ids = result["sequences"][0]["ids"];
  for (std::size_t i = 0; i + 1 < ids.size(); ++i) CHECK(ids[i].get<int>() < 30);  // a mark ends it
  std::ofstream(folder.path("a")) << "f(a";
  std::ofstream(folder.path("c")) << "c)";
  CHECK(json_of({"generate", "--model", model, "--fim-files", folder.path("a"), folder.path("c"),
                 "--json", "--seed", "1", "--max-new-tokens", "20"})["sequences"] ==
        result["sequences"]);
  CHECK(json_of({"generate", "--model", model, "--fim", "f(a", "c)", "--json", "--preset",
                 "completion_fim"})["prompt_ids"] == result["prompt_ids"]);
}

TEST_CASE("What prompts cannot be is said in a sentence") {
  const TemporaryFolder folder;
  const std::string model = write_tiny_model(folder, "plain.gguf");
  const auto refusal = [&](const Arguments& more) {
    Arguments arguments{"generate", "--model", model};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return failure_of(arguments);
  };
  CHECK(
      refusal({"--fim", "a", "b"})
          .find(
              "plain.gguf' was not made to fill in the middle: its vocabulary has none of the "
              "marks "
              "for that; sought were <fim_prefix>, <fim_suffix> and <fim_middle> (StarCoder); ") !=
      std::string::npos);
  CHECK(refusal({"--fim", "a", "b", "--prompt", "c"}) ==
        "--fim is itself what is gone on from, so --prompt has no meaning with it; leave one of "
        "them out");
  CHECK(refusal({"--fim", "a", "b", "--heal"}) ==
        "--fim is itself what is gone on from, so --heal has no meaning with it; leave one of them "
        "out");
  CHECK(refusal({"--fim", "a", "b", "--fim-files", "a", "b"}) ==
        "--fim and --fim-files both say between what to write; give one of them");
  CHECK(refusal({"--fim-files", folder.path("no"), folder.path("no")}).find("cannot read '") == 0);
}
