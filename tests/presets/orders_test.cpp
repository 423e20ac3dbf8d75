#include <tamis/presets/orders.hpp>
#include <tamis/presets/pipeline_json.hpp>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "catch.hpp"
#include "policies/policy_checks.hpp"
#include "team_row.hpp"

using namespace tamis;
using namespace tamis::testing;
using nlohmann::json;
using Ids = std::vector<TokenId>;

template <class S>
static Distribution left_of(const S& sampler, std::span<const float> logits,
                            const Sequence& sequence = Sequence()) {
  team::Shared shared;
  team::RowOf row(team::Solo{}, shared, logits.data(), static_cast<int>(logits.size()),
                  sequence.stream(), sequence.facts());
  return sampler.distribution(row);
}

template <class S>
static Ids kept_by(const S& sampler, std::span<const float> logits) {
  Ids ids;
  for (const auto& k : left_of(sampler, logits).kept()) ids.push_back(k.id);
  return ids;
}

// The policies as they change nothing.
template <class P>
static P neutral() {
  return P{};
}
template <>
TopK neutral() {
  return {0};
}
template <>
TopP neutral() {
  return {1};
}
template <>
MinP neutral() {
  return {0};
}
template <>
TypicalP neutral() {
  return {1};
}
template <>
TopNSigma neutral() {
  return {0};
}
template <>
Xtc neutral() {
  return {0.1f, 0};
}

/// A sampler of one of the orders: of the policies that are given, wherever they stand.
template <class Order>
struct In;
template <class... Ps>
struct In<Sampler<Ps...>> {
  static Sampler<Ps...> with(const std::vector<AnyPolicy>& given) {
    const auto of = [&]<class P>(P policy) {
      for (const AnyPolicy& one : given) {
        const P* p = std::get_if<P>(&one);
        if (p && !is_idle(*p)) policy = *p;
      }
      return policy;
    };
    return Sampler<Ps...>(of(neutral<Ps>())...);
  }

  /// Whether the order has the policies in this order.
  static bool has(const std::vector<AnyPolicy>& given) {
    const std::vector<AnyPolicy> own = {AnyPolicy(neutral<Ps>())...};
    std::size_t next = 0;
    for (const AnyPolicy& one : given) {
      while (next < own.size() && own[next].index() != one.index()) ++next;
      if (next == own.size()) return false;
    }
    return true;
  }
};

TEST_CASE("Every order with nothing asked for leaves a row as it is") {
  const auto row = make_row(RowKind::rounded, 1, 50);
  const auto untouched = [&](const auto& sampler) {
    const auto left = left_of(sampler, row);
    for (const auto& k : left.kept()) CHECK(k.logit == row[static_cast<std::size_t>(k.id)]);
    CHECK(left.kept().size() == row.size());
  };
  untouched(In<orders::hf>::with({}));
  untouched(In<orders::llama_cpp>::with({}));
  untouched(In<orders::vllm>::with({}));
  untouched(In<orders::sglang>::with({}));
  untouched(In<orders::openai>::with({}));
}

TEST_CASE("Penalties: vLLM multiplies first, SGLang adds first") {
  Sequence sequence;
  sequence.append(0);
  const std::vector<float> row = {2, 0};
  const FrequencyPenalty frequency{1.5f};
  const auto vllm = In<orders::vllm>::with({RepetitionPenalty{2}, frequency});
  const auto sglang = In<orders::sglang>::with({RepetitionPenalty{2, Counted::output}, frequency});
  CHECK(left_of(vllm, row, sequence).kept()[0].logit == -0.5);    // 2 / 2 - 1.5
  CHECK(left_of(sglang, row, sequence).kept()[0].logit == 0.25);  // (2 - 1.5) / 2
}

