#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "json_of.hpp"

using nlohmann::json;
using Arguments = std::vector<std::string>;

/// Tasks whose programs are scripts of the shell: what is written after the prompt decides how they
/// end.
struct Tasks {
  TemporaryFolder folder;
  std::string tasks, samples;

  Tasks() {
    tasks = folder.path("tasks");
    std::filesystem::create_directory(tasks);
    write("tasks/a.jsonl", {task("Toy/0", "status=0"), task("Toy/1", "status=1")});
    write("tasks/b.jsonl", {task("Toy/2", "exit 0")});
    samples = folder.path("samples.jsonl");
    write("samples.jsonl",
          {sample("Toy/0", "status=0"), sample("Toy/0", "status=3"), sample("Toy/1", "status=0"),
           sample("Toy/1", "status=0"), sample("Toy/2", "status=1"), sample("Toy/2", "status=1")});
  }

  void write(const std::string& name, const std::vector<json>& lines) const {
    std::ofstream file(folder.path(name));
    for (const json& line : lines) file << line.dump() << "\n";
  }
  static json task(const std::string& id, const std::string& solution) {
    return {{"task_id", id},
            {"prompt", "check() { exit $status; }\n"},
            {"test", ""},
            {"entry_point", "f"},
            {"canonical_solution", solution}};
  }
  static json sample(const std::string& id, const std::string& completion) {
    return {{"task_id", id}, {"completion", completion}};
  }
};

/// The last line of a program, `check(f)`, is Python's; the shell is given the others.
static const std::string shell = "head -n -1 {file} | sed '$a check' | sh";
static const std::string safe = "test -s {file} || exit 0; " + shell;

TEST_CASE("pass@k is computed from what a command of the user's says of each sample") {
  const Tasks toy;
  const json result =
      json_of({"pass-at-k", "--tasks", toy.tasks, "--samples", toy.samples, "--run", safe, "--k",
               "1,2", "--json", "--results", toy.folder.path("results.jsonl")});
  CHECK(result["tasks"][0] == json({{"task_id", "Toy/0"}, {"samples", 2}, {"correct", 1}}));
  CHECK(result["tasks"][1]["correct"] == 2);
  CHECK(result["tasks"][2]["correct"] == 0);
  CHECK(result["pass@1"].get<double>() == Approx(0.5));
  CHECK(result["pass@2"].get<double>() == Approx(2.0 / 3));
  // What was found out can be read again, without running anything.
  const json again = json_of({"pass-at-k", "--tasks", toy.tasks, "--samples",
                              toy.folder.path("results.jsonl"), "--json", "--k", "1,2"});
  CHECK(again == result);
  const json canonical =
      json_of({"pass-at-k", "--tasks", toy.tasks, "--canonical", "--run", safe, "--json"});
  CHECK(canonical["pass@1"].get<double>() == Approx(2.0 / 3));
}

TEST_CASE("Nothing is run unless a command says how") {
  const Tasks toy;
  const std::string mark = toy.folder.path("was_run");
  toy.write("samples.jsonl", {Tasks::sample("Toy/0", "touch " + mark)});
  CHECK(failure_of({"pass-at-k", "--tasks", toy.tasks, "--samples", toy.samples}) ==
        "a sample of 'Toy/0' has no \"passed\", and nothing is run unless you say how: give --run "
        "'COMMAND {file}' with a "
        "command that sandboxes the program, for it was written by a model");
  CHECK_FALSE(std::filesystem::exists(mark));
}

TEST_CASE("A program that runs too long has failed, and is gone") {
  const Tasks toy;
  toy.write("samples.jsonl",
            {Tasks::sample("Toy/0", "sleep 60"), Tasks::sample("Toy/1", "status=0"),
             Tasks::sample("Toy/2", "status=0")});
  const auto begin = std::chrono::steady_clock::now();
  const json result = json_of({"pass-at-k", "--tasks", toy.tasks, "--samples", toy.samples, "--run",
                               safe, "--timeout", "1", "--json"});
  CHECK(result["tasks"][0]["correct"] == 0);
  CHECK(result["tasks"][1]["correct"] == 1);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(30));
}

TEST_CASE("What is wrong with tasks, samples and command is said") {
  const Tasks toy;
  const auto refusal = [&](const Arguments& more) {
    Arguments arguments{"pass-at-k", "--tasks", toy.tasks};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return failure_of(arguments);
  };
  CHECK(refusal({}) ==
        "there are no samples; give --samples FILE, or --canonical for the tasks' own solutions");
  CHECK(refusal({"--samples", toy.samples, "--canonical"}) ==
        "--canonical takes the tasks' own solutions for samples; leave --samples out");
  CHECK(refusal({"--samples", toy.samples, "--run", "sh"}) ==
        "--run is 'sh'; it must have {file} where the path of the program is to stand");
  CHECK(refusal({"--samples", toy.samples, "--run", "no-such-program {file}"}) ==
        "'no-such-program {file}' does not end with 0 for an empty program, so no sample could "
        "pass; try it by hand");
  CHECK(
      refusal({"--samples", toy.samples, "--run", safe, "--timeout", "0"}).find("--timeout is 0") ==
      0);
  CHECK(refusal({"--samples", toy.samples, "--run", safe, "--k", "3"}) ==
        "pass@3 needs 3 samples of each task, and of 'Toy/0' there are 2");
  CHECK(refusal({"--samples", toy.samples, "--run", safe, "--k", "0"}) ==
        "task 0: pass@k needs a k of 1 or more, not 0");
  toy.write("samples.jsonl", {Tasks::sample("Other/7", "")});
  CHECK(refusal({"--samples", toy.samples}) ==
        "a sample is of the task 'Other/7', which is not among the 3 in '" + toy.tasks + "'");
  toy.write("tasks/c.jsonl", {Tasks::task("Toy/0", "")});
  CHECK(refusal({"--samples", toy.samples}) ==
        "the task 'Toy/0' is there twice; each needs an id of its own");
  CHECK(failure_of({"pass-at-k", "--tasks", toy.folder.path("none"), "--canonical"})
            .find("cannot read '") == 0);
}
