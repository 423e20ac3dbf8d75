#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "configurations.hpp"
#include "distinct_items.hpp"
#include "guide.hpp"
#include "token_tree.hpp"
#include "vocabulary.hpp"

namespace tamis::guided {

/// Where a text stands that has lists of distinct items: the configuration, and the items.
struct DistinctPlace {
  std::uint32_t id;
  DistinctItems items;
};

/// Takes from a mask the tokens by which an item would come twice, or after which nothing but such an item could.
class DistinctFilter {
 public:
  DistinctFilter(Configurations& configurations, const Vocabulary& vocabulary) : c_(configurations), v_(vocabulary) {}

  /// Goes on by a byte. False, and the place is of no more use, if it may not come.
  bool step(DistinctPlace& place, std::uint8_t byte) {
    const bool begins = (byte == '[' || byte == '{') && c_.begins_distinct(place.id, byte);
    place.id = c_.next(place.id, byte);
    return place.id != Configurations::dead && place.items.take(byte, begins);
  }

  /// Whether what is being written can become something that is not there yet. Where that is not found after a number of
  /// steps, it counts as no.
  bool is_open(const DistinctPlace& place) {
    if (!place.items.could_repeat()) return true;
    const Key key = key_of(place);
    const auto known = open_.find(key);
    if (known != open_.end()) return known->second;
    const bool is = finds_way(place, key);
    if (!is && c_.is_broken()) open_.clear();  // a place that was not followed to its end is no closed one
    return is;
  }

  /// Whether a byte is white space after which what is no white space may come as before. It may not where white space is
  /// bounded: after the last of `{  }` a key must not follow, and {} may be there already.
  bool is_only_space(const DistinctPlace& before, const DistinctPlace& after, std::uint8_t byte) const {
    if (!DistinctItems::is_blank(byte)) return false;
    ByteSet now = c_.live(after.id);
    for (const char blank : DistinctItems::blanks) now.add(static_cast<unsigned char>(blank));
    return now.includes(c_.live(before.id));
  }

  /// A mask of the grammar without those tokens. It is kept for who writes the same list again.
  std::shared_ptr<const TokenMask> without_repeated(const DistinctPlace& place, std::shared_ptr<const TokenMask> mask) {
    const auto [found, is_new] = known_.try_emplace(key_of(place));
    if (!is_new) return found->second;
    const std::vector<TokenId> tokens = refused(place);
    if (std::any_of(tokens.begin(), tokens.end(), [&](TokenId token) { return mask->allows(token); })) {
      auto left = std::make_shared<TokenMask>(*mask);
      for (const TokenId token : tokens) left->forbid(token);
      left->find_kind(v_.size());
      mask = std::move(left);
    }
    return found->second = std::move(mask);
  }

  /// Of what is kept: for each mask no more than this.
  std::size_t bytes() const { return known_.size() * (v_.words() * 4 + 128) + open_.size() * 64; }
  void forget() {
    known_.clear();
    open_.clear();
  }

  /// The tokens that may not come, of those that the grammar allows.
  std::vector<TokenId> refused(const DistinctPlace& place) {
    refused_.clear();
    path_.assign(1, {place, place.items.could_repeat(), place.items.is_between()});
    const std::vector<TokenTree::Node>& nodes = v_.tree().nodes();
    for (std::uint32_t at = 0; at < nodes.size();) {
      const TokenTree::Node& node = nodes[at];
      path_.resize(node.depth + 1u, path_.front());
      const Step& before = path_.back();
      if (is_safe(before, node)) {
        at = node.end;
        continue;
      }
      DistinctPlace now = before.place;
      if (!step(now, node.byte)) {
        if (now.id != Configurations::dead) refuse(node.tokens, node.tokens_end);
        at = node.end;
        continue;
      }
      const bool could_repeat = now.items.could_repeat(), is_blank = before.is_blank && is_only_space(before.place, now, node.byte);
      if (could_repeat && !is_blank && node.tokens < node.below && !is_open(now)) refuse(node.tokens, node.below);
      path_.push_back({std::move(now), could_repeat, is_blank});
      ++at;
    }
    return std::move(refused_);
  }

