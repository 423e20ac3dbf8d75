#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <tamis/io/gguf.hpp>
#include <vector>

#include "../io/gguf_writer.hpp"
#include "../io/temporary_folder.hpp"
#include "../model_path.hpp"
#include "run_tamis.hpp"

// Configurations are read before the model, so most of these need none.

TEST_CASE("A command that there is not is refused with the nearest") {
  CHECK(failure_of({}) == "which command? 'tamis --help' lists them");
  CHECK(failure_of({"generat"}) ==
        "unknown command 'generat'; did you mean 'generate'? ('tamis --help' lists them)");
  CHECK(failure_of({"frobnicate"}) == "unknown command 'frobnicate' ('tamis --help' lists them)");
}

TEST_CASE("An option that there is not is refused with the nearest") {
  CHECK(failure_of({"generate", "--top-kk", "5"}) ==
        "unknown option '--top-kk' of 'tamis generate'; did you mean '--top-k'? ('tamis generate "
        "--help' lists them)");
  CHECK(failure_of({"tokenize", "--frobnicate"}) ==
        "unknown option '--frobnicate' of 'tamis tokenize' ('tamis tokenize --help' lists them)");
  CHECK(failure_of({"generate", "--temprature=1"}).find("did you mean '--temperature'?") !=
        std::string::npos);
  CHECK(failure_of({"generate", "word"}) ==
        "'word' is not expected by 'tamis generate'; see 'tamis generate --help'");
}

TEST_CASE("An option without its value, twice, or with one of another kind is refused") {
  CHECK(failure_of({"generate", "--top-k"}) == "--top-k needs a value");
  CHECK(failure_of({"generate", "--top-k", "1", "--top-k", "2"}) ==
        "--top-k is given more than once; give it once");
  CHECK(failure_of({"generate", "--threads", "many"}) ==
        "--threads is 'many'; it must be a whole number");
  CHECK(failure_of({"generate", "--prompt", "x", "--threads", "0"}) ==
        "threads is 0; it must be from 1 to 1024");
  CHECK(failure_of({"check"}) == "FILE is missing; 'tamis check --help' tells more");
}

TEST_CASE("Each parameter out of its range is refused with its name, value and range") {
  const auto failure = [](const std::string& option) {
    return failure_of({"generate", "--prompt", "x", option});
  };
  CHECK(failure("--temperature=-1") == "temperature is -1; it must be 0 or more (0 means greedy)");
  CHECK(failure("--temperature=nan") ==
        "temperature is nan; it must be finite, 0 or more (0 means greedy)");
  CHECK(failure("--temperature=inf") ==
        "temperature is inf; it must be finite, 0 or more (0 means greedy)");
  CHECK(failure("--temperature=hot") ==
        R"(temperature is "hot"; it must be a number, 0 or more (0 means greedy))");
  CHECK(failure("--top-p=0") ==
        "top_p is 0; it must be more than 0 and at most 1 (1 keeps every token)");
  CHECK(failure("--top-p=1.5") ==
        "top_p is 1.5; it must be more than 0 and at most 1 (1 keeps every token)");
  CHECK(failure("--top-k=-1") == "top_k is -1; it must be 0 or more (0 keeps every token)");
  CHECK(failure("--top-k=2.5") ==
        "top_k is 2.5; it must be a whole number, 0 or more (0 keeps every token)");
  CHECK(failure("--top-k=99999999999") ==
        "top_k is 99999999999; it must be from 0 to 2147483647 (0 keeps every token)");
  CHECK(failure("--min-p=-0.1") == "min_p is -0.1; it must be from 0 to 1 (0 keeps every token)");
  CHECK(failure("--typical-p=0").find("typical_p is 0; it must be more than 0") == 0);
  CHECK(failure("--repetition-penalty=0") ==
        "repetition_penalty is 0; it must be more than 0 (1 is off)");
  CHECK(failure("--repetition-penalty=-1.5") ==
        "repetition_penalty is -1.5; it must be more than 0 (1 is off)");
  CHECK(failure("--frequency-penalty=3") ==
        "frequency_penalty is 3; it must be from -2 to 2 (0 is off)");
  CHECK(failure("--presence-penalty=-2.1") ==
        "presence_penalty is -2.1; it must be from -2 to 2 (0 is off)");
  CHECK(failure("--max-new-tokens=0") == "max_new_tokens is 0; it must be 1 or more");
  CHECK(failure("--min-new-tokens=-1") == "min_new_tokens is -1; it must be 0 or more");
  CHECK(failure("--num-beams=0") == "num_beams is 0; it must be 1 or more");
  CHECK(failure("--n=0") == "num_return_sequences is 0; it must be 1 or more");
  CHECK(failure("--seed=-5") ==
        "seed is -5; it must be a whole number from 0 to 18446744073709551615");
  CHECK(failure_of({"generate", "--prompt", "x", "--stop", ""}) ==
        "stop_strings holds an empty text; each text must have a character");
  CHECK(failure("--strategy=beam").find(R"(strategy is "beam"; it must be one of greedy, top_k)") ==
        0);
  CHECK(failure("--ignore-eos=5") == R"(ignore_eos is "5"; it must be true or false)");
  CHECK(
      failure("--eos-token-id=2,x")
          .find(
              "eos_token_id is [2,\"x\"]; it must be a token id from 0 to 2147483647, or a list") ==
      0);
  CHECK(failure("--logit-bias={5")
            .find("logit_bias is \"{5\"; it must be token ids from 0 to 2147483647 with") == 0);
}

