#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <tamis/io/npy.hpp>
#include <vector>

#include "../testing/samplers.hpp"
#include "run_tamis.hpp"

using nlohmann::json;
using samplers::Row;

namespace {

/// Logits, and tokens that somebody drew, in files.
struct Files {
  TemporaryFolder folder;

  std::string write(const std::string& name, const tamis::NpyArray& array) const {
    REQUIRE(tamis::write_npy(folder.path(name), array));
    return folder.path(name);
  }
  std::string logits(const Row& z, std::vector<std::size_t> shape = {}) const {
    if (shape.empty()) shape = {z.size()};
    return write("logits.npy", tamis::npy_of(std::span<const double>(z), shape));
  }
  std::string draws(const std::vector<std::int32_t>& tokens,
                    std::vector<std::size_t> shape = {}) const {
    if (shape.empty()) shape = {tokens.size()};
    return write("draws.npy", tamis::npy_of(std::span<const std::int32_t>(tokens), shape));
  }
};

std::vector<std::int32_t> draws_of(const Row& p, std::uint64_t seed, int count) {
  const samplers::Inverse sampler(p);
  samplers::Random random{seed};
  std::vector<std::int32_t> tokens;
  for (int i = 0; i < count; ++i) tokens.push_back(sampler.at(random.uniform()));
  return tokens;
}

const Row z = samplers::logits(3, 100, 2);
const std::string steps =
    R"([{"type": "temperature", "temperature": 0.8}, {"type": "top_p", "p": 0.9}])";

}  // namespace

TEST_CASE("distribution writes what a pipeline draws from, as others compute it") {
  const Files files;
  const Row right = samplers::top_p(samplers::softmax(z, 0.8), 0.9);
  const std::string logits = files.logits(z), out = files.folder.path("p.npy");
  const std::vector<std::vector<std::string>> ways = {
      {"--pipeline", steps},
      {"--pipeline", R"({"temperature": 0.8, "top_p": 0.9})"},
      {"--temperature", "0.8", "--top-p", "0.9"},
      {"--order", "vllm", "--temperature", "0.8", "--top-p", "0.9", "--backend", "simd"}};
  for (const auto& way : ways) {
    std::vector<std::string> arguments = {"distribution", logits, "--out", out};
    arguments.insert(arguments.end(), way.begin(), way.end());
    const Ran ran = run_tamis(arguments);
    CHECK(ran.status == 0);
    CHECK(ran.out + ran.err == "");
    const auto p = tamis::read_npy(out);
    REQUIRE(p);
    CHECK(p->type == tamis::NpyType::float64);
    REQUIRE(p->shape == std::vector<std::size_t>{100});
    double farthest = 0;
    for (std::size_t i = 0; i < 100; ++i) {
      CHECK((p->value(i) > 0) == (right[i] > 0));
      farthest = std::max(farthest, std::abs(p->value(i) - right[i]));
    }
    CHECK(farthest < 1e-6);
  }
}

TEST_CASE("distribution takes float16, float32 and float64, and a batch of rows") {
  const Files files;
  const std::vector<float> rows = {1, 2, 3, 3, 2, 1};
  const std::string paths[] = {
      files.write("half.npy", tamis::npy_of_halves(rows, {2, 3})),
      files.write("float.npy", tamis::npy_of(std::span<const float>(rows), {2, 3})),
      files.logits(Row(rows.begin(), rows.end()), {2, 3})};
  for (const std::string& path : paths) {
    const json all = json::parse(run_tamis({"distribution", path, "--top-k", "2", "--json"}).out);
    REQUIRE(all.size() == 2);
    REQUIRE(all[0].size() == 2);
    CHECK(all[0][0]["token"] == 2);
    CHECK(all[0][1]["token"] == 1);
    CHECK(all[1][0]["token"] == 0);
    CHECK(all[0][0]["probability"].get<double>() == Approx(1 / (1 + std::exp(-1))));
    CHECK(all[0][0]["log_probability"].get<double>() == Approx(-std::log(1 + std::exp(-1))));
    CHECK(json::parse(run_tamis({"distribution", path, "--json", "--top", "1"}).out)[1].size() ==
          1);
  }
  const std::string text = run_tamis({"distribution", paths[1], "--top-k", "2"}).out;
  CHECK(text.find("2 of 3 tokens can be drawn\n") != std::string::npos);
}