TEST_CASE("A bias comes before the penalties in vLLM, after them in SGLang") {
  const std::vector<float> row = {2, 0};
  Sequence before, behind;
  before.append(0), behind.append(0);
  before.add_bias(0, 5), behind.add_push(0, 0, 5);
  const auto vllm = In<orders::vllm>::with({RepetitionPenalty{2}});
  const auto sglang = In<orders::sglang>::with({RepetitionPenalty{2, Counted::output}});
  CHECK(left_of(vllm, row, before).kept()[0].logit == 3.5);
  CHECK(left_of(sglang, row, behind).kept()[0].logit == 6.0);
}

TEST_CASE("Min-p comes before top-p in vLLM, after it elsewhere") {
  const auto row = logits_of({0.5f, 0.2f, 0.15f, 0.1f, 0.05f});
  const std::vector<AnyPolicy> both = {TopP{0.8f}, MinP{0.25f}};
  CHECK((kept_by(In<orders::hf>::with(both), row) == Ids{0, 1, 2}));
  CHECK((kept_by(In<orders::vllm>::with(both), row) == Ids{0, 1}));
  CHECK((kept_by(In<orders::sglang>::with(both), row) == Ids{0, 1, 2}));
}

TEST_CASE("Top-k and top-p are joint in SGLang, one after the other elsewhere") {
  auto row = logits_of({0.35f, 0.25f, 0.20f, 0.05f, 0.03f});
  row.insert(row.end(), 12, std::log(0.01f));
  const std::vector<AnyPolicy> both = {TopK{4}, TopP{0.82f}};
  CHECK((kept_by(In<orders::hf>::with(both), row) == Ids{0, 1, 2}));
  CHECK((kept_by(In<orders::vllm>::with(both), row) == Ids{0, 1, 2}));
  CHECK((kept_by(In<orders::sglang>::with(both), row) == Ids{0, 1, 2, 3}));
}

TEST_CASE("Top-p and then top-k keeps what SGLang's joint filter keeps") {
  int differ = 0, undecided = 0, bound_by_both = 0;
  for (std::uint32_t seed = 0; seed < 600; ++seed) {
    const auto row = random_row(seed, 150);  // every third has ties
    const unsigned k = 1 + seed % 17;
    const float p = 0.05f + 0.9f * static_cast<float>(seed % 53) / 53;
    double total = 0;
    for (const float z : row) total += std::exp(static_cast<double>(z));
    Ids joint, by_rank, by_mass;
    bool decided = true;
    for (std::size_t x = 0; x < row.size(); ++x) {
      std::size_t likelier = 0;
      double mass = 0;
      for (const float z : row) {
        likelier += z > row[x], mass += z > row[x] ? std::exp(static_cast<double>(z)) / total : 0;
      }
      decided &= std::abs(mass - static_cast<double>(p)) > 1e-5;
      const bool in_rank = likelier < k, in_mass = mass < static_cast<double>(p);
      if (in_rank) by_rank.push_back(static_cast<TokenId>(x));
      if (in_mass) by_mass.push_back(static_cast<TokenId>(x));
      if (in_rank && in_mass) joint.push_back(static_cast<TokenId>(x));
    }
    differ += decided && kept_by(In<orders::sglang>::with({TopP{p}, TopK{k}}), row) != joint;
    undecided += !decided;
    bound_by_both += by_rank != by_mass;
  }
  CHECK(differ == 0);
  CHECK(undecided < 20);
  CHECK(bound_by_both > 300);
}

TEST_CASE("The temperature is first in HF and with OpenAI, last in llama.cpp") {
  const std::vector<float> row = {2, 1, 0};
  const std::vector<AnyPolicy> both = {Temperature{0.1f}, TopP{0.9f}};
  CHECK((kept_by(In<orders::hf>::with(both), row) == Ids{0}));
  CHECK((kept_by(In<orders::openai>::with(both), row) == Ids{0}));
  CHECK((kept_by(In<orders::llama_cpp>::with(both), row) == Ids{0, 1}));
}

