#include <tamis/guided/intern_table.hpp>

#include <string>

#include "catch.hpp"

using namespace tamis::guided::detail;

TEST_CASE("An intern table finds what was added among values with the same hash, however many there are") {
  InternTable table;
  std::vector<std::string> values;
  const auto find = [&](const std::string& value) {
    return table.find(value.size(), [&](std::uint32_t id) { return values[id] == value; });
  };
  for (int i = 0; i < 300; ++i) {
    const std::string value = std::to_string(i);
    CHECK(find(value) == InternTable::absent);
    table.add(value.size(), static_cast<std::uint32_t>(values.size()));
    values.push_back(value);
  }
  for (std::uint32_t i = 0; i < 300; ++i) CHECK(find(values[i]) == i);
}

TEST_CASE("High bits of a value reach the low bits of a hash") {
  int differ = 0;
  for (int bit = 0; bit < 64; ++bit) differ += (mixed(1, std::uint64_t{1} << bit) & 0xffff) != (mixed(1, 0) & 0xffff);
  CHECK(differ == 64);
}
