#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <tamis/io/generation_config_json.hpp>
#include <tamis/presets/presets.hpp>
#include <vector>

#include "../model_path.hpp"
#include "run_tamis.hpp"
#include "tiny_model.hpp"

using nlohmann::json;

TEST_CASE("Every command has a --help, and ends with 0") {
  for (const char* command : {"generate", "tokenize", "check", "score", "presets", "measure", "explain",
                              "distribution", "conform", "pass-at-k"}) {
    const Ran ran = run_tamis({command, "--help"});
    INFO(command);
    CHECK(ran.status == 0);
    CHECK(ran.out.find("Usage: tamis " + std::string(command)) != std::string::npos);
    CHECK(ran.err.empty());
    CHECK(run_tamis({"--help"}).out.find(command) != std::string::npos);
  }
}

TEST_CASE("Every parameter is an option of generate") {
  const std::string help = run_tamis({"generate", "--help"}).out;
  for (const tamis::GenerationField& field : tamis::generation_fields) {
    std::string option = "--" + std::string(field.name);
    for (char& c : option) c = c == '_' ? '-' : c;
    INFO(option);
    CHECK(help.find("  " + option) != std::string::npos);
  }
}

TEST_CASE("The presets are listed, and shown as configurations that read back") {
  const Ran list = run_tamis({"presets"});
  for (const tamis::Preset& preset : tamis::presets) {
    INFO(preset.name);
    CHECK(list.out.find(std::string(preset.name) + " ") != std::string::npos);
  }
  const auto config = tamis::generation_config_from_json(run_tamis({"presets", "chatbot"}).out);
  REQUIRE(config);
  CHECK(*config == *tamis::preset("chatbot"));
}

TEST_CASE("tokenize makes the tokens of HF's tokenizer, and --decode their text") {
  if (!model_path()) return;
  std::ifstream file(TAMIS_TESTS_DIR "/golden/tokenizer.jsonl");
  int count = 0;
  for (std::string line; std::getline(file, line) && count < 8; ++count) {
    const json golden = json::parse(line);
    const std::string text = golden["text"];
    INFO(text);
    const json tokens = json::parse(run_tamis({"tokenize", "--json"}, text).out);
    CHECK(tokens["ids"] == golden["ids"]);
    CHECK(tokens["pieces"].size() == tokens["ids"].size());
    const std::string plain = run_tamis({"tokenize"}, text).out;
    CHECK(run_tamis({"tokenize", "--decode"}, plain).out == text);
    CHECK(run_tamis({"tokenize", "--decode"}, tokens.dump()).out == text);
  }
  CHECK(count == 8);
}

TEST_CASE("The names of special tokens are tokens, or text if that is wanted") {
  if (!model_path()) return;
  CHECK(json::parse(run_tamis({"tokenize", "--json"}, "<|im_end|>").out)["ids"] == json({2}));
  CHECK(json::parse(run_tamis({"tokenize", "--json", "--no-special"}, "<|im_end|>").out)["ids"]
            .size() > 1);
  CHECK(run_tamis({"tokenize", "--decode", "--no-special"}, "1 504 2").out == "The");
}

TEST_CASE("score reads a long text in windows, and says what windows cannot be") {
  const TemporaryFolder folder;
  const std::string model = write_tiny_model(folder, "tiny.gguf");  // takes 64 tokens
  std::string text;
  for (int i = 0; i < 40; ++i) text += "xyzf(";
  const json score = json::parse(run_tamis({"score", "--model", model, "--json"}, text).out);
  CHECK(score["tokens"] == 199);
  CHECK(score["logprobs"].size() == 200);
  const auto perplexity = [&](const std::string& window, const std::string& stride) {
    return json::parse(run_tamis({"score", "--model", model, "--json", "--window", window,
                                  "--stride", stride},
                                 text)
                           .out)
        .at("perplexity")
        .get<double>();
  };
  CHECK(perplexity("64", "32") ==
        score["perplexity"].get<double>());  // what is done if nothing is said
  CHECK(perplexity("64", "8") != score["perplexity"].get<double>());
  const auto refusal = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"score", "--model", model};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return failure_of(arguments, text);
  };
  CHECK(refusal({"--window", "65"}) ==
        "the window is 65 tokens, but the model takes 64; make it smaller");
  CHECK(refusal({"--window", "1"}) == "--window is 1; it must be 2 or more");
  CHECK(refusal({"--stride", "0"}) == "--stride is 0; it must be 1 or more");
  CHECK(refusal({"--window", "8", "--stride", "9"}) ==
        "the stride is 9; it must be from 1 to the window, which is 8");
}

TEST_CASE("score finds the perplexity that HF transformers finds") {
  if (!model_path()) return;
  std::ifstream file(TAMIS_TESTS_DIR "/golden/perplexity.json");
  const json golden = json::parse(file);
  const Ran text = run_tamis({"tokenize", "--decode"}, golden["ids"].dump());
  const json score = json::parse(run_tamis({"score", "--json"}, text.out).out);
  REQUIRE(score["ids"] == golden["ids"]);
  const double expected = golden["mean_nll"];
  CHECK(std::fabs(score["mean_nll"].get<double>() - expected) < 0.005 * expected);
  CHECK(score["perplexity"].get<double>() == Approx(std::exp(score["mean_nll"].get<double>())));
  CHECK(score["logprobs"].size() == golden["ids"].size());
  CHECK(score["logprobs"][0].is_null());
  CHECK(score["tokens"] == golden["ids"].size() - 1);
  CHECK(run_tamis({"score"}, text.out).out.find("perplexity ") != std::string::npos);
}