 private:
  struct Step {
    DistinctPlace place;
    bool could_repeat;
    bool is_blank;  ///< white space alone came since, which changed nothing: what was open is open
  };

  /// Whether no token of a subtree can hold an item twice: without a comma in it no further item begins.
  bool is_safe(const Step& before, const TokenTree::Node& node) const {
    if (!c_.live(before.place.id).contains(node.byte)) return true;
    if (before.could_repeat) return false;
    return !node.has_comma || (before.place.items.is_idle() && !node.has_bracket);
  }

  void refuse(std::uint32_t begin, std::uint32_t end) {
    for (std::uint32_t at = begin; at < end; ++at) refused_.push_back(v_.tree().ids()[at]);
  }

  /// Bytes to try, the best first: what ends an item, then digits, then what is no white space and no escape.
  static std::vector<std::uint8_t> way_out(const ByteSet& live) {
    constexpr std::string_view first = "]}\",0123456789";
    std::vector<std::uint8_t> out, other;
    for (const char c : first)
      if (live.contains(static_cast<unsigned char>(c))) out.push_back(static_cast<std::uint8_t>(c));
    for (unsigned byte = 0; byte < 256; ++byte) {
      if (!live.contains(byte) || first.find(static_cast<char>(byte)) != std::string_view::npos) continue;
      (byte <= ' ' || byte == '\\' ? other : out).push_back(static_cast<std::uint8_t>(byte));
    }
    return out.empty() ? other : out;
  }

  struct Key {
    std::uint32_t id;
    std::uint64_t items;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const { return static_cast<std::size_t>(key.items + key.id); }
  };
  static Key key_of(const DistinctPlace& place) { return {place.id, place.items.hash()}; }

  struct Found {
    DistinctPlace place;
    Key key;
    std::size_t from;
  };

  /// Looks for the shortest way, and notes for all places that were met whether there is one. Of different beginnings at one
  /// place of the grammar, all of which go on alike, one more than there are items is enough to look at: it becomes no item
  /// that is there. Twice as many are, as 1.0 and 1.00 are no two.
  bool finds_way(const DistinctPlace& place, const Key& key) {
    constexpr std::size_t most = 20'000;
    const std::size_t enough = 2 * place.items.size() + 2;
    std::unordered_map<std::uint32_t, std::size_t> seen_at;
    std::unordered_set<Key, Hash> seen{key};
    std::deque<Found> work{{place, key, 0}};
    const auto is_open_from = [&](std::size_t at) {
      for (open_[work[at].key] = true; at != 0; open_[work[at].key] = true) at = work[at].from;
      return true;
    };
    std::size_t steps = 0;
    for (std::size_t at = 0; at < work.size(); ++at) {
      const DistinctPlace& from = work[at].place;
      const Configurations::Loop loop = c_.loop(from.id);
      if (from.items.is_in_string() && loop.characters && loop.left > 0 &&
          static_cast<std::size_t>(loop.characters->width()) > from.items.size())
        return is_open_from(at);  // by a character that none of them has here
      for (const std::uint8_t byte : way_out(c_.live(from.id))) {
        if (++steps > most) return open_[key] = false;
        DistinctPlace to = from;
        if (!step(to, byte)) continue;
        if (!to.items.could_repeat() || (byte == ',' && from.items.is_in_number())) return is_open_from(at);
        const Key its = key_of(to);
        const auto known = open_.find(its);
        if (known != open_.end() && known->second) return is_open_from(at);
        if (known == open_.end() && seen.insert(its).second && ++seen_at[to.id] <= enough) work.push_back({std::move(to), its, at});
      }
    }
    for (const Key& one : seen) open_.try_emplace(one, false);
    return false;
  }

  Configurations& c_;
  const Vocabulary& v_;
  std::unordered_map<Key, std::shared_ptr<const TokenMask>, Hash> known_;
  std::unordered_map<Key, bool, Hash> open_;  ///< what is_open found
  std::vector<Step> path_;
  std::vector<TokenId> refused_;
};

}  // namespace tamis::guided
