#include <tamis/io/code_task.hpp>

#include <string>

#include "catch.hpp"

using namespace tamis;

static const std::string line =
    R"({"task_id": "Toy/0", "prompt": "def one():\n", "entry_point": "one", "canonical_solution": "  return 1\n", "test": "def check(f):\n  assert f() == 1\n"})";

TEST_CASE("A task is read, and makes a program that tests a completion") {
  const auto tasks = read_code_tasks(line + "\n\n" + line + "\r\n");
  REQUIRE(tasks);
  REQUIRE(tasks->size() == 2);
  const CodeTask& task = tasks->front();
  CHECK(task.task_id == "Toy/0");
  CHECK(task.entry_point == "one");
  CHECK(task.program(task.canonical_solution) ==
        "def one():\n  return 1\n\ndef check(f):\n  assert f() == 1\n\ncheck(one)\n");
}

TEST_CASE("A task may be without a solution, and not without the rest") {
  CHECK(read_code_tasks(R"({"task_id": "a", "prompt": "", "entry_point": "f", "test": ""})")
            ->front()
            .canonical_solution.empty());
  CHECK(read_code_tasks("\n{\"task_id\": \"a\", \"prompt\": \"\", \"entry_point\": \"f\"}",
                        "'x.jsonl'")
            .error()
            .message == "line 2 of 'x.jsonl' has no \"test\"");
  CHECK(read_code_tasks(R"({"task_id": 7})").error().message ==
        "\"task_id\" of line 1 of the tasks is 7; it must be a text");
  CHECK_FALSE(read_code_tasks("[]"));
  CHECK_FALSE(read_code_tasks("{\"task_id\": "));
  CHECK(read_code_tasks("")->empty());
}

TEST_CASE("A sample is read, with the verdict if there is one") {
  const auto samples = read_code_samples(
      "{\"task_id\": \"a\", \"completion\": \"x\"}\n{\"task_id\": \"b\", \"completion\": \"\", "
      "\"passed\": false, \"result\": \"timed out\"}\n");
  REQUIRE(samples);
  REQUIRE(samples->size() == 2);
  CHECK(samples->at(0).completion == "x");
  CHECK_FALSE(samples->at(0).passed);
  CHECK(samples->at(1).passed == false);
  CHECK(read_code_samples(R"({"task_id": "a"})").error().message ==
        "line 1 of the samples has no \"completion\"");
  CHECK(read_code_samples(R"({"task_id": "a", "completion": "", "passed": 1})").error().message ==
        "\"passed\" of line 1 of the samples is 1; it must be true or false");
}