/// The cases of a golden file that an order of policies reproduces; the ids of those that it does
/// not.
template <class Order>
static std::size_t reproduced(const char* file, std::vector<std::string>& others) {
  std::ifstream lines(std::string(TAMIS_TESTS_DIR) + "/golden/" + file);
  REQUIRE(lines);
  std::size_t passed = 0;
  for (std::string line; std::getline(lines, line);) {
    const json c = json::parse(line);
    auto pipeline = pipeline_from_json(c["pipeline"]);
    REQUIRE(pipeline);
    std::size_t window = ~std::size_t{0};
    for (const auto& step : pipeline->steps()) {
      if (step.type.ends_with("_penalty") && !step.type.starts_with("exp")) window = step.window;
    }
    Sequence sequence(c["prompt"].get<Ids>(), 0, window);
    for (const TokenId id : c["generated"].get<Ids>()) sequence.append(id);
    std::vector<AnyPolicy> policies;
    bool normalized = false;
    for (const auto& step : pipeline->steps()) {
      auto policy_of = step.policy;
      const AnyPolicy policy = policy_of(sequence);
      const bool only_a_source =
          std::holds_alternative<Temperature>(policy) && step.type != "temperature";
      if (step.type == "log_softmax")
        normalized = true;  // HF's last, of no draw
      else if (!only_a_source)
        policies.push_back(policy);
    }
    std::vector<float> logits;
    for (const auto& z : c["logits"]) logits.push_back(z.is_null() ? masked : z.get<float>());
    const auto left = left_of(In<Order>::with(policies), logits, sequence);
    std::vector<double> got(logits.size(), masked);
    for (const auto& k : left.kept()) {
      got[static_cast<std::size_t>(k.id)] = normalized ? left.log_probability(k.id) : k.logit;
    }
    bool same = In<Order>::has(policies);
    for (std::size_t i = 0; i < got.size(); ++i) {
      const auto& z = c["expected_logits"][i];
      if (z.is_null() || got[i] == masked)
        same &= z.is_null() && got[i] == masked;
      else
        same &= std::abs(got[i] - z.get<double>()) <= 2e-4 * (1 + std::abs(z.get<double>()));
    }
    if (same)
      ++passed;
    else
      others.push_back(c["id"].get<std::string>());
  }
  return passed;
}

TEST_CASE("The order of HF reproduces its chains, and that of llama.cpp its own") {
  std::vector<std::string> others;
  CHECK(reproduced<orders::hf>("chains.jsonl", others) == 112);
  CHECK(reproduced<orders::llama_cpp>("llama_cpp.jsonl", others) == 185);
  CHECK(others == std::vector<std::string>{});
}

