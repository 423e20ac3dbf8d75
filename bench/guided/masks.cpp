/// \file masks.cpp
/// What compiling and masking cost: grammars and the schemas of files, over the tokens of a real model, one thread.
///
///     bench-guided MODEL.gguf [SCHEMA_SUITE.jsonl...]
///
/// Of each grammar one text is walked token by token twice: `first` meets each place anew, `again` has met it.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <tamis/guided/grammar_guide.hpp>
#include <tamis/guided/json.hpp>
#include <tamis/guided/json_schema.hpp>
#include <tamis/guided/read_grammar.hpp>
#include <tamis/guided/regex.hpp>
#include <tamis/io/gguf.hpp>
#include <tamis/tokenizers/bpe_from_gguf.hpp>
#include <vector>

#include "grammars.hpp"

namespace {

using namespace tamis;
using namespace tamis::guided;

double microseconds() {
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Mean, median, 99th percentile and maximum, as a cell of the table.
void print(const char* name, std::vector<double> all) {
  if (all.empty()) return;
  std::sort(all.begin(), all.end());
  double sum = 0;
  for (const double one : all) sum += one;
  std::printf(" %s %.2f · %.2f · %.1f · %.1f", name, sum / double(all.size()), all[all.size() / 2],
              all[all.size() * 99 / 100], all.back());
}

struct Times {
  std::vector<double> compile, first, again;
};

/// False, if the text is not of the grammar.
bool walk(const CompiledGrammar& grammar, std::shared_ptr<const CompiledGrammar> shared,
          const std::vector<TokenId>& ids, Times& times) {
  for (std::vector<double>* into : {&times.first, &times.again}) {
    GrammarGuide guide(shared);
    for (std::size_t i = 0; i <= ids.size(); ++i) {
      const double before = microseconds();
      const auto mask = guide.mask();
      into->push_back(microseconds() - before);
      if (!mask || (i < ids.size() && !guide.accept(ids[i]))) return false;
    }
    if (!guide.can_stop()) return false;
  }
  return grammar.automaton().classes > 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::puts("bench-guided MODEL.gguf [SCHEMA_SUITE.jsonl...]"), 1;
  const auto file = Gguf::open(argv[1]);
  if (!file) return std::puts(file.error().message.c_str()), 1;
  const auto tokenizer = bpe_from_gguf(*file);
  if (!tokenizer) return std::puts(tokenizer.error().message.c_str()), 1;
  const double before = microseconds();
  const auto vocabulary = std::make_shared<const Vocabulary>(Vocabulary::of(*tokenizer));
  std::printf("vocabulary of %zu tokens: %.1f ms\nµs: mean · median · 99th percentile · maximum\n", vocabulary->size(),
              (microseconds() - before) / 1e3);

  const auto run = [&](const std::string& name, const Result<Grammar>& grammar, const std::string& text) {
    if (!grammar) return std::printf("%s: %s\n", name.c_str(), grammar.error().message.c_str()), void();
    const double start = microseconds();
    const auto compiled = CompiledGrammar::of(*grammar, vocabulary);
    const double end = microseconds();
    if (!compiled) return std::printf("%s: %s\n", name.c_str(), compiled.error().message.c_str()), void();
    Times times;
    const bool whole = walk(**compiled, *compiled, tokenizer->encode(text), times);
    std::printf("%-12s compile %.0f;", name.c_str(), end - start);
    print("first", times.first);
    print("; again", times.again);
    std::puts(whole ? "" : "  (the text is refused)");
  };
  run("JSON", json(), bench_guided::json_text);
  run("e-mail", regex(R"([a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,})"),
      "some.person+filter@mail.example-site.co.uk");
  run("400 then", regex(R"((.|\n){0,400}Answer: (yes|no))"),
      "Let me think about this problem. It is hard.\nAnswer: yes");
  run("at most 1e5", regex(R"("[^"\\\n]{0,100000}")"), "\"It was the best of times, it was the worst of times\"");
  for (const auto& [name, grammar, text] : bench_guided::grammars) run(name, read_grammar(grammar), text);

  for (int at = 2; at < argc; ++at) {
    Times times;
    std::size_t schemas = 0;
    std::ifstream lines(argv[at]);
    for (std::string line; std::getline(lines, line);) {
      const auto group = nlohmann::ordered_json::parse(line);
      const double start = microseconds();
      const auto grammar = json_schema(group["schema"].dump());
      if (!grammar) continue;
      const auto compiled = CompiledGrammar::of(*grammar, vocabulary);
      times.compile.push_back(microseconds() - start);
      if (!compiled) continue;
      ++schemas;
      for (const auto& test : group["tests"]) {
        Times one;
        if (!test[1].get<bool>() || !walk(**compiled, *compiled, tokenizer->encode(test[0].dump()), one)) continue;
        times.first.insert(times.first.end(), one.first.begin(), one.first.end());
        times.again.insert(times.again.end(), one.again.begin(), one.again.end());
      }
    }
    std::printf("%zu schemas of %s:", schemas, argv[at]);
    print("compile", times.compile);
    print("; first", times.first);
    print("; again", times.again);
    std::puts("");
  }
}
