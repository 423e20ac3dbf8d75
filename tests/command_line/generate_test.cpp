#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "../model_path.hpp"
#include "json_of.hpp"

using nlohmann::json;

TEST_CASE("What --json writes has the schema that is documented") {
  if (!model_path()) return;
  const json result = json_of({"generate", "--prompt", "The capital of France is", "--temperature",
                               "0", "--max-new-tokens", "5", "--json"});
  CHECK(result["prompt_ids"] == json({504, 3575, 282, 4649, 314}));
  REQUIRE(result["sequences"].size() == 1);
  const json& sequence = result["sequences"][0];
  CHECK(sequence["ids"] == json({7042, 30, 198, 198, 504}));
  CHECK(sequence["text"] == " Paris.\n\nThe");
  CHECK(sequence["finish_reason"] == "length");
  REQUIRE(sequence["logprobs"].size() == 5);
  double sum = 0;
  for (const json& log : sequence["logprobs"]) {
    CHECK(log.get<double>() < 0);
    sum += log.get<double>();
  }
  CHECK(sequence["score"].get<double>() == Approx(sum));
  const json& stats = result["stats"];
  CHECK(stats["prompt_tokens"] == 5);
  CHECK(stats["new_tokens"] == 5);
  for (const char* key : {"prefill_seconds", "decode_seconds", "tokens_per_second"})
    CHECK(stats[key].get<double>() > 0);
}

TEST_CASE("Greedy texts are those of HF transformers up to the first near tie") {
  if (!model_path()) return;
  std::ifstream file(TAMIS_TESTS_DIR "/golden/generations.jsonl");
  int compared = 0;
  for (std::string line; std::getline(file, line);) {
    const json golden = json::parse(line);
    if (golden["mode"] != "greedy") continue;
    json config = golden["params"];
    config["do_sample"] = false;
    config["eos_token_id"] = 2;
    const json result = json_of(
        {"generate", "--prompt", golden["prompt"].get<std::string>(), "--config", "-", "--json"},
        config.dump());
    INFO(golden["prompt"] << " " << golden["params"]);
    CHECK(result["prompt_ids"] == golden["prompt_ids"]);
    const json& ids = result["sequences"][0]["ids"];
    for (std::size_t i = 0;
         i < golden["new_ids"].size() && golden["top2_margin"][i].get<double>() >= 0.02; ++i) {
      REQUIRE(i < ids.size());
      REQUIRE(ids[i] == golden["new_ids"][i]);
      ++compared;
    }
  }
  CHECK(compared > 500);
}

TEST_CASE("Options go before the configuration, and that before the preset") {
  if (!model_path()) return;
  const std::vector<std::string> layers = {"generate", "--prompt", "One two three", "--json",
                                           "--seed",   "1",        "--preset",      "chatbot"};
  CHECK(json_of({"generate", "--prompt", "One two three", "--json", "--preset", "chatbot",
                 "--temperature", "0", "--ignore-eos", "--max-new-tokens",
                 "3"})["sequences"][0]["ids"]
            .size() == 3);
  auto with_file = layers;
  with_file.insert(with_file.end(), {"--ignore-eos", "--config", "-"});
  CHECK(json_of(with_file, R"({"max_new_tokens": 4})")["stats"]["new_tokens"] == 4);
  with_file.insert(with_file.end(), {"--max-new-tokens", "2"});
  CHECK(json_of(with_file, R"({"max_new_tokens": 4})")["stats"]["new_tokens"] == 2);
}

TEST_CASE("The same seed gives the same text, and each of several texts is another") {
  if (!model_path()) return;
  const std::vector<std::string> arguments = {"generate",
                                              "--prompt",
                                              "Once upon a time",
                                              "--json",
                                              "--max-new-tokens",
                                              "8",
                                              "--temperature",
                                              "1.5",
                                              "--top-k",
                                              "0",
                                              "--top-p",
                                              "1",
                                              "--seed",
                                              "11",
                                              "--n",
                                              "3"};
  const json first = json_of(arguments), second = json_of(arguments);
  CHECK(first["sequences"] == second["sequences"]);
  REQUIRE(first["sequences"].size() == 3);
  CHECK(first["sequences"][0]["ids"] != first["sequences"][1]["ids"]);
  CHECK(first["sequences"][1]["ids"] != first["sequences"][2]["ids"]);
  CHECK(first["stats"]["seed"] == 11);
}

TEST_CASE("Text is streamed to standard output, and the statistics alone to standard error") {
  if (!model_path()) return;
  const std::vector<std::string> arguments = {"generate", "--temperature", "0", "--max-new-tokens",
                                              "5"};
  const Ran ran = run_tamis(arguments, "The capital of France is");
  CHECK(ran.status == 0);
  CHECK(ran.out == " Paris.\n\nThe\n");
  CHECK(ran.err.find("[5 prompt tokens in ") == 0);
  CHECK(ran.err.find(" tokens/s; ") != std::string::npos);
  const std::size_t line = ran.err.find('\n');  // the second is of the cache
  CHECK(ran.err.find("[cache: ", line) == line + 1);
  CHECK(ran.err.find('\n', line + 1) == ran.err.size() - 1);
  auto quiet = arguments;
  quiet.push_back("--quiet");
  CHECK(run_tamis(quiet, "The capital of France is").err.empty());
}

