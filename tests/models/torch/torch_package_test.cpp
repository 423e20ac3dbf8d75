#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <tamis/models/torch/torch_package.hpp>
#include <vector>

#include "../../io/temporary_folder.hpp"
#include "catch.hpp"

using namespace tamis;

TEST_CASE("A package of AOTInductor has the logits that Python computes") {
  const char* folder = std::getenv("TAMIS_TORCH_PACKAGE");
  if (!folder) {
    WARN("skipped: TAMIS_TORCH_PACKAGE names no folder that tests/oracles/torch_package.py wrote");
    return;
  }
  auto model = open_torch_package(folder + std::string("/model.pt2"));
  if (!model) FAIL(model.error().message);
  const auto golden = nlohmann::json::parse(std::ifstream(folder + std::string("/logits.json")));
  const auto ids = golden["ids"].get<std::vector<TokenId>>();
  auto cache = model->start();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto logits = model->forward(cache, {&ids[i], 1});
    const auto expected = golden["logits"][i].get<std::vector<float>>();
    REQUIRE(logits.size() == expected.size());
    for (std::size_t id = 0; id < expected.size(); ++id)
      CHECK(logits[id] == Approx(expected[id]).margin(1e-5));
  }
}

TEST_CASE("A file that is no package is refused in one sentence") {
  const TemporaryFolder folder;
  std::ofstream(folder.path("text.pt2")) << "no package";
  const auto model = open_torch_package(folder.path("text.pt2"));
  REQUIRE(!model);
  CHECK(model.error().message.find("text.pt2' is no AOTInductor package that can be run: ") !=
        std::string::npos);
}
