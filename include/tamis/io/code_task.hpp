#pragma once

/// \file code_task.hpp
/// Tasks for models that write programs, and what was written, in the format of HumanEval.

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "json_text.hpp"

namespace tamis {

/// A program to be written, and its tests.
///
/// Source: Chen et al., "Evaluating large language models trained on code", 2021; the data set
/// HumanEval.
struct CodeTask {
  std::string task_id;
  std::string prompt;              ///< the beginning of the program
  std::string test;                ///< defines check(candidate)
  std::string entry_point;         ///< the name of what is tested
  std::string canonical_solution;  ///< a continuation of the prompt that passes; may be empty

  /// The program that tests a continuation of the prompt; it fails with an exception.
  std::string program(std::string_view completion) const {
    return prompt + std::string(completion) + "\n" + test + "\ncheck(" + entry_point + ")\n";
  }
};

/// A program that a model wrote.
struct CodeSample {
  std::string task_id;
  std::string completion;      ///< what follows the prompt
  std::optional<bool> passed;  ///< if it was run
};

namespace detail {

/// Calls back with the object of each line that is not empty; an error names `what` and the line.
template <class F>
Result<void> each_json_line(std::string_view text, std::string_view what, F&& take) {
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    begin = end + 1, ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const std::string where = "line " + std::to_string(number) + " of " + std::string(what);
    const auto object = parse_json_object(line, where);
    if (!object) return object.error();
    if (auto taken = take(*object, where); !taken) return taken.error();
  }
  return {};
}

inline Result<std::string> text_of(const nlohmann::json& object, const char* key,
                                   std::string_view where, bool required = true) {
  const auto found = object.find(key);
  if (found == object.end() && !required) return std::string();
  if (found == object.end()) return Error{std::string(where) + " has no \"" + key + "\""};
  if (!found->is_string())
    return Error{"\"" + std::string(key) + "\" of " + std::string(where) + " is " + quoted(*found) +
                 "; it must be a text"};
  return found->get<std::string>();
}

}  // namespace detail

/// The tasks of a JSON Lines text, an object with "task_id", "prompt", "test" and "entry_point" a
/// line; `what` names it in an error.
inline Result<std::vector<CodeTask>> read_code_tasks(std::string_view text,
                                                     std::string_view what = "the tasks") {
  std::vector<CodeTask> tasks;
  const auto take = [&](const nlohmann::json& object, const std::string& where) -> Result<void> {
    CodeTask& task = tasks.emplace_back();
    struct Member {
      const char* key;
      std::string* value;
    };
    for (const Member& member : {Member{"task_id", &task.task_id},
                                 {"prompt", &task.prompt},
                                 {"test", &task.test},
                                 {"entry_point", &task.entry_point},
                                 {"canonical_solution", &task.canonical_solution}}) {
      auto value =
          detail::text_of(object, member.key, where, member.value != &task.canonical_solution);
      if (!value) return value.error();
      *member.value = *std::move(value);
    }
    return {};
  };
  if (const auto done = detail::each_json_line(text, what, take); !done) return done.error();
  return tasks;
}

/// The samples of a JSON Lines text, an object with "task_id" and "completion" a line, and "passed"
/// if it was run.
inline Result<std::vector<CodeSample>> read_code_samples(std::string_view text,
                                                         std::string_view what = "the samples") {
  std::vector<CodeSample> samples;
  const auto take = [&](const nlohmann::json& object, const std::string& where) -> Result<void> {
    auto id = detail::text_of(object, "task_id", where),
         completion = detail::text_of(object, "completion", where);
    if (!id) return id.error();
    if (!completion) return completion.error();
    std::optional<bool> passed;
    if (const auto found = object.find("passed"); found != object.end() && !found->is_null()) {
      if (!found->is_boolean())
        return Error{"\"passed\" of " + where + " is " + detail::quoted(*found) +
                     "; it must be true or false"};
      passed = found->get<bool>();
    }
    samples.push_back({*std::move(id), *std::move(completion), passed});
    return {};
  };
  if (const auto done = detail::each_json_line(text, what, take); !done) return done.error();
  return samples;
}

}  // namespace tamis
