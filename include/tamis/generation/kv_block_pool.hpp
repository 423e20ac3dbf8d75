#pragma once

/// \file kv_block_pool.hpp
/// Memory for keys and values in blocks of one size, which several caches may hold together.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <utility>

#include "../core/aligned_vector.hpp"

namespace tamis {

/// Blocks of floats that are given back when nobody holds them, and taken again. A handle: copies
/// are the same pool, which lives as long as a handle or a block that somebody holds. Any thread
/// may take and give back.
class KvBlockPool {
  // Counted by hand, and the free ones a list: std::shared_ptr and a vector would cost who includes
  // this a tenth of a second.
  struct State;
  struct Node {
    std::atomic<std::size_t> holders{0};
    State* pool = nullptr;
    Node* next = nullptr;  // in the list of free ones
    AlignedVector<float> floats{};
  };
  struct State {
    std::atomic<std::size_t> users{1};  // handles, and blocks that somebody holds
    std::size_t floats = 0;
    std::mutex mutex{};  // of what follows
    std::size_t blocks = 0, free_blocks = 0;
    Node* free = nullptr;
  };

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
    explicit Block(Node* node) : node_(node) {}

    Node* node_ = nullptr;
  };

  /// Nothing yet; blocks of so many floats.
  explicit KvBlockPool(std::size_t floats) : state_(new State) { state_->floats = floats; }
  KvBlockPool(const KvBlockPool& other) : state_(other.state_) { join(*state_); }
  KvBlockPool& operator=(KvBlockPool other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~KvBlockPool() { leave(state_); }

  /// A block that nobody else holds; what is in it is what its last holder left.
  Block take() {
    Node* node = nullptr;
    {
      const std::lock_guard<std::mutex> lock(state_->mutex);
      if (state_->free) {
        node = std::exchange(state_->free, state_->free->next);
        --state_->free_blocks;
      } else {
        ++state_->blocks;
      }
    }
    if (!node) {
      node = new Node;
      node->pool = state_;
      node->floats.resize(state_->floats);
    }
    join(*state_);
    node->holders.store(1, std::memory_order_relaxed);
    return Block(node);
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
    const std::lock_guard<std::mutex> lock(state_->mutex);
    return state_->blocks;
  }
  /// How many of them somebody holds.
  std::size_t held_blocks() const {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    return state_->blocks - state_->free_blocks;
  }
  /// Gives the free blocks back to the system.
  void shrink() {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    forget_free(*state_);
  }

  bool operator==(const KvBlockPool&) const = default;

 private:
  static void give_back(Node* node) {
    State* pool = node->pool;
    {
      const std::lock_guard<std::mutex> lock(pool->mutex);
      node->next = std::exchange(pool->free, node);
      ++pool->free_blocks;
    }
    leave(pool);
  }

  static void join(State& pool) { pool.users.fetch_add(1, std::memory_order_relaxed); }
  static void leave(State* pool) {
    if (pool->users.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
    forget_free(*pool);
    delete pool;
  }

  static void forget_free(State& pool) {
    while (pool.free) delete std::exchange(pool.free, pool.free->next);
    pool.blocks -= std::exchange(pool.free_blocks, 0);
  }

  State* state_;
};

}  // namespace tamis
