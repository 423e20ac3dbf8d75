/// \file uses_json.cpp
/// Reads a configuration with tamis::json.

#include <cstdio>
#include <tamis/io/generation_config_json.hpp>

int main() {
  const auto config = tamis::generation_config_from_json(R"({"temperature": 0.8, "top_k": 50})");
  if (!config) std::printf("%s\n", config.error().message.c_str());
  return config ? 0 : 1;
}