TEST_CASE("Without the cache the text is the same") {
  if (!model_path()) return;
  const std::vector<std::string> arguments = {
      "generate",         "--prompt", "Two plus two is", "--temperature", "0",
      "--max-new-tokens", "12",       "--json"};
  auto without = arguments;
  without.push_back("--no-kv-cache");
  CHECK(json_of(arguments)["sequences"][0]["ids"] == json_of(without)["sequences"][0]["ids"]);
}

TEST_CASE("A stop string ends the text before it") {
  if (!model_path()) return;
  const json result = json_of({"generate", "--prompt", "The capital of France is", "--temperature",
                               "0", "--stop", "is.\n\nNo", "--stop", ".\n", "--json"});
  CHECK(result["sequences"][0]["text"] == " Paris");
  CHECK(result["sequences"][0]["finish_reason"] == "stop_string");
}

TEST_CASE("The end of a sequence is the last of its ids and no part of its text") {
  if (!model_path()) return;
  const json result =
      json_of({"generate", "--prompt", "The capital of France is", "--temperature", "0", "--json"});
  const json& sequence = result["sequences"][0];
  CHECK(sequence["ids"].back() == 2);
  CHECK(sequence["finish_reason"] == "end_of_sequence");
  CHECK(sequence["text"].get<std::string>().find("<|im_end|>") == std::string::npos);
}

TEST_CASE("The option --chat puts the prompt into the model's own format") {
  if (!model_path()) return;
  const json plain =
      json_of({"generate", "--json", "--max-new-tokens", "1", "--prompt",
               "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHello<|im_end|>\n"
               "<|im_start|>assistant\n"});
  const json chat = json_of({"generate", "--json", "--max-new-tokens", "1", "--chat", "--system",
                             "Be brief.", "--prompt", "Hello"});
  CHECK(chat["prompt_ids"] == plain["prompt_ids"]);
}

TEST_CASE("Each order of the policies generates, and refuses what is no part of it") {
  if (!model_path()) return;
  for (const char* order : {"hf", "llama_cpp", "vllm", "sglang", "openai"}) {
    INFO(order);
    const json result =
        json_of({"generate", "--prompt", "Once", "--order", order, "--top-k", "0", "--temperature",
                 "0.7", "--max-new-tokens", "3", "--json", "--ignore-eos"});
    CHECK(result["stats"]["new_tokens"] == 3);
  }
  CHECK(
      failure_of({"generate", "--prompt", "Once", "--order", "vllm", "--typical-p", "0.9"}) ==
      "typical_p is 0.9, which is no part of the order of vLLM; leave it out, or set order to hf");
}

TEST_CASE("Log-probabilities of the likeliest tokens come if they are asked for") {
  if (!model_path()) return;
  const json result = json_of({"generate", "--prompt", "The capital of France is", "--temperature",
                               "0", "--max-new-tokens", "2", "--logprobs", "3", "--json"});
  const json& sequence = result["sequences"][0];
  REQUIRE(sequence["top_logprobs"].size() == 2);
  REQUIRE(sequence["top_logprobs"][0].size() == 3);
  CHECK(sequence["top_logprobs"][0][0]["id"] == 7042);
  CHECK(sequence["top_logprobs"][0][0]["logprob"] == sequence["logprobs"][0]);
  CHECK(sequence["processed_logprobs"][0] == 0.0);  // greedy leaves one token
}

TEST_CASE("Guidance leads away from the negative prompt") {
  if (!model_path()) return;
  const auto ids = [](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {
        "generate", "--prompt", "The capital of France is", "--temperature",
        "0",        "--json",   "--max-new-tokens",         "12"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return json_of(arguments)["sequences"][0]["ids"];
  };
  const json plain = ids({}), guided = ids({"--guidance-scale", "2"});
  CHECK(ids({"--guidance-scale", "1", "--negative-prompt", "No"}) == plain);
  CHECK(guided != plain);
  CHECK(guided != ids({"--guidance-scale", "2", "--negative-prompt", "The capital of Italy is"}));
}

TEST_CASE(
    "Mirostat 1 and adaptive-p write texts in the order of llama.cpp, and are refused elsewhere") {
  if (!model_path()) return;
  const std::vector<std::vector<std::string>> samplers = {{"--mirostat", "1"},
                                                          {"--adaptive-target", "0.4"}};
  for (const auto& sampler : samplers) {
    std::vector<std::string> arguments = {
        "generate", "--prompt", "Once upon a time", "--seed", "3", "--json",
        "--min-p",  "0.05",     "--max-new-tokens", "8"};
    arguments.insert(arguments.end(), sampler.begin(), sampler.end());
    const Ran refused = run_tamis(arguments);
    CHECK(refused.status == 1);
    CHECK(refused.err.find("part of the order of llama.cpp alone") != std::string::npos);
    arguments.insert(arguments.end(), {"--order", "llama_cpp"});
    CHECK(json_of(arguments)["sequences"][0]["ids"].size() == 8);
  }
}