TEST_CASE("Parameters that contradict each other are refused") {
  CHECK(failure_of({"generate", "--prompt", "x", "--min-new-tokens", "9", "--max-new-tokens",
                    "3"}) == "min_new_tokens is 9, but max_new_tokens is only 3");
  CHECK(failure_of({"generate", "--prompt", "x", "--temperature", "0", "--n", "3"})
            .find("num_return_sequences is 3, but greedy decoding gives the same text each time") ==
        0);
}

TEST_CASE("A preset that there is not is refused with the nearest and with all there are") {
  CHECK(
      failure_of({"generate", "--prompt", "x", "--preset", "balancd_code"})
          .find(
              "unknown preset 'balancd_code'; did you mean 'balanced_code'? (there are greedy, ") ==
      0);
  CHECK(failure_of({"presets", "nothing"}).find("unknown preset 'nothing' (there are greedy, ") ==
        0);
}

TEST_CASE("A bad configuration is refused: its keys, its values, its JSON, its file") {
  const auto failure = [](const std::string& json) {
    return failure_of({"generate", "--prompt", "x", "--config", "-"}, json);
  };
  CHECK(failure(R"({"top_kk": 5})") ==
        "unknown key 'top_kk' in the configuration; did you mean 'top_k'?");
  CHECK(failure(R"({"temperature": -1})") ==
        "temperature is -1; it must be 0 or more (0 means greedy)");
  CHECK(failure("{\"temperature\": 1,\n \"top_k\": }")
            .find("the configuration is not proper JSON at line 2, column 11: unexpected '}'") ==
        0);
  CHECK(failure("") ==
        R"(the configuration is empty; it must be a JSON object, as in {"temperature": 0.8})");
  CHECK(failure("[]").find("the configuration is []; it must be a JSON object") == 0);
  CHECK(failure_of({"generate", "--prompt", "x", "--config", "/nowhere/at/all"}) ==
        "cannot read '/nowhere/at/all'; give a file that is there and may be read");
  CHECK(
      failure_of({"generate", "--config", "-"}, "{}").find("standard input is the configuration") ==
      0);
}

TEST_CASE("A model file that is missing, empty, random or cut short is refused by its name") {
  const TemporaryFolder folder;
  const auto failure = [&](const std::string& path) {
    return failure_of({"generate", "--prompt", "x", "--model", path});
  };
  const std::string missing = folder.path("missing.gguf");
  CHECK(failure(missing).find("'" + missing + "' does not exist") == 0);

  const std::string empty = folder.write("empty.gguf", {});
  CHECK(failure(empty).find("'" + empty + "' is empty") == 0);

  std::vector<std::byte> noise(100000);
  std::mt19937 random(7);
  for (std::byte& byte : noise) byte = static_cast<std::byte>(random());
  const std::string random_file = folder.write("random.gguf", noise);
  CHECK(failure(random_file).find("'" + random_file + "'") == 0);

  noise[0] = std::byte{'G'}, noise[1] = std::byte{'G'}, noise[2] = std::byte{'U'},
  noise[3] = std::byte{'F'};
  const std::string magic = folder.write("magic.gguf", noise);
  CHECK(failure(magic).find("'" + magic + "'") == 0);
  CHECK(failure(magic) != failure(random_file));

  CHECK(failure(std::filesystem::path(random_file).parent_path().string()).find("folder") !=
        std::string::npos);

  const auto model = model_path();
  if (!model) return;
  std::ifstream whole(*model, std::ios::binary);
  std::vector<char> front(3 << 20);
  whole.read(front.data(), static_cast<std::streamsize>(front.size()));
  const std::string cut = folder.write("cut.gguf", std::as_bytes(std::span(front)));
  CHECK(failure(cut).find("cut") != std::string::npos);
}

