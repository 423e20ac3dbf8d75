#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "source.hpp"

namespace tamis {

/// A source chosen at run time; it answers what the source in it answers. A copy goes its own way.
class AnySource {
 public:
  template <Source S>
  AnySource(S source) : held_(std::make_unique<Held<S>>(std::move(source))) {}
  AnySource(const AnySource& other) : held_(other.held_->copy()) {}
  AnySource(AnySource&&) noexcept = default;
  AnySource& operator=(AnySource other) noexcept {
    held_ = std::move(other.held_);
    return *this;
  }
  ~AnySource() = default;

  void push(Sequence& sequence) { held_->push(sequence); }
  std::size_t admits(const Sequence& sequence, std::span<const TokenId> draft) {
    return held_->admits(sequence, draft);
  }
  std::string forced_bytes(const Sequence& sequence) { return held_->forced_bytes(sequence); }

 private:
  struct Any {
    virtual ~Any() = default;
    virtual std::unique_ptr<Any> copy() const = 0;
    virtual void push(Sequence& sequence) = 0;
    virtual std::size_t admits(const Sequence& sequence, std::span<const TokenId> draft) = 0;
    virtual std::string forced_bytes(const Sequence& sequence) = 0;
  };
  template <class S>
  struct Held final : Any {
    explicit Held(S held) : source(std::move(held)) {}
    std::unique_ptr<Any> copy() const override { return std::make_unique<Held>(source); }
    void push(Sequence& sequence) override { source.push(sequence); }
    std::size_t admits(const Sequence& sequence, std::span<const TokenId> draft) override {
      if constexpr (AdmittingSource<S>)
        return source.admits(sequence, draft);
      else
        return draft.size();
    }
    std::string forced_bytes(const Sequence& sequence) override {
      if constexpr (ForcingSource<S>)
        return source.forced_bytes(sequence);
      else
        return {};
    }
    S source;
  };

  std::unique_ptr<Any> held_;
};

static_assert(Source<AnySource> && AdmittingSource<AnySource> && ForcingSource<AnySource>);

}  // namespace tamis
