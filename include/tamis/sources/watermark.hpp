#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "../core/context_hash.hpp"
#include "../core/sequence.hpp"

namespace tamis {

/// Watermark: lets the noise of single tokens follow from a key and the tokens before, and not from the seed. Who knows
/// the key finds it again in the text; to others it is noise.
///
/// What reads that noise marks the text, one of two:
///
///   GumbelMax   a draw. Over the keys, each token is drawn with its probability; the seed decides nothing. Leave
///               repeats unmarked. metrics/gumbel_watermark_score.hpp finds it.
///   GreenList   a transform, with Multinomial for the draw, which follows the seed. Mark repeats.
///               metrics/green_list_score.hpp finds it.
///
/// After fewer than `width` tokens, the noise follows from those there are.
///
/// Source: Aaronson, "Watermarking of large language models", talk at the Simons Institute, 2023; Kirchenbauer et al.,
/// "A watermark for large language models", ICML 2023; repeats: Hu et al., "Unbiased watermark", ICLR 2024.
class Watermark {
 public:
  /// What becomes of a draw before which the same tokens stand as before an earlier one: its noise is the mark's once
  /// more, which makes texts repeat themselves, or the seed's.
  enum class Repeats : std::uint8_t { unmarked, marked };

  struct Options {
    std::uint64_t key = 0;
    std::size_t width = 4;  ///< how many tokens before the noise follows from; more are easier lost when a text is edited
    Repeats repeats = Repeats::unmarked;
  };

  explicit Watermark(Options options) : options_(options) {}

  void push(Sequence& sequence) {
    const std::uint64_t hash = hash_before(sequence.tokens(), sequence.size());
    if (options_.repeats == Repeats::marked) return sequence.set_mark(hash);
    read(sequence);
    const auto found = drawn_.find(hash);
    if (found == drawn_.end() || found->second == 0) sequence.set_mark(hash);
  }

 private:
  std::uint64_t hash_before(std::span<const TokenId> tokens, std::size_t place) const {
    const std::size_t width = std::min(options_.width, place);
    return context_hash(options_.key, tokens.subspan(place - width, width));
  }

  /// Takes in what has been drawn since, and forgets what has been taken back.
  void read(const Sequence& sequence) {
    const std::size_t begin = sequence.prompt().size(), kept = sequence.unchanged(size_, rewinds_);
    for (; !hashes_.empty() && begin + hashes_.size() > kept; hashes_.pop_back()) --drawn_[hashes_.back()];
    for (std::size_t place = begin + hashes_.size(); place < sequence.size(); ++place) {
      hashes_.push_back(hash_before(sequence.tokens(), place));
      ++drawn_[hashes_.back()];
    }
    size_ = sequence.size();
  }

  Options options_;
  std::size_t size_ = 0, rewinds_ = 0;
  std::vector<std::uint64_t> hashes_;  ///< of what stands before each token that was drawn
  std::unordered_map<std::uint64_t, std::uint32_t> drawn_;
};

}  // namespace tamis
