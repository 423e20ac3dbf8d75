#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <system_error>
#include <tamis/io/code_task.hpp>
#include <tamis/metrics/pass_at_k.hpp>
#include <vector>

#include "command.hpp"
#include "sandbox.hpp"
#include "terminal.hpp"

namespace command {

namespace {

using tamis::CodeSample;
using tamis::CodeTask;

/// The tasks of a file, or of all files of a folder that end in .jsonl, by name.
Result<std::vector<CodeTask>> read_tasks(const std::string& path) {
  std::vector<std::string> files;
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    for (const auto& entry : std::filesystem::directory_iterator(path, error))
      if (entry.path().extension() == ".jsonl") files.push_back(entry.path().string());
    std::sort(files.begin(), files.end());
    if (files.empty())
      return Error{"the folder '" + path + "' has no file of tasks; their names end in .jsonl"};
  } else {
    files.push_back(path);
  }
  std::vector<CodeTask> tasks;
  for (const std::string& file : files) {
    const auto text = read_text(file);
    if (!text) return text.error();
    auto more = tamis::read_code_tasks(*text, "'" + file + "'");
    if (!more) return more.error();
    tasks.insert(tasks.end(), more->begin(), more->end());
  }
  if (tasks.empty()) return Error{"'" + path + "' has no task"};
  return tasks;
}

struct PassAtK {
  std::string tasks_path, samples_path;
  bool canonical = false;
  std::string run_command;
  double seconds = 10;
  std::vector<std::int64_t> ks;
  std::string results_path;
  bool json = false;
  bool quiet = false;

  Result<void> run() const {
    const auto tasks = read_tasks(tasks_path);
    if (!tasks) return tasks.error();
    auto samples = read_samples(*tasks);
    if (!samples) return samples.error();
    std::map<std::string, const CodeTask*> by_id;
    for (const CodeTask& task : *tasks)
      if (!by_id.emplace(task.task_id, &task).second)
        return Error{"the task '" + task.task_id + "' is there twice; each needs an id of its own"};
    for (const CodeSample& sample : *samples)
      if (!by_id.count(sample.task_id))
        return Error{"a sample is of the task '" + sample.task_id + "', which is not among the " +
                     std::to_string(tasks->size()) + " in '" + tasks_path + "'"};
    if (const auto judged = judge(*samples, by_id); !judged) return judged;
    if (!results_path.empty()) {
      const auto written = write_text(results_path, lines_of(*samples));
      if (!written) return written;
    }
    return report(*tasks, *samples);
  }

 private:
  Result<std::vector<CodeSample>> read_samples(const std::vector<CodeTask>& tasks) const {
    if (canonical != samples_path.empty())
      return Error{
          canonical ? "--canonical takes the tasks' own solutions for samples; leave --samples out"
                    : "there are no samples; give --samples FILE, or --canonical for the tasks' "
                      "own solutions"};
    if (!canonical) {
      const auto text = read_text(samples_path);
      if (!text) return text.error();
      return tamis::read_code_samples(*text, "'" + samples_path + "'");
    }
    std::vector<CodeSample> samples;
    for (const CodeTask& task : tasks)
      samples.push_back({task.task_id, task.canonical_solution, {}});
    return samples;
  }

  /// Finds out which samples pass: by running all of them, or from what their file says.
  Result<void> judge(std::vector<CodeSample>& samples,
                     const std::map<std::string, const CodeTask*>& tasks) const {
    if (run_command.empty()) {
      for (const CodeSample& sample : samples)
        if (!sample.passed)
          return Error{"a sample of '" + sample.task_id +
                       "' has no \"passed\", and nothing is run unless you say how: give --run "
                       "'COMMAND {file}' with a "
                       "command that sandboxes the program, for it was written by a model"};
      return {};
    }
    const auto sandbox = Sandbox::of(run_command, seconds);
    if (!sandbox) return sandbox.error();
    const auto works = sandbox->passes("");
    if (!works) return works.error();
    if (!*works)
      return Error{
          "'" + run_command +
          "' does not end with 0 for an empty program, so no sample could pass; try it by hand"};
    Progress progress(quiet);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      progress.show("sample " + std::to_string(i + 1) + " of " + std::to_string(samples.size()));
      const auto passed =
          sandbox->passes(tasks.at(samples[i].task_id)->program(samples[i].completion));
      if (!passed) return passed.error();
      samples[i].passed = *passed;
    }
    return {};
  }

