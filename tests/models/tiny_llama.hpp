#pragma once

/// \file tiny_llama.hpp
/// A llama of a few thousand random weights: as a GGUF file, and computed by Eigen in double
/// precision.

#include <Eigen/Core>
#include <cmath>
#include <map>
#include <random>
#include <span>
#include <string>
#include <tamis/core/types.hpp>
#include <vector>

#include "../io/gguf_writer.hpp"
#include "quantize.hpp"

struct TinyLlama {
  tamis::TensorType type = tamis::TensorType::f32;
  int layers = 2, width = 64, feed = 96, heads = 4, kv_heads = 2, head_size = 16, rotated = 16;
  int vocabulary = 50, context = 1024;
  bool tied = true;
  float base = 10000, epsilon = 1e-5f, linear_scale = 1;
  std::vector<float> slower{};  ///< rope_freqs.weight, or none

  std::map<std::string, StoredMatrix> tensors{};

  /// Draws the weights. All else is set before.
  TinyLlama& make(unsigned seed = 1) {
    std::mt19937 random(seed);
    const auto matrix = [&](const std::string& name, int rows, int columns) {
      tensors[name + ".weight"] =
          random_matrix(type, rows, columns, 1 / std::sqrt(static_cast<float>(columns)), random);
    };
    const auto norm = [&](const std::string& name) {
      tensors[name + ".weight"] = random_matrix(tamis::TensorType::f32, 1, width, 1, random);
    };
    matrix("token_embd", vocabulary, width);
    if (!tied) matrix("output", vocabulary, width);
    norm("output_norm");
    for (int i = 0; i < layers; ++i) {
      const std::string block = "blk." + std::to_string(i) + ".";
      norm(block + "attn_norm");
      matrix(block + "attn_q", heads * head_size, width);
      matrix(block + "attn_k", kv_heads * head_size, width);
      matrix(block + "attn_v", kv_heads * head_size, width);
      matrix(block + "attn_output", width, heads * head_size);
      norm(block + "ffn_norm");
      matrix(block + "ffn_gate", feed, width);
      matrix(block + "ffn_up", feed, width);
      matrix(block + "ffn_down", width, feed);
    }
    return *this;
  }

  /// The values of the file, without tensors.
  GgufWriter values() const {
    GgufWriter writer;
    writer.value("general.architecture", "llama");
    const auto count = [&](const std::string& key, int n) {
      writer.value("llama." + key, static_cast<std::uint32_t>(n));
    };
    count("block_count", layers);
    count("embedding_length", width);
    count("feed_forward_length", feed);
    count("attention.head_count", heads);
    count("attention.head_count_kv", kv_heads);
    count("attention.key_length", head_size);
    count("attention.value_length", head_size);
    count("rope.dimension_count", rotated);
    count("context_length", context);
    writer.value("llama.attention.layer_norm_rms_epsilon", epsilon);
    writer.value("llama.rope.freq_base", base);
    if (linear_scale != 1)
      writer.value("llama.rope.scaling.type", "linear")
          .value("llama.rope.scaling.factor", linear_scale);
    return writer;
  }

  /// The whole file.
  Bytes file() const {
    GgufWriter writer = values();
    add_tensors(writer);
    return writer.bytes();
  }

  void add_tensors(GgufWriter& writer) const {
    for (const auto& [name, matrix] : tensors) {
      std::vector<std::uint64_t> extents = {static_cast<std::uint64_t>(matrix.columns)};
      if (matrix.rows > 1) extents.push_back(static_cast<std::uint64_t>(matrix.rows));
      writer.tensor(name, static_cast<std::uint32_t>(matrix.type), extents, matrix.bytes);
    }
    if (!slower.empty()) {
      Bytes bytes;
      for (const float factor : slower) bytes.put(factor);
      writer.tensor("rope_freqs.weight", 0, {slower.size()}, bytes);
    }
  }

  using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  /// The logits after each token, [tokens, vocabulary].
  Rows logits(std::span<const tamis::TokenId> ids) const {
    return hidden_states(ids).back() * tensor(tied ? "token_embd" : "output").transpose();
  }

  /// After the embedding and after each layer, the last behind the output norm: [layers + 1], each
  /// [ids][width].
  std::vector<Rows> hidden_states(std::span<const tamis::TokenId> ids) const {
    const Rows embedding = tensor("token_embd");
    const auto n = static_cast<Eigen::Index>(ids.size());
    Rows stream(n, width);
    for (Eigen::Index t = 0; t < n; ++t) stream.row(t) = embedding.row(ids[t]);
    std::vector<Rows> states{stream};
    for (int i = 0; i < layers; ++i) {
      const std::string block = "blk." + std::to_string(i) + ".";
      const Rows x = normed(stream, block + "attn_norm");
      stream += attention(rotate(x * tensor(block + "attn_q").transpose()),
                          rotate(x * tensor(block + "attn_k").transpose()),
                          x * tensor(block + "attn_v").transpose()) *
                tensor(block + "attn_output").transpose();
      const Rows y = normed(stream, block + "ffn_norm");
      const Rows gate = y * tensor(block + "ffn_gate").transpose(),
                 up = y * tensor(block + "ffn_up").transpose();
      const Rows inner = (gate.array() / (1 + (-gate.array()).exp()) * up.array()).matrix();
      stream += inner * tensor(block + "ffn_down").transpose();
      states.push_back(stream);
    }
    states.back() = normed(stream, "output_norm");
    return states;
  }

 private:
  Rows tensor(const std::string& name) const {
    const StoredMatrix& matrix = tensors.at(name + ".weight");
    return Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
               matrix.numbers.data(), matrix.rows, matrix.columns)
        .cast<double>();
  }

  Rows normed(const Rows& rows, const std::string& name) const {
    const Rows weights = tensor(name);
    Rows to = rows;
    for (Eigen::Index t = 0; t < rows.rows(); ++t)
      to.row(t) = weights.row(0).cwiseProduct(rows.row(t)) /
                  std::sqrt(rows.row(t).squaredNorm() / width + epsilon);
    return to;
  }

  /// Row t is at position t. Each head's adjacent pairs turn, as complex numbers do.
  Rows rotate(Rows rows) const {
    for (Eigen::Index t = 0; t < rows.rows(); ++t)
      for (Eigen::Index first = 0; first < rows.cols(); first += head_size)
        for (int i = 0; i < rotated / 2; ++i) {
          double angle = static_cast<double>(t) * std::pow(base, -2.0 * i / rotated) / linear_scale;
          if (!slower.empty()) angle /= slower[i];
          const double a = rows(t, first + 2 * i), b = rows(t, first + 2 * i + 1);
          rows(t, first + 2 * i) = a * std::cos(angle) - b * std::sin(angle);
          rows(t, first + 2 * i + 1) = a * std::sin(angle) + b * std::cos(angle);
        }
    return rows;
  }

  Rows attention(const Rows& queries, const Rows& keys, const Rows& values) const {
    Rows to(queries.rows(), queries.cols());
    for (int head = 0; head < heads; ++head) {
      const int first = head * head_size, shared = head / (heads / kv_heads) * head_size;
      for (Eigen::Index t = 0; t < queries.rows(); ++t) {
        Eigen::ArrayXd weights = (keys.block(0, shared, t + 1, head_size) *
                                  queries.block(t, first, 1, head_size).transpose())
                                     .array() /
                                 std::sqrt(head_size);
        weights = (weights - weights.maxCoeff()).exp();
        weights /= weights.sum();
        to.block(t, first, 1, head_size) =
            weights.matrix().transpose() * values.block(0, shared, t + 1, head_size);
      }
    }
    return to;
  }
};