TEST_CASE("distribution knows the history, and which part of it is the prompt") {
  const Files files;
  const std::string logits = files.logits({0, 0, 0});
  const auto kept = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"distribution", logits, "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    std::vector<double> p(3);
    for (const json& k : json::parse(run_tamis(arguments).out))
      p[k["token"].get<std::size_t>()] = k["probability"];
    return p;
  };
  const auto once = kept({"--history", "1", "--presence-penalty", "1"});
  CHECK(once[1] / once[0] == Approx(std::exp(-1)));
  const auto prompt = kept({"--history", "1", "--prompt-length", "1", "--presence-penalty", "1"});
  CHECK(prompt[1] == Approx(1.0 / 3));
  const std::string history = files.draws({1, 2});
  const auto both = kept({"--history", history, "--no-repeat-ngram-size", "1"});
  CHECK(both == std::vector<double>{1, 0, 0});
}

TEST_CASE("conform accepts a right sampler with 0, and refuses wrong ones with 2") {
  const Files files;
  const Row p = samplers::softmax(z, 0.8);
  const auto kept = samplers::nucleus(p, 0.9);
  const std::string logits = files.logits(z);
  const auto conforms = [&](const Row& drawn_from) {
    const std::string draws = files.draws(draws_of(drawn_from, 11, 20000));
    const Ran ran = run_tamis({"conform", logits, "--draws", draws, "--pipeline", steps});
    CHECK(ran.err == "");
    CHECK((ran.status == 0 || ran.status == 2));
    CHECK((ran.out.find("The sampler conforms: ") != std::string::npos) == (ran.status == 0));
    CHECK((ran.out.find("The sampler does not conform: ") != std::string::npos) ==
          (ran.status == 2));
    return ran.status == 0;
  };
  CHECK(conforms(samplers::keep(p, kept)));
  CHECK_FALSE(conforms(samplers::keep(p, kept - 1)));
  CHECK_FALSE(conforms(samplers::keep(p, kept + 1)));
  CHECK_FALSE(conforms(samplers::keep(samplers::softmax(z), samplers::nucleus(p, 0.9))));
  CHECK_FALSE(conforms(samplers::top_p(samplers::softmax(z), 0.9)));
}

TEST_CASE("conform --json says each test, and a batch has a verdict a row") {
  const Files files;
  const Row p = samplers::softmax(z);
  Row both = z;
  both.insert(both.end(), z.begin(), z.end());
  auto drawn = draws_of(p, 1, 5000);
  const auto wrong = draws_of(samplers::softmax(z, 1.3), 2, 5000);
  drawn.insert(drawn.end(), wrong.begin(), wrong.end());
  const Ran ran = run_tamis({"conform", files.logits(both, {2, 100}), "--draws",
                             files.draws(drawn, {2, 5000}), "--alpha", "1e-4", "--json"});
  CHECK(ran.status == 2);
  const json report = json::parse(ran.out);
  CHECK(report["conforms"] == false);
  CHECK(report["false_alarm_rate"] == 1e-4);
  CHECK(report["worst_row"] == 1);
  REQUIRE(report["rows"].size() == 2);
  CHECK(report["rows"][0]["passed"] == true);
  CHECK(report["rows"][1]["passed"] == false);
  CHECK(report["rows"][1]["draws"] == 5000);
  const json& tv = report["rows"][1]["total_variation"];
  CHECK(tv["at_least"].get<double>() <= tv["distance"].get<double>());
  CHECK(tv["at_most"].get<double>() >= tv["distance"].get<double>());
  for (const char* test : {"support", "chi_squared", "g_test", "rare_tokens"})
    CHECK(report["rows"][1][test].contains("passed"));
}

TEST_CASE("conform --html writes a page that stands alone") {
  const Files files;
  const std::string page = files.folder.path("report.html");
  const std::string draws = files.draws(draws_of(samplers::softmax(z), 1, 5000));
  CHECK(run_tamis({"conform", files.logits(z), "--draws", draws, "--html", page}).status == 0);
  const std::string html = read_file(page);
  CHECK(html.find("<!doctype html>") == 0);
  CHECK(html.find("<svg") != std::string::npos);
  CHECK(html.find("</html>\n") == html.size() - 8);
  CHECK(html.find("http") == std::string::npos);
}

