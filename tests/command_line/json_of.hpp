#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "run_tamis.hpp"

/// What a run of `tamis` writes, which ends with 0 and writes JSON.
inline nlohmann::json json_of(const std::vector<std::string>& arguments,
                              const std::string& input = "") {
  const Ran ran = run_tamis(arguments, input);
  INFO(ran.err);
  REQUIRE(ran.status == 0);
  return nlohmann::json::parse(ran.out);
}