TEST_CASE("A default model that is not there is refused with the way to get it") {
  const char* const before = std::getenv("TAMIS_MODEL");
  const std::string kept = before ? before : "";
  setenv("TAMIS_MODEL", "/nowhere/model.gguf", 1);
  const std::string failure = failure_of({"generate", "--prompt", "x"});
  before ? setenv("TAMIS_MODEL", kept.c_str(), 1) : unsetenv("TAMIS_MODEL");
  CHECK(failure ==
        "there is no model in '/nowhere/model.gguf'; run examples/demo.sh, which fetches it, or "
        "name one "
        "with --model");
}

TEST_CASE(
    "A model of another architecture, or with tensors of an unknown type, is refused by name") {
  const auto model = model_path();
  if (!model) return;
  const TemporaryFolder folder;
  const std::string copy = folder.path("patched.gguf");
  std::filesystem::copy_file(*model, copy);
  std::filesystem::permissions(copy, std::filesystem::perms::owner_write,
                               std::filesystem::perm_options::add);
  std::string front(8 << 20, '\0');
  std::fstream file(copy, std::ios::binary | std::ios::in | std::ios::out);
  file.read(front.data(), static_cast<std::streamsize>(front.size()));
  const auto patch = [&](std::size_t at, const std::string& bytes) {
    file.clear();
    file.seekp(static_cast<std::streamoff>(at));
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.flush();
  };
  const auto failure = [&] { return failure_of({"generate", "--prompt", "x", "--model", copy}); };

  // The value is a type, a length of 8 bytes, and the text.
  const std::string key = "general.architecture";
  const std::size_t architecture = front.find(key) + key.size() + 4 + 8;
  REQUIRE(front.substr(architecture, 5) == "llama");
  patch(architecture, "mamba");
  CHECK(failure().find("'mamba'") != std::string::npos);
  patch(architecture, "llama");

  // A tensor is its name, the number of its extents, the extents, and a type of 4 bytes.
  const std::string tensor = "blk.0.attn_q.weight";
  const std::size_t type = front.find(tensor) + tensor.size() + 4 + 2 * 8;
  patch(type, std::string("\x0c\0\0\0", 4));  // Q4_K
  CHECK(failure().find("Q4_K") != std::string::npos);
  patch(type, std::string("\xff\0\0\0", 4));
  CHECK(failure().find("255") != std::string::npos);
}

TEST_CASE("Logits that are not numbers end in a sentence") {
  const auto model = model_path();
  if (!model) return;
  const TemporaryFolder folder;
  const std::string copy = folder.path("nan.gguf");
  std::filesystem::copy_file(*model, copy);
  std::filesystem::permissions(copy, std::filesystem::perms::owner_write,
                               std::filesystem::perm_options::add);
  std::size_t at = 0;
  {
    const auto gguf = tamis::Gguf::open(copy);
    REQUIRE(gguf);
    const auto* norm = gguf->tensor("output_norm.weight");
    REQUIRE(norm);
    // Where the tensor's bytes are in the file: the same bytes, looked for.
    const std::string bytes(reinterpret_cast<const char*>(norm->bytes.data()), 64);
    at = read_file(copy).find(bytes);
    REQUIRE(at != std::string::npos);
  }
  std::fstream file(copy, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(at));
  const float not_a_number = std::numeric_limits<float>::quiet_NaN();
  file.write(reinterpret_cast<const char*>(&not_a_number), sizeof not_a_number);
  file.close();
  const Ran ran = run_tamis({"generate", "--prompt", "x", "--model", copy});
  CHECK(sentence_of(ran).find("the model returned a logit that is NaN or plus infinity") !=
        std::string::npos);
  CHECK(failure_of({"score", "--model", copy}, "some text")
            .find("the model returned a logit that is NaN") != std::string::npos);
}

TEST_CASE("A row with every token masked ends in a sentence") {
  if (!model_path()) return;
  CHECK(failure_of(
            {"generate", "--prompt", "x", "--allowed-token-ids", "5", "--suppress-tokens", "5"})
            .find("every token is masked") != std::string::npos);
}

