#pragma once

namespace tamis {

/// How much a Batch does at once.
struct BatchOptions {
  /// So many sequences at a time have a cache: those that are written and those whose prompt is
  /// read.
  int max_running = 64;
  /// So many tokens of prompts are read in a step, at most: a long prompt is read in pieces, between
  /// which the other sequences get their tokens.
  int max_prefill_tokens = 512;
};

}  // namespace tamis
