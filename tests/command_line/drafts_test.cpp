#include <string>
#include <vector>

#include "../model_path.hpp"
#include "json_of.hpp"
#include "tiny_model.hpp"

using nlohmann::json;
using Arguments = std::vector<std::string>;

static Arguments with(Arguments arguments, const Arguments& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST_CASE("Drafts change no token, and are counted") {
  const TemporaryFolder folder;
  const std::string model = write_tiny_model(folder, "tiny.gguf");
  const Arguments plain{"generate", "--model", model, "--prompt", "abcabcabcab", "--max-new-tokens",
                        "30",       "--seed",  "3",   "--json",   "--threads",   "1"};
  for (const Arguments& sampler : {Arguments{"--temperature", "0"},
                                   {"--temperature", "0.7", "--repetition-penalty", "1.3"},
                                   {"--order", "llama_cpp", "--mirostat", "2"}}) {
    const json alone = json_of(with(plain, sampler));
    CHECK_FALSE(alone["stats"].contains("drafts"));
    for (const Arguments& drafts : {Arguments{"--draft-lookup"},
                                    {"--draft-lookup", "3"},
                                    {"--draft-model", model},
                                    {"--draft-model", model, "--draft-tokens", "7"}}) {
      const json drafted = json_of(with(with(plain, sampler), drafts));
      CHECK(drafted["sequences"][0]["ids"] == alone["sequences"][0]["ids"]);
      CHECK(drafted["sequences"][0]["text"] == alone["sequences"][0]["text"]);
      const json& stats = drafted["stats"]["drafts"];
      CHECK(stats["accepted"].get<int>() <= stats["proposed"].get<int>());
      if (drafts[0] == "--draft-model")
        CHECK(stats["acceptance_rate"] == 1.0);  // it is the model itself
    }
    CHECK(json_of(with(with(plain, sampler), {"--draft-lookup", "--draft-acceptance",
                                              "rejection"}))["sequences"][0]["ids"]
              .size() == 30);
  }
}

TEST_CASE("Every exact cache gives the same tokens, with and without drafts") {
  const TemporaryFolder folder;
  const std::string model = write_tiny_model(folder, "tiny.gguf");
  const Arguments plain{"generate", "--model", model, "--prompt", "abcabcabcab", "--max-new-tokens",
                        "30",       "--seed",  "3",   "--json",   "--threads",   "1"};
  const json alone = json_of(plain);
  for (const Arguments& cache :
       {Arguments{"--kv-cache", "contiguous"}, {"--kv-cache", "paged"}, {"--kv-cache", "window"}}) {
    CHECK(json_of(with(plain, cache))["sequences"] == alone["sequences"]);
    CHECK(json_of(with(with(plain, cache), {"--draft-lookup"}))["sequences"] == alone["sequences"]);
  }
  const json small = json_of(with(plain, {"--kv-cache", "int8"}));
  CHECK(small["stats"]["kv_cache_bytes"].get<double>() <
        0.5 * alone["stats"]["kv_cache_bytes"].get<double>());
  // A window never fills up, and the others do.
  const Arguments longer = with(plain, {"--max-new-tokens", "100"});
  const Arguments endless{"generate",   "--model",          model,         "--prompt",
                          "abc",        "--max-new-tokens", "100",         "--json",
                          "--kv-cache", "window",           "--kv-window", "20"};
  CHECK(json_of(endless)["stats"]["new_tokens"] == 100);
}

TEST_CASE("What drafts and caches cannot do is said in a sentence") {
  const TemporaryFolder folder;
  const std::string model = write_tiny_model(folder, "tiny.gguf"),
                    other = write_tiny_model(folder, "other.gguf", {"<end>"});
  const auto refusal = [&](const Arguments& more) {
    return failure_of(with({"generate", "--model", model, "--prompt", "abc"}, more));
  };
  CHECK(refusal({"--draft-lookup", "0"}) ==
        "--draft-lookup is 0; it must be a whole number from 1 to 64");
  CHECK(refusal({"--draft-lookup", "many"}) ==
        "--draft-lookup is many; it must be a whole number from 1 to 64");
  CHECK(refusal({"--draft-lookup", "--draft-model", model}) ==
        "--draft-lookup and --draft-model both draft; give one of them");
  CHECK(refusal({"--draft-tokens", "4"}) ==
        "--draft-tokens is for a draft model; give --draft-model FILE, or --draft-lookup 4");
  CHECK(refusal({"--draft-lookup", "--draft-acceptance", "often"}) ==
        "--draft-acceptance is 'often'; it must be shared_noise or rejection");
  CHECK(refusal({"--draft-model", other}).find("other.gguf' has another vocabulary than '") !=
        std::string::npos);
  CHECK(refusal({"--draft-model", other})
            .find("it has 31 tokens instead of 30; a draft model must have the same tokens") !=
        std::string::npos);
  CHECK(refusal({"--draft-lookup", "--num-beams", "2"}) ==
        "num_beams is 2, but --draft-lookup drafts for one sequence; leave one of them out");
  CHECK(refusal({"--draft-lookup", "--no-kv-cache"}) ==
        "--draft-lookup needs a cache, which --no-kv-cache switches off; leave one of them out");
  CHECK(refusal({"--draft-lookup", "--guidance-scale", "2"}) ==
        "guidance_scale reads two texts at once, and --draft-lookup drafts for one; leave one of "
        "them out");
  CHECK(refusal({"--kv-cache", "huge"}) ==
        "--kv-cache is 'huge'; it must be contiguous, paged, window or int8");
  CHECK(refusal({"--kv-window", "9"}) ==
        "--kv-window is for a sliding cache, but --kv-cache is contiguous; set it to window");
  CHECK(refusal({"--kv-cache", "window", "--kv-window", "0"}) ==
        "--kv-window is 0; it must be 1 or more");
  CHECK(refusal({"--kv-cache", "window", "--kv-window", "61"}) ==
        "--kv-window is 61, and 4 more tokens are seen with it, but the model takes 64; make it "
        "smaller");
  CHECK(failure_of({"generate", "--model", model, "--prompt", std::string(70, 'x')}) ==
        "the prompt has 70 tokens, but the model's context takes 64; shorten the prompt");
}

TEST_CASE("Of a text that repeats itself a pass of the real model yields several tokens") {
  if (!model_path()) return;
  const json result = json_of(
      {"generate", "--prompt", "red green blue yellow red green blue yellow red green",
       "--temperature", "0", "--max-new-tokens", "60", "--ignore-eos", "--draft-lookup", "--json"});
  CHECK(result["stats"]["drafts"]["acceptance_rate"].get<double>() > 0.5);
  CHECK(result["stats"]["drafts"]["tokens_per_pass"].get<double>() > 3);
}
