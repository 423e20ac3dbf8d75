#pragma once

/// \file kv_block_pool.hpp
/// Memory for keys and values in blocks of one size, which several caches may hold together.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "../core/aligned_vector.hpp"

namespace tamis {

/// Blocks of floats that are given back when nobody holds them, and taken again. A handle: copies
/// are the same pool. Any thread may take and give back.
class KvBlockPool {
  struct State;

 public:
  /// A block and a share in it; a copy shares too. Empty, if made from nothing or moved from.
  class Block {
   public:
    Block() = default;
    Block(const Block& other) : node_(other.node_) {
      if (node_) node_->holders.fetch_add(1, std::memory_order_relaxed);
    }
    Block(Block&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
    Block& operator=(Block other) noexcept {
      std::swap(node_, other.node_);
      return *this;
    }
    ~Block() {
      if (node_ && node_->holders.fetch_sub(1, std::memory_order_acq_rel) == 1) give_back(node_);
    }

    /// [floats]
    float* data() { return node_->floats.data(); }
    const float* data() const { return node_->floats.data(); }
    /// Is there no other holder? Then what is written nobody else sees.
    bool is_own() const { return node_->holders.load(std::memory_order_acquire) == 1; }
    bool operator==(const Block&) const = default;

   private:
    friend class KvBlockPool;
    struct Node {
      std::atomic<int> holders{0};
      AlignedVector<float> floats{};
      std::shared_ptr<State> pool{};  // while somebody holds it
    };

    explicit Block(Node* node) : node_(node) {}

    static void give_back(Node* node) {
      const std::shared_ptr<State> pool = std::move(node->pool);
      const std::lock_guard lock(pool->mutex);
      pool->free.emplace_back(node);
    }

    Node* node_ = nullptr;
  };

  /// Nothing yet; blocks of so many floats.
  explicit KvBlockPool(std::size_t floats) : state_(std::make_shared<State>(floats)) {}

  /// A block that nobody else holds; what is in it is what its last holder left.
  Block take() {
    std::unique_ptr<Block::Node> node;
    {
      const std::lock_guard lock(state_->mutex);
      if (!state_->free.empty()) {
        node = std::move(state_->free.back());
        state_->free.pop_back();
      } else {
        ++state_->blocks;
      }
    }
    if (!node) {
      node = std::make_unique<Block::Node>();
      node->floats.resize(state_->floats);
    }
    node->holders.store(1, std::memory_order_relaxed);
    node->pool = state_;
    return Block(node.release());
  }

  /// Replaces a block that others hold too by a copy of it.
  void make_own(Block& block) {
    if (block.is_own()) return;
    Block own = take();
    std::copy_n(std::as_const(block).data(), state_->floats, own.data());
    block = std::move(own);
  }

  /// The size of a block in bytes.
  std::size_t block_bytes() const { return state_->floats * sizeof(float); }
  /// How many blocks there are, held and free.
  std::size_t blocks() const {
    const std::lock_guard lock(state_->mutex);
    return state_->blocks;
  }
  /// How many of them somebody holds.
  std::size_t held_blocks() const {
    const std::lock_guard lock(state_->mutex);
    return state_->blocks - state_->free.size();
  }
  /// Gives the free blocks back to the system.
  void shrink() {
    const std::lock_guard lock(state_->mutex);
    state_->blocks -= state_->free.size();
    state_->free.clear();
  }

  bool operator==(const KvBlockPool&) const = default;

 private:
  struct State {
    explicit State(std::size_t each) : floats(each) {}
    const std::size_t floats;
    std::mutex mutex;
    std::size_t blocks = 0;
    std::vector<std::unique_ptr<Block::Node>> free;
  };

  std::shared_ptr<State> state_;
};

}  // namespace tamis
