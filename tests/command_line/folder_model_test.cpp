#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "catch.hpp"
#include "json_of.hpp"
#include "run_tamis.hpp"

using nlohmann::json;

/// A folder with a small model that transformers has written and a tokenizer of a letter a token.
struct SmallModel {
  TemporaryFolder folder;
  std::vector<int> ids;  // a text, and the logits after its ids 0, 20, 40, 60 and 80
  json logits;

  SmallModel() {
    const std::string from = TAMIS_TESTS_DIR "/golden/tiny/llama3/";
    for (const char* name : {"config.json", "model.safetensors"})
      std::filesystem::copy_file(from + name, folder.path(name));
    json vocabulary = json::object();
    for (int id = 0; id < 40; ++id) vocabulary[std::string(1, letter(id))] = id;
    std::ofstream(folder.path("tokenizer.json"))
        << json{{"model", {{"type", "BPE"}, {"vocab", vocabulary}, {"merges", json::array()}}},
                {"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", false}}}};
    const auto golden = json::parse(std::ifstream(from + "logits.json"));
    ids = golden["ids"].get<std::vector<int>>();
    logits = golden["logits"];
  }
  static char letter(int id) { return static_cast<char>('0' + id); }

  std::vector<std::string> generate(std::vector<std::string> more = {}) const {
    std::string text;
    for (int i = 0; i <= 80; ++i) text += letter(ids[i]);
    std::vector<std::string> arguments{"generate", "--model", folder.path(""), "--prompt", text};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
};

static bool has_torch() {
  return std::filesystem::exists(std::filesystem::read_symlink("/proc/self/exe").parent_path() /
                                 "tamis-torch.so");
}

TEST_CASE(
    "tamis generate runs a folder of HF's files on libtorch, and says so where there is none") {
  const SmallModel model;
  const auto arguments =
      model.generate({"--max-new-tokens", "3", "--temperature", "0", "--json", "--threads", "1"});
  if (!has_torch()) {
    CHECK(
        failure_of(arguments) ==
        "this tamis was built without libtorch; install it as docs/torch.md says, and build again");
    return;
  }
  const json made = json_of(arguments);
  CHECK(made["prompt_ids"].get<std::vector<int>>() ==
        std::vector<int>(model.ids.begin(), model.ids.begin() + 81));
  const auto row = model.logits[4].get<std::vector<double>>();
  const auto best = std::max_element(row.begin(), row.end()) - row.begin();
  CHECK(made["sequences"][0]["ids"][0] == best);
  CHECK(made["sequences"][0]["ids"].size() <= 3);

  const Ran brain = run_tamis(model.generate(
      {"--max-new-tokens", "3", "--seed", "1", "--dtype", "bfloat16", "--num-beams", "2"}));
  INFO(brain.err);
  CHECK(brain.status == 0);
}

TEST_CASE("What a model on libtorch does not do is refused in a sentence") {
  if (!has_torch()) {
    WARN("skipped: this tamis was built without libtorch");
    return;
  }
  const SmallModel model;
  const auto fault = [&](std::vector<std::string> more) {
    return failure_of(model.generate(std::move(more)));
  };
  CHECK(fault({"--dtype", "int8"}).find("is 'int8'; it must be float32, float16 or bfloat16") !=
        std::string::npos);
  CHECK(fault({"--device", "tpu"}).find("the device is 'tpu'; it must be cpu, cuda or cuda:N") !=
        std::string::npos);
  CHECK(fault({"--penalty-alpha", "0.6"})
            .find("penalty_alpha needs a model that Tamis itself runs") != std::string::npos);
  CHECK(fault({"--chat"}).find("has no chat template; write the prompt") != std::string::npos);
}
