#pragma once

/// \file mapped_file.hpp
/// A file as bytes in memory, read only; the system fetches them as they are looked at.

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <utility>

#include "../core/result.hpp"

namespace tamis {

/// The bytes of a file for as long as this lives. Moves, and does not copy.
///
/// Beware: a file that another program makes shorter while it is mapped ends this program (SIGBUS),
/// as with every mapping. Copy what must outlive such a file.
class MappedFile {
 public:
  /// Maps the file at `path`; or says why it is not to be had: it is missing, a folder, empty,
  /// locked away.
  static Result<MappedFile> open(const std::string& path) {
    const auto refuse = [&](const std::string& why) { return Error{"'" + path + "' " + why}; };

    const int file =
        ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a pipe is not waited for
    if (file < 0) {
      const int reason = errno;
      if (reason == ENOENT || reason == ENOTDIR) return refuse("does not exist; check the path");
      if (reason == EACCES) return refuse("may not be read by this user; check its permissions");
      return refuse(std::string("cannot be opened: ") + std::strerror(reason));
    }
    const Descriptor closes_itself{file};

    struct stat about {};
    if (::fstat(file, &about) != 0)
      return refuse(std::string("cannot be examined: ") + std::strerror(errno));
    if (S_ISDIR(about.st_mode)) return refuse("is a folder; a file is needed");
    if (!S_ISREG(about.st_mode)) return refuse("is a device or a pipe; a file on a disk is needed");
    if (about.st_size == 0) return refuse("is empty");

    const auto size = static_cast<std::size_t>(about.st_size);
    void* bytes = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
    if (bytes == MAP_FAILED)
      return refuse(std::string("cannot be mapped into memory: ") + std::strerror(errno));
    return MappedFile(static_cast<const std::byte*>(bytes), size);
  }

  MappedFile(MappedFile&& other) noexcept
      : bytes_(std::exchange(other.bytes_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  MappedFile& operator=(MappedFile&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~MappedFile() {
    if (bytes_) ::munmap(const_cast<std::byte*>(bytes_), size_);
  }

  std::span<const std::byte> bytes() const { return {bytes_, size_}; }

 private:
  struct Descriptor {
    int file;
    ~Descriptor() { ::close(file); }
  };

  MappedFile(const std::byte* bytes, std::size_t size) : bytes_(bytes), size_(size) {}

  const std::byte* bytes_;
  std::size_t size_;
};

}  // namespace tamis
