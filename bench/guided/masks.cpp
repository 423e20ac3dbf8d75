/// \file masks.cpp
/// What compiling and masking cost: grammars and schemas over the tokens of a real model, one
/// thread.
///
///     bench-guided MODEL.gguf [--json FILE] [--vocabularies] [SCHEMAS.jsonl...]
///
/// Of each grammar a text is walked token by token twice: `first` meets each place anew, `again`
/// has met it. The grammars share one vocabulary, as in a server; `cold` gives every tenth schema a
/// vocabulary that no grammar has used. With
/// --vocabularies the grammars are walked over larger vocabularies too, made of the model's tokens
/// by putting them together. A line of SCHEMAS.jsonl holds a schema and its tests, pairs of an
/// instance and whether it is valid.
///
/// A time is the lesser of the clock's and the thread's, so that being interrupted does not count.
/// --json writes all of them, with what bench/guided/peers.py needs to do the same with other
/// engines.

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <tamis/guided/choice.hpp>
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
using Json = nlohmann::ordered_json;

class Watch {
 public:
  double microseconds() const {
    const double passed = clock() - clock_;  // first: to ask for the thread's time takes time
    return std::min(passed, thread() - thread_);
  }

 private:
  static double clock() {
    return std::chrono::duration<double, std::micro>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }
  static double thread() {
    timespec time = {};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return double(time.tv_sec) * 1e6 + double(time.tv_nsec) * 1e-3;
  }

  double thread_ = thread(), clock_ = clock();
};

/// Mean, median, 99th percentile and maximum, as a cell of the table.
void print(const char* name, std::vector<double> all) {
  if (all.empty()) return;
  std::sort(all.begin(), all.end());
  double sum = 0;
  for (const double one : all) sum += one;
  std::printf(" %s %.2f · %.2f · %.1f · %.1f", name, sum / double(all.size()), all[all.size() / 2],
              all[all.size() * 99 / 100], all.back());
}

std::uint64_t hash(std::uint64_t before, const std::vector<std::uint32_t>& words) {
  for (const std::uint32_t word : words) before = (before ^ word) * 0x100000001b3u;
  return before;
}

/// What a text cost.
struct Walk {
  std::vector<double> first, again;
  std::uint64_t masks =
      0xcbf29ce484222325u;  ///< a hash of them all: engines that agree have the same
  bool is_whole = true;     ///< the text is of the grammar
};

Walk walk(const std::shared_ptr<const CompiledGrammar>& grammar, const std::vector<TokenId>& ids) {
  Walk walked;
  for (std::vector<double>* into : {&walked.first, &walked.again}) {
    GrammarGuide guide(grammar);
    for (std::size_t i = 0; i <= ids.size() && walked.is_whole; ++i) {
      const Watch watch;
      const auto mask = guide.mask();
      into->push_back(watch.microseconds());
      if (mask && into == &walked.first) walked.masks = hash(walked.masks, (*mask)->words);
      walked.is_whole = mask && (i == ids.size() ? guide.can_stop() : guide.accept(ids[i]));
    }
  }
  return walked;
}

struct Compiled {
  Result<std::shared_ptr<const CompiledGrammar>> grammar;
  double microseconds;
};

template <class Make>
Compiled compile(const Make& make, const std::shared_ptr<const Vocabulary>& vocabulary) {
  const Watch watch;
  const Result<Grammar> grammar = make();
  if (!grammar) return {grammar.error(), watch.microseconds()};
  auto compiled = CompiledGrammar::of(*grammar, vocabulary);
  return {std::move(compiled), watch.microseconds()};
}

std::vector<std::string> bytes_of_all(const Vocabulary& vocabulary) {
  std::vector<std::string> bytes;
  for (std::size_t id = 0; id < vocabulary.size(); ++id)
    bytes.emplace_back(vocabulary.bytes_of(static_cast<TokenId>(id)));
  return bytes;
}

