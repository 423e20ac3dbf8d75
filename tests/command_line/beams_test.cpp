#include <fstream>
#include <string>
#include <vector>

#include "../model_path.hpp"
#include "json_of.hpp"
#include "tiny_model.hpp"

using nlohmann::json;
using Arguments = std::vector<std::string>;

TEST_CASE("Beams find the texts of HF transformers, in their order, with their scores") {
  if (!model_path()) return;
  std::ifstream file(TAMIS_TESTS_DIR "/golden/generations.jsonl");
  int compared = 0;
  for (std::string line; std::getline(file, line) && compared < 4;) {
    const json golden = json::parse(line);
    if (golden["mode"] != "beam_search") continue;
    json config = golden["params"];
    config["do_sample"] = false;
    config["eos_token_id"] = 2;
    INFO(golden["prompt"] << " " << golden["params"]);
    const json result = json_of(
        {"generate", "--prompt", golden["prompt"].get<std::string>(), "--config", "-", "--json"},
        config.dump());
    const json& sequences = golden["sequences"];
    REQUIRE(result["sequences"].size() == sequences.size());
    for (std::size_t i = 0; i < sequences.size(); ++i) {
      CHECK(result["sequences"][i]["ids"] == sequences[i]);
      CHECK(result["sequences"][i]["score"].get<double>() ==
            Approx(golden["scores"][i].get<double>()).margin(1e-3));
    }
    ++compared;
  }
  CHECK(compared == 4);
}

TEST_CASE(
    "A strategy by name searches with beams, and their text is printed at the end, with a "
    "sentence") {
  const TemporaryFolder folder;
  const std::string model = write_tiny_model(folder, "tiny.gguf");
  const Arguments arguments{"generate", "--model",          model, "--prompt",
                            "abc",      "--max-new-tokens", "8"};
  Arguments named = arguments;
  named.insert(named.end(), {"--strategy", "beam_search", "--n", "2"});
  const Ran ran = run_tamis(named);
  CHECK(ran.status == 0);
  CHECK(ran.err.find(
            "a beam search may change its text until its end, so all of it was printed then") !=
        std::string::npos);
  named.push_back("--json");
  const json result = json_of(named);
  REQUIRE(result["sequences"].size() == 2);
  CHECK(result["sequences"][0]["score"].get<double>() >=
        result["sequences"][1]["score"].get<double>());
  CHECK(ran.out == result["sequences"][0]["text"].get<std::string>() + "\n\n" +
                       result["sequences"][1]["text"].get<std::string>() + "\n");
  Arguments groups = arguments;
  groups.insert(groups.end(), {"--num-beams", "4", "--num-beam-groups", "2", "--diversity-penalty",
                               "1", "--n", "4", "--json"});
  CHECK(json_of(groups)["sequences"].size() == 4);
}

TEST_CASE("Contrastive search and DoLa find the texts of HF transformers") {
  if (!model_path()) return;
  std::ifstream file(TAMIS_TESTS_DIR "/golden/strategies.jsonl");
  int compared = 0;
  for (std::string line; std::getline(file, line);) {
    const json golden = json::parse(line);
    const json& params = golden["params"];
    Arguments arguments{"generate",
                        "--prompt",
                        golden["prompt"].get<std::string>(),
                        "--json",
                        "--temperature",
                        "0",
                        "--eos-token-id",
                        "2",
                        "--max-new-tokens",
                        params["max_new_tokens"].dump()};
    if (golden["mode"] == "contrastive") {
      arguments.insert(arguments.end(), {"--penalty-alpha", params["penalty_alpha"].dump(),
                                         "--top-k", params["top_k"].dump()});
    } else if (golden["mode"] == "dola") {
      std::string layers = params["dola_layers"].is_string()
                               ? params["dola_layers"].get<std::string>()
                               : params["dola_layers"].dump();
      std::erase_if(layers, [](char c) { return c == '[' || c == ']'; });
      arguments.insert(arguments.end(), {"--dola-layers", layers});
    } else {
      continue;
    }
    if (params.contains("repetition_penalty"))
      arguments.insert(arguments.end(),
                       {"--repetition-penalty", params["repetition_penalty"].dump()});
    INFO(golden["prompt"] << " " << params);
    const json result = json_of(arguments);
    const json& ids = result["sequences"][0]["ids"];
    // Up to the first near tie, of tokens or of layers.
    const auto is_clear = [&](const char* margin, std::size_t i) {
      const auto found = golden.find(margin);
      return found == golden.end() || !found->is_array() || i >= found->size() ||
             (*found)[i].get<double>() >= 0.02;
    };
    for (std::size_t i = 0;
         i < golden["new_ids"].size() && is_clear("margin", i) && is_clear("top2_margin", i); ++i) {
      REQUIRE(i < ids.size());
      REQUIRE(ids[i] == golden["new_ids"][i]);
      ++compared;
    }
    if (compared > 150) break;
  }
  CHECK(compared > 30);
}

TEST_CASE("What beams cannot do is said in a sentence") {
  const TemporaryFolder folder;
  const std::string model = write_tiny_model(folder, "tiny.gguf");
  const auto refusal = [&](const Arguments& more) {
    Arguments arguments{"generate", "--model", model, "--prompt", "abc"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return failure_of(arguments);
  };
  CHECK(refusal({"--num-beams", "2", "--n", "3"})
            .find("num_return_sequences is 3, but a beam search returns no more") == 0);
  CHECK(refusal({"--num-beams", "2", "--stream"}) ==
        "--stream asks for the text as it comes, but num_beams is 2, and a beam search may change "
        "its text until its end; "
        "leave one of them out");
  CHECK(refusal({"--num-beams", "2", "--logprobs", "3"})
            .find("logprobs is 3 and num_beams is 2; a beam search has scores") == 0);
  CHECK(refusal({"--num-beams", "2", "--kv-cache", "window"})
            .find("num_beams is 2, and a beam search compares texts") == 0);
  CHECK(refusal({"--penalty-alpha", "0.6", "--n", "2"})
            .find("num_return_sequences is 2, but a contrastive search") == 0);
  CHECK(refusal({"--penalty-alpha", "1.6"}).find("penalty_alpha is 1.6") == 0);
  CHECK(refusal({"--penalty-alpha", "0.6", "--draft-lookup"}) ==
        "penalty_alpha and --draft-lookup are two ways to choose a token; leave one of them out");
  CHECK(refusal({"--penalty-alpha", "0.6", "--dola-layers", "low"}) ==
        "penalty_alpha and dola_layers are two ways to choose a token; leave one of them out");
  CHECK(refusal({"--penalty-alpha", "0.6", "--do-sample"}) ==
        "penalty_alpha chooses for certain, but do_sample is true; leave one of them out");
  CHECK(refusal({"--dola-layers", "middle"}) ==
        "dola_layers is 'middle'; it must be low, high, or numbers of layers such as 2,4,6");
  CHECK(refusal({"--dola-layers", "2"}).find("layer 2 cannot be contrasted with the last, 2") == 0);
  CHECK(refusal({"--num-beams", "2", "--banned-strings", "x"}).find("num_beams is 2, and banned_strings") == 0);
  CHECK(refusal({"--num-beams", "2", "--prompt-logprobs", "0"}).find("prompt_logprobs is 0 and num_beams is 2") == 0);
  CHECK(refusal({"--num-beams", "4", "--num-beam-groups", "3"}) ==
        "num_beam_groups is 3; it must divide num_beams, which is 4");
}