TEST_CASE("A prompt that is empty or longer than the context is refused") {
  if (!model_path()) return;
  CHECK(failure_of({"generate", "--prompt", ""}) ==
        "the prompt is empty; give a text to go on from");
  std::string text;
  for (int i = 0; i < 9000; ++i) text += " sea";
  const std::string failure = failure_of({"generate"}, text);
  CHECK(failure ==
        "the prompt has 9000 tokens, but the model's context takes 8192; shorten the prompt");
  CHECK(failure_of({"score"}, "").find("the text has 0 tokens; two or more are needed") == 0);
}

TEST_CASE("A token that the model does not have is refused") {
  if (!model_path()) return;
  CHECK(failure_of({"generate", "--prompt", "x", "--suppress-tokens", "50000"}) ==
        "suppress_tokens names the token 50000; the model's are 0 to 49151");
  CHECK(failure_of({"generate", "--prompt", "x", "--logit-bias", R"({"60000": 1})"}) ==
        "logit_bias names the token 60000; the model's are 0 to 49151");
  CHECK(failure_of({"tokenize", "--decode"}, "1 2 99999").find("99999") != std::string::npos);
  CHECK(failure_of({"tokenize", "--decode"}, "1 two 3").find("'two' is no token id") == 0);
}

TEST_CASE("A line that is no case fails, and says where and why") {
  const TemporaryFolder folder;
  const auto out_of = [&](const std::string& text) {
    const Ran ran =
        run_tamis({"check", folder.write("cases.jsonl", std::as_bytes(std::span(text)))});
    CHECK(sentence_of(ran) == "1 of 1 cases failed");
    CHECK(ran.out.find("0 passed, 1 failed\n") != std::string::npos);
    return ran.out;
  };
  CHECK(out_of("{}\n").find("cases.jsonl:1: it has no list \"logits\"") != std::string::npos);
  CHECK(out_of("not json\n").find("the line is not proper JSON at line 1, column 2: ") !=
        std::string::npos);
  CHECK(out_of("[]\n").find("the line is not a JSON object") != std::string::npos);
  CHECK(out_of("\n"
               R"({"logits": [1], "expected_logits": [1, 2]})")
            .find("cases.jsonl:2: ") != std::string::npos);
  CHECK(out_of(R"({"logits": [1], "expected_logits": [1], "prompt": [7], "pipeline": []})")
            .find("\"prompt\" holds 7; the token ids are 0 to 0") != std::string::npos);
  CHECK(out_of(R"({"logits": [1], "expected_logits": [1], "pipeline": [{"type": "top_q"}]})")
            .find("there is no policy of type \"top_q\"") != std::string::npos);
  CHECK(failure_of({"check", "/nowhere"}) ==
        "cannot read '/nowhere'; give a file that is there and may be read");
  CHECK(
      failure_of({"check", "/nowhere", "--backend", "simdd"}).find("there is no backend 'simdd'") ==
      0);
}

TEST_CASE("JSON of a hundred thousand nested lists is refused wherever somebody else's is read") {
  // Without a limit each level of it takes a frame of the stack, of which there is room for less.
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  const std::string sentence =
      "is not proper JSON: more than 64 objects and lists are nested in each other";
  const TemporaryFolder folder;
  const auto written = [&](const std::string& name, const std::string& text) {
    return folder.write(name, std::as_bytes(std::span(text)));
  };
  for (const std::string& line : {R"({"logits": )" + deep + "}", R"({"id": )" + deep + "}"}) {
    const Ran ran = run_tamis({"check", written("cases.jsonl", line)});
    CHECK(ran.status == 1);
    CHECK(ran.out.find("the line " + sentence) != std::string::npos);
  }
  CHECK(failure_of({"generate", "--prompt", "x", "--config", "-"}, R"({"top_k": )" + deep + "}")
            .find(sentence) != std::string::npos);
  CHECK(failure_of({"generate", "--prompt", "x", "--logit-bias", deep.substr(0, 60'000)})
            .find("logit_bias is ") == 0);
  if (!model_path()) return;
  CHECK(failure_of({"tokenize", "--decode"}, deep).find("is no token id") != std::string::npos);
  for (const char* key : {"prompt", "messages", "id", "json_schema", "stop_strings"}) {
    const Ran ran = run_tamis(
        {"generate", "--batch",
         written("requests.jsonl", std::string("{\"") + key + "\": " + deep + "}"), "--quiet"});
    INFO(key << ran.out);
    CHECK(ran.status == 1);
    CHECK(ran.out.find("{\"line\":1,\"error\":\"this " + sentence) == 0);
  }
}