/// A larger vocabulary: the same tokens, then by chance words of theirs that go on with another
/// token of letters.
std::shared_ptr<const Vocabulary> grown(const Vocabulary& from, std::size_t size) {
  std::vector<std::string> bytes = bytes_of_all(from), parts;
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
  };
  for (const std::string& part : bytes)
    if (!part.empty() && std::all_of(part.begin(), part.end(), is_letter)) parts.push_back(part);
  std::mt19937 chance(1);
  while (bytes.size() < size) {
    const std::string made = bytes[chance() % from.size()] + parts[chance() % parts.size()];
    if (made.size() <= 16) bytes.push_back(made);
  }
  return std::make_shared<const Vocabulary>(bytes, from.ends());
}

class Bench {
 public:
  Bench(const Bpe& tokenizer, std::shared_ptr<const Vocabulary> vocabulary)
      : tokenizer_(tokenizer), vocabulary_(std::move(vocabulary)) {}

  void grammars() {
    run("JSON", "json", "", bench_guided::json_text, [] { return Result<Grammar>(json()); });
    pattern("e-mail", R"([a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,})",
            "some.person+filter@mail.example-site.co.uk");
    pattern(
        "date-time",
        R"([0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z)",
        "2026-11-23T05:59:07Z");
    pattern("400 then", R"((.|\n){0,400}Answer: (yes|no))",
            "Let me think about this problem. It is hard.\nAnswer: yes");
    pattern("at most 1e5", R"("[^"\\\n]{0,100000}")",
            "\"It was the best of times, it was the worst of times\"");
    for (const auto& [name, grammar, text] : bench_guided::grammars) gbnf(name, grammar, text);
    for (const auto& [name, grammar, text] : bench_guided::untuned)
      gbnf(std::string(name) + " *", grammar, text);
    for (const auto& [name, schema, text] : bench_guided::schemas) of_schema(name, schema, text);
    Json fields = {{"type", "object"}, {"properties", Json::object()}};
    Json objects = {{"anyOf", Json::array()}}, words = {{"enum", Json::array()}};
    for (int i = 0; i < 200; ++i)
      fields["properties"]["field_" + std::to_string(i)] = {{"type", "integer"}};
    for (int i = 0; i < 100; ++i)
      objects["anyOf"].push_back(
          {{"type", "object"},
           {"properties",
            {{"kind", {{"const", "kind_" + std::to_string(i)}}}, {"n", {{"type", "integer"}}}}},
           {"required", {"kind", "n"}}});
    for (int i = 0; i < 1000; ++i)
      words["enum"].push_back("value " + std::to_string(i * 7919 % 1000));
    of_schema("200 optional", fields.dump(), R"({"field_7":1,"field_150":22,"field_99":333})");
    of_schema("anyOf 100", objects.dump(), R"({"kind":"kind_77","n":5})");
    of_schema("enum 1000", words.dump(), R"("value 777")");
  }

  void schemas(const std::string& path) {
    std::vector<double> compiling, first, again, cold;
    std::size_t refused = 0, line_number = 0;
    std::ifstream lines(path);
    Json groups = Json::array();
    for (std::string line; std::getline(lines, line); ++line_number) {
      const auto group = Json::parse(line);
      const std::string schema = group["schema"].dump();
      const auto make = [&] { return json_schema(schema); };
      const auto [compiled, microseconds] = compile(make, vocabulary_);
      compiling.push_back(microseconds);
      Json kept = {{"schema", schema},
                   {"compile", microseconds},
                   {"refused", !compiled},
                   {"tests", Json::array()}};
      refused += !compiled;
      for (const auto& test : group["tests"]) {
        if (!compiled || !test[1].get<bool>()) continue;
        const auto ids = tokenizer_.encode(test[0].dump());
        const Walk walked = walk(*compiled, ids);
        kept["tests"].push_back({{"ids", ids},
                                 {"whole", walked.is_whole},
                                 {"first", walked.first},
                                 {"again", walked.again}});
        if (!walked.is_whole) continue;
        first.insert(first.end(), walked.first.begin(), walked.first.end());
        again.insert(again.end(), walked.again.begin(), walked.again.end());
      }
      if (compiled && line_number % 10 == 0) {
        const auto unused =
            std::make_shared<const Vocabulary>(bytes_of_all(*vocabulary_), vocabulary_->ends());
        const auto anew = compile(make, unused);
        for (const auto& test : kept["tests"]) {
          if (!test["whole"].get<bool>()) continue;
          const Walk walked = walk(*anew.grammar, test["ids"].get<std::vector<TokenId>>());
          cold.insert(cold.end(), walked.first.begin(), walked.first.end());
        }
      }
      groups.push_back(std::move(kept));
    }
    std::printf("%zu schemas of %s, %zu refused:", compiling.size(), path.c_str(), refused);
    print("compile", compiling);
    print("; first", first);
    print("; again", again);
    print("; first, cold", cold);
    std::puts("");
    out_["schemas"].push_back({{"path", path}, {"groups", std::move(groups)}, {"cold", cold}});
  }