  static std::string lines_of(const std::vector<CodeSample>& samples) {
    std::string lines;
    for (const CodeSample& sample : samples) {
      const nlohmann::ordered_json object = {{"task_id", sample.task_id},
                                             {"completion", sample.completion},
                                             {"passed", *sample.passed}};
      lines += object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    }
    return lines;
  }

  Result<void> report(const std::vector<CodeTask>& tasks,
                      const std::vector<CodeSample>& samples) const {
    std::map<std::string, tamis::metrics::Attempts> attempts_of;
    for (const CodeSample& sample : samples) {
      ++attempts_of[sample.task_id].samples;
      attempts_of[sample.task_id].correct += *sample.passed;
    }
    nlohmann::ordered_json object, list = nlohmann::ordered_json::array();
    std::vector<tamis::metrics::Attempts> attempts;
    std::int64_t least = INT64_MAX;
    for (const CodeTask& task : tasks) {
      attempts.push_back(attempts_of[task.task_id]);
      least = std::min(least, attempts.back().samples);
      list.push_back({{"task_id", task.task_id},
                      {"samples", attempts.back().samples},
                      {"correct", attempts.back().correct}});
    }
    std::vector<std::int64_t> wanted = ks;
    if (wanted.empty())
      for (const std::int64_t k : {1, 10, 100})
        if (k == 1 || k <= least) wanted.push_back(k);
    for (const std::int64_t k : wanted) {
      if (k > least && k >= 1) return Error{too_few(k, least, tasks, attempts)};
      const auto value = tamis::metrics::pass_at_k(attempts, k);
      if (!value) return value.error();
      object["pass@" + std::to_string(k)] = *value;
    }
    object["tasks"] = list;
    if (json) {
      std::cout << object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
      return {};
    }
    for (std::size_t i = 0; i < tasks.size(); ++i)
      std::printf("%s: %lld of %lld passed\n", tasks[i].task_id.c_str(),
                  static_cast<long long>(attempts[i].correct),
                  static_cast<long long>(attempts[i].samples));
    for (const std::int64_t k : wanted)
      std::printf("pass@%lld %.4f over %zu tasks\n", static_cast<long long>(k),
                  object["pass@" + std::to_string(k)].get<double>(), tasks.size());
    return {};
  }

  static std::string too_few(std::int64_t k, std::int64_t least, const std::vector<CodeTask>& tasks,
                             const std::vector<tamis::metrics::Attempts>& attempts) {
    const auto at = std::find_if(attempts.begin(), attempts.end(),
                                 [&](const auto& a) { return a.samples == least; });
    return "pass@" + std::to_string(k) + " needs " + std::to_string(k) +
           " samples of each task, and of '" +
           tasks[static_cast<std::size_t>(at - attempts.begin())].task_id + "' there are " +
           std::to_string(least);
  }
};

}  // namespace

Command pass_at_k(CLI::App& program) {
  CLI::App* app = program.add_subcommand(
      "pass-at-k",
      "The chance that one of k programs of a model passes its tests, over tasks like HumanEval's");
  auto options = std::make_shared<PassAtK>();
  app->add_option(
         "--tasks", options->tasks_path,
         R"(a JSON Lines file of tasks, or a folder of such: {"task_id", "prompt", "test", "entry_point"})")
      ->type_name("PATH")
      ->required();
  app->add_option(
         "--samples", options->samples_path,
         R"(what a model wrote, - is standard input: {"task_id", "completion"}, and "passed" if it was run)")
      ->type_name("FILE");
  app->add_flag("--canonical", options->canonical,
                "takes the tasks' own solutions for samples, to test the command");
  app->add_option("--run", options->run_command,
                  "the command that runs a program in a sandbox and ends with 0 if it passes; "
                  "{file} is its path. "
                  "Nothing is run without it")
      ->type_name("COMMAND");
  app->add_option("--timeout", options->seconds, "how long a program may run [10]")
      ->type_name("SECONDS");
  app->add_option("--k", options->ks, "by default 1, and 10 and 100 if there are as many samples")
      ->type_name("N,...")
      ->delimiter(',');
  app->add_option("--results", options->results_path,
                  R"(writes the samples there with their "passed")")
      ->type_name("FILE");
  app->add_flag("--json", options->json, R"(writes {"pass@1", ..., "tasks"})");
  app->add_flag("--quiet", options->quiet, "shows no progress");
  return {app, [options] { return options->run(); }};
}

}  // namespace command