TEST_CASE("distribution and conform refuse what is wrong in one sentence") {
  const Files files;
  const std::string logits = files.logits({0, 1, 2});
  const auto distribution = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"distribution", logits});
    return failure_of(more);
  };
  CHECK(failure_of({"distribution"}) ==
        "LOGITS.npy is missing; 'tamis distribution --help' tells more");
  CHECK(failure_of({"distribution", "nothing.npy"}).find("nothing.npy") != std::string::npos);
  CHECK(distribution({"--top", "0"}) == "--top is 0; it must be 1 or more");
  CHECK(distribution({"--backend", "abacus"}) ==
        "there is no backend 'abacus'; the backends are eigen, simd, team, sharded, torch and cuda");
  CHECK(distribution({"--pipeline", "[]", "--top-k", "3"}) ==
        "--pipeline and --top-k are both given; say what to draw from in one way");
  CHECK(distribution({"--pipeline", "nothing.json"}) ==
        "cannot read 'nothing.json'; give a file that is there and may be read");
  CHECK(distribution({"--pipeline", R"([{"type": "top_p", "p": 2}])"}) ==
        R"(step 1 of the pipeline, "top_p": its "p" is 2; it must be from 0 to 1)");
  CHECK(distribution({"--top-p", "2"}).find("top_p is 2; it must be more than 0") == 0);
  CHECK(distribution({"--order", "openai", "--top-k", "3"}).find("top_k is 3, which is no part") ==
        0);
  CHECK(distribution({"--num-beams", "3"}).find("unknown option '--num-beams'") == 0);
  CHECK(distribution({"--history", "1,x"}) ==
        "--history is '1,x'; it must be token ids with commas between, or a .npy of them");
  CHECK(distribution({"--history", "1,3"}) ==
        "--history has the token 3; the logits are of the tokens 0 to 2");
  CHECK(distribution({"--history", "1", "--prompt-length", "2"}) ==
        "--prompt-length is 2; the history has 1 tokens");
  CHECK(distribution({"--suppress-tokens", "0,1,2"}).find("every token is masked") == 0);
  CHECK(distribution({"--out", files.folder.path("no/such/p.npy")}).find("cannot be written") !=
        std::string::npos);
  const std::string nan =
      files.write("nan.npy", tamis::npy_of(std::span<const double>(Row{0, 1, 0, NAN}), {2, 2}));
  CHECK(failure_of({"distribution", nan}).find("row 1: the model returned a logit that is NaN") ==
        0);

  const std::string few = files.draws({0, 1});
  CHECK(failure_of({"distribution", few}).find("holds integers; logits are") != std::string::npos);
  CHECK(failure_of({"conform", logits}) == "--draws is missing; 'tamis conform --help' tells more");
  CHECK(failure_of({"conform", logits, "--draws", logits})
            .find("token ids are int32 or int64, not float64") != std::string::npos);
  CHECK(failure_of({"conform", logits, "--draws", few}).find("the draws are too few to tell") == 0);
  CHECK(failure_of({"conform", logits, "--draws", few, "--alpha", "1"}) ==
        "--alpha is 1.0; it must be more than 0 and less than 1");
  CHECK(failure_of({"conform", logits, "--draws", few, "--alpha", "x"}).find("--alpha is 'x'") ==
        0);
  const std::string square = files.write(
      "square.npy", tamis::npy_of(std::span<const std::int32_t>(std::vector{0, 1, 0, 1}), {2, 2}));
  CHECK(
      failure_of({"conform", logits, "--draws", square}) ==
      "the draws have the shape (2, 2) and the logits (3,); logits [V] take draws [N], logits [B, "
      "V] take draws [B, N]");
  const std::string many = files.write(
      "many.npy",
      tamis::npy_of(std::span<const std::int32_t>(std::vector<std::int32_t>(100, 2)), {100}));
  CHECK(
      failure_of({"conform", logits, "--draws", many, "--html", files.folder.path("no/such.html")})
          .find("cannot write") == 0);
}