TEST_CASE("score tells how much a text repeats itself, and several texts each other") {
  if (!model_path()) return;
  // Eight tokens, "a b a b ...": of seven 2-grams two are different, of five 4-grams two.
  const json ids = {253, 702, 253, 702, 253, 702, 253, 702};
  const std::string text = run_tamis({"tokenize", "--decode"}, ids.dump()).out;
  const json score = json::parse(run_tamis({"score", "--json"}, text).out);
  REQUIRE(score["ids"] == ids);
  CHECK(score["repetition_score"].get<double>() == Approx(3.0 / 5));
  CHECK(score["seq_rep_1"].get<double>() == Approx(6.0 / 8));
  CHECK(score["seq_rep_2"].get<double>() == Approx(5.0 / 7));
  CHECK(score["distinct_2"].get<double>() == Approx(2.0 / 7));
  CHECK(score["diversity"].get<double>() == Approx(2.0 / 7 * 2 / 6 * 2 / 5));
  CHECK_FALSE(score.contains("self_bleu"));
  const Ran plain = run_tamis({"score"}, text);
  CHECK(plain.out.find("repetition score                0.6000\n") != std::string::npos);

  const TemporaryFolder folder;
  const std::string sea = "The sea was calm and the boat lay still.";
  const std::string paths[] = {folder.write("a", std::as_bytes(std::span(text))),
                               folder.write("b", std::as_bytes(std::span(sea)))};
  const json both = json::parse(run_tamis({"score", "--json", paths[0], paths[1]}).out);
  REQUIRE(both["texts"].size() == 2);
  CHECK(both["texts"][0] == score);
  CHECK(both["tokens"] == score["tokens"].get<int>() + both["texts"][1]["tokens"].get<int>());
  CHECK(both["repetition_score"].get<double>() == Approx(3.0 / 10));
  CHECK(both["self_bleu"].get<double>() < 0.1);
  const json same = json::parse(run_tamis({"score", "--json", paths[1], paths[1]}).out);
  CHECK(same["self_bleu"].get<double>() == Approx(1));
  CHECK(failure_of({"score", paths[0], folder.write("c", {})}).find("the text has 0 tokens") !=
        std::string::npos);
}

TEST_CASE("check passes cases that are right, and prints and fails those that are not") {
  for (const char* backend : {"eigen", "simd", "team", "sharded"}) {
    INFO(backend);
    const Ran right =
        run_tamis({"check", "--backend", backend, TAMIS_TESTS_DIR "/golden/llama_cpp.jsonl"});
    CHECK(right.status == 0);
    const std::string summary = right.out.substr(right.out.rfind('\n', right.out.size() - 2) + 1);
    CHECK(summary.find(" passed, 0 failed\n") != std::string::npos);
    CHECK(summary.find("0 passed") != 0);
  }
  const TemporaryFolder folder;
  const std::string cases =
      R"({"id": "good", "pipeline": [{"type": "top_k", "k": 1}], "logits": [1, 2], "expected_logits": [null, 2]})"
      "\n"
      R"({"id": "bad", "pipeline": [{"type": "top_k", "k": 1}], "logits": [1, 2], "expected_logits": [1, 2]})"
      "\n";
  const Ran ran =
      run_tamis({"check", folder.write("cases.jsonl", std::as_bytes(std::span(cases)))});
  CHECK(sentence_of(ran) == "1 of 2 cases failed");
  CHECK(ran.out.find(
            "cases.jsonl:2 (bad): 1 of 2 tokens differ; token 0 is masked, expected 1.000000\n") !=
        std::string::npos);
  CHECK(ran.out.find("1 passed, 1 failed\n") != std::string::npos);
}

TEST_CASE("check runs cases on tensors, or says that this tamis was built without libtorch") {
  const Ran ran = run_tamis({"check", "--backend", "torch", TAMIS_TESTS_DIR "/golden/chains.jsonl"});
  if (ran.status == 0) CHECK(ran.out.find(" passed, 0 failed\n") != std::string::npos);
  else CHECK(sentence_of(ran) == "this tamis was built without libtorch; install it as docs/torch.md says, and build again");
}

TEST_CASE("check runs cases on a GPU, or says in a sentence what lacks") {
  const Ran ran = run_tamis({"check", "--backend", "cuda", TAMIS_TESTS_DIR "/golden/chains.jsonl"});
  if (ran.status == 0) {
    CHECK(ran.out.find(" passed, 0 failed\n") != std::string::npos);
    return;
  }
  const std::string said = sentence_of(ran);
  INFO(said);
  CHECK((said.find("this tamis was built without CUDA; configure it with -DTAMIS_CUDA=ON") == 0 ||
         said.find("the backend cuda needs a GPU, and there is none that CUDA can use") == 0));
}

TEST_CASE("check refuses a number of ranks that there cannot be") {
  CHECK(failure_of({"check", "-", "--backend", "sharded", "--ranks", "9"}) ==
        "--ranks is 9; it must be from 1 to 8");
}

TEST_CASE("measure kv-cache prints a row a length, in which the cache is faster") {
  if (!model_path()) return;
  const Ran ran = run_tamis({"measure", "kv-cache", "--lengths", "4,16", "--repeats", "1"});
  CHECK(ran.status == 0);
  CHECK(ran.out.find("new tokens | with KV cache") != std::string::npos);
  CHECK(ran.out.find("\n         4 |") != std::string::npos);
  CHECK(ran.out.find("\n        16 |") != std::string::npos);
}
