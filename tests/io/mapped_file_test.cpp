#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <string_view>
#include <tamis/io/mapped_file.hpp>
#include <utility>

#include "catch.hpp"
#include "temporary_folder.hpp"

using namespace tamis;

static std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

static std::string_view text_of(const MappedFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

TEST_CASE("A mapped file is its bytes, also after it has moved and after its name is gone") {
  const TemporaryFolder folder;
  const std::string path = folder.write("hello", bytes_of("hello, world"));
  auto file = MappedFile::open(path);
  REQUIRE(file);
  CHECK(text_of(*file) == "hello, world");
  std::filesystem::remove(path);
  MappedFile moved = *std::move(file);
  CHECK(text_of(moved) == "hello, world");
  CHECK(file->bytes().empty());
  auto other = MappedFile::open(folder.write("other", bytes_of("other")));
  moved = *std::move(other);
  CHECK(text_of(moved) == "other");
}

TEST_CASE("Each way in which a file cannot be had has its own sentence") {
  const TemporaryFolder folder;
  const auto sentence = [](const std::string& path) {
    const auto file = MappedFile::open(path);
    REQUIRE_FALSE(file);
    return file.error().message;
  };
  const auto quoted = [&](const std::string& name) {
    return std::string("'").append(folder.path(name)).append("' ");
  };

  CHECK(sentence(folder.path("missing")) == quoted("missing") + "does not exist; check the path");
  CHECK(sentence(folder.write("empty", {})) == quoted("empty") + "is empty");
  CHECK(sentence(folder.path("empty") + "/below") ==
        quoted("empty/below") + "does not exist; check the path");
  std::filesystem::create_directory(folder.path("folder"));
  CHECK(sentence(folder.path("folder")) == quoted("folder") + "is a folder; a file is needed");
  REQUIRE(::mkfifo(folder.path("pipe").c_str(), 0600) == 0);
  CHECK(sentence(folder.path("pipe")) ==
        quoted("pipe") + "is a device or a pipe; a file on a disk is needed");
  CHECK(
      sentence(folder.path(std::string(5000, 'x'))).find("cannot be opened: File name too long") !=
      std::string::npos);

  const std::string secret = folder.write("secret", bytes_of("secret"));
  std::filesystem::permissions(secret, std::filesystem::perms::none);
  if (::geteuid() != 0)  // to root no file is locked
    CHECK(sentence(secret) ==
          quoted("secret") + "may not be read by this user; check its permissions");
}