  Json out() {
    for (const std::string& bytes : bytes_of_all(*vocabulary_)) {
      std::string hex;
      for (const char c : bytes) {
        hex += "0123456789abcdef"[static_cast<unsigned char>(c) / 16];
        hex += "0123456789abcdef"[static_cast<unsigned char>(c) % 16];
      }
      out_["vocabulary"].push_back(std::move(hex));
    }
    out_["ends"] = vocabulary_->ends();
    return std::move(out_);
  }

 private:
  void pattern(const std::string& name, const std::string& source, const std::string& text) {
    run(name, "regex", source, text, [&] { return regex(source); });
  }
  void gbnf(const std::string& name, const std::string& source, const std::string& text) {
    run(name, "gbnf", source, text, [&] { return read_grammar(source); });
  }
  void of_schema(const std::string& name, const std::string& source, const std::string& text) {
    run(name, "schema", source, text, [&] { return json_schema(source); });
  }

  template <class Make>
  void run(const std::string& name, const char* kind, const std::string& source,
           const std::string& text, const Make& make) {
    const auto [compiled, microseconds] = compile(make, vocabulary_);
    if (!compiled)
      return std::printf("%s: %s\n", name.c_str(), compiled.error().message.c_str()), void();
    const auto ids = tokenizer_.encode(text);
    const Walk walked = walk(*compiled, ids);
    std::printf("%-13s compile %.0f;", name.c_str(), microseconds);
    print("first", walked.first);
    print("; again", walked.again);
    std::puts(walked.is_whole ? "" : "  (the text is refused)");
    out_["grammars"].push_back({{"name", name},
                                {"kind", kind},
                                {"source", source},
                                {"ids", ids},
                                {"compile", microseconds},
                                {"first", walked.first},
                                {"again", walked.again},
                                {"masks", std::to_string(walked.masks)}});
  }

  const Bpe& tokenizer_;
  std::shared_ptr<const Vocabulary> vocabulary_;
  Json out_ = {
      {"grammars", Json::array()}, {"schemas", Json::array()}, {"vocabulary", Json::array()}};
};

int fail(const std::string& why) {
  std::fprintf(stderr, "bench-guided: %s\n", why.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2)
    return fail("bench-guided MODEL.gguf [--json FILE] [--vocabularies] [SCHEMAS.jsonl...]");
  const auto file = Gguf::open(argv[1]);
  if (!file) return fail(file.error().message);
  const auto tokenizer = bpe_from_gguf(*file);
  if (!tokenizer) return fail(tokenizer.error().message);
  const Watch watch;
  const auto vocabulary = std::make_shared<const Vocabulary>(Vocabulary::of(*tokenizer));
  std::printf("vocabulary of %zu tokens: %.1f ms\nµs: mean · median · 99th percentile · maximum\n",
              vocabulary->size(), watch.microseconds() / 1e3);
  Bench bench(*tokenizer, vocabulary);
  bench.grammars();
  std::string json_path;
  for (int at = 2; at < argc; ++at) {
    const std::string option = argv[at];
    if (option == "--json") {
      if (++at == argc) return fail("--json needs the name of a file");
      json_path = argv[at];
    } else if (option == "--vocabularies") {
      for (const std::size_t size : {128'256u, 262'144u}) {
        const Watch building;
        const auto larger = grown(*vocabulary, size);
        std::printf("vocabulary of %zu tokens, synthetic: %.1f ms\n", size,
                    building.microseconds() / 1e3);
        Bench(*tokenizer, larger).grammars();
      }
    } else {
      bench.schemas(option);
    }
  }
  if (!json_path.empty() && !(std::ofstream(json_path) << bench.out().dump()))
    return fail("cannot write " + json_path);
}