namespace {

struct Named {
  const char* name;
  AnyPolicy policy;
};

/// Those that are often used together. Token 0 was generated twice, token 1 once; token 2 is
/// pushed.
const std::vector<Named> common = {
    {"RepetitionPenalty{2}", RepetitionPenalty{2}},
    {"FrequencyPenalty{1}", FrequencyPenalty{1}},
    {"PresencePenalty{1}", PresencePenalty{1}},
    {"Push, -2 for token 0", Push{}},
    {"Temperature{0.5}", Temperature{0.5f}},
    {"TopK{2}", TopK{2}},
    {"TopP{0.72}", TopP{0.72f}},
    {"MinP{0.27}", MinP{0.27f}},
    {"TypicalP{0.62}", TypicalP{0.62f}},
    {"EpsilonCutoff{0.102}", EpsilonCutoff{0.102f}},
    {"TopNSigma{1}", TopNSigma{1}},
    {"Xtc{0.12, 1}", Xtc{0.12f, 1}},
};

std::vector<double> probabilities_left(const std::vector<float>& row, const AnyPolicy& first,
                                       const AnyPolicy& second) {
  Sequence sequence;
  for (const TokenId id : {0, 1, 0}) sequence.append(id);
  sequence.add_push(0, 0, -2);
  std::vector<double> p(row.size());
  const auto left = AnySampler({first, second})
                        .distribution(row, sequence.stream(), sequence.facts(), team_row());
  for (const auto& k : left.kept()) p[static_cast<std::size_t>(k.id)] = k.probability;
  return p;
}

/// The rows in which a witness is sought: three to five tokens of unlike probabilities, in
/// twentieths.
std::vector<std::vector<int>> candidates() {
  std::vector<std::vector<int>> rows;
  for (std::size_t size = 3; size <= 5; ++size) {
    std::vector<int> row;
    const auto grow = [&](const auto& self, int left, int most) -> void {
      if (row.size() == size) {
        if (left == 0) rows.push_back(row);
        return;
      }
      for (int part = std::min(left, most); part > 0; --part) {
        row.push_back(part);
        self(self, left - part, part - 1);
        row.pop_back();
      }
    };
    grow(grow, 20, 20);
  }
  return rows;
}

std::string rounded(const std::vector<double>& p) {
  std::string text;
  for (const double x : p) {
    char digits[16];
    std::snprintf(digits, sizeof digits, "%.3g", std::round((x + 1e-9) * 1000) / 1000);
    if (!text.empty()) text += " ";
    text += digits;
  }
  return text;
}

/// What of two policies that do not commute becomes of a row, and which pairs have no such row.
std::string table() {
  std::string differ =
      "| one | other | probabilities | one, then other | other, then one |\n| --- | --- | --- | "
      "--- | --- |\n";
  std::string same;
  const auto rows = candidates();
  for (std::size_t i = 0; i < common.size(); ++i) {
    std::string same_as;
    for (std::size_t j = i + 1; j < common.size(); ++j) {
      bool found = false;
      for (const auto& row : rows) {
        std::vector<float> logits;
        std::vector<double> before;
        for (const int part : row) logits.push_back(std::log(static_cast<float>(part) / 20));
        for (const int part : row) before.push_back(part / 20.0);
        const auto one = probabilities_left(logits, common[i].policy, common[j].policy);
        const auto other = probabilities_left(logits, common[j].policy, common[i].policy);
        double distance = 0;
        for (std::size_t t = 0; t < one.size(); ++t) distance += std::abs(one[t] - other[t]);
        if (distance < 0.05) continue;
        differ += std::string("| `") + common[i].name + "` | `" + common[j].name + "` | " +
                  rounded(before) + " | " + rounded(one) + " | " + rounded(other) + " |\n";
        found = true;
        break;
      }
      if (!found) same_as += std::string(same_as.empty() ? "`" : ", `") + common[j].name + "`";
    }
    if (!same_as.empty()) same += std::string("- `") + common[i].name + "` with " + same_as + "\n";
  }
  return differ + "\nNo row among " + std::to_string(rows.size()) + " tells the order of:\n\n" +
         same;
}

}  // namespace

TEST_CASE("The documentation says what does not commute, with a row that shows it") {
  const std::string path = std::string(TAMIS_TESTS_DIR) + "/../docs/policies.md";
  std::ifstream in(path);
  REQUIRE(in);
  std::stringstream buffer;
  buffer << in.rdbuf();
  const std::string text = buffer.str(),
                    begin = "<!-- generated by tests/presets/orders_test.cpp -->\n",
                    end = "<!-- end of what is generated -->\n";
  const std::size_t from = text.find(begin), to = text.find(end);
  REQUIRE(from != std::string::npos);
  REQUIRE(to != std::string::npos);
  const std::string stands = text.substr(from + begin.size(), to - from - begin.size());
  const std::string wanted = "\n" + table() + "\n";
  if (std::getenv("TAMIS_UPDATE_DOCS")) {
    std::ofstream(path) << text.substr(0, from + begin.size()) << wanted << text.substr(to);
  } else {
    INFO("To bring docs/policies.md up to date, run this test with TAMIS_UPDATE_DOCS=1");
    CHECK(stands == wanted);
  }
}
