#pragma once

#include <algorithm>
#include <cstddef>
#include <tamis/generation/generation_event.hpp>

#include "writing.hpp"

namespace command {

/// Hears of the tokens of one text, but for the bytes that the prompt has already shown.
class Listener {
 public:
  Listener(const Audience& audience, std::size_t shown) : audience_(audience), shown_(shown) {}

  void operator()(const tamis::GenerationEvent& event) {
    const std::size_t known = std::min(shown_, event.text.size());
    shown_ -= known;
    audience_.text(event.text.substr(known));
  }
  void on_prefill(std::size_t read, std::size_t all) const { audience_.prefill(read, all); }

 private:
  const Audience& audience_;
  std::size_t shown_;
};

}  // namespace command
