/// \file weights.cpp
/// What a decoding step and a prompt cost for each way to hold a model's weights: all matrices of
/// SmolLM2, multiplied with one row or with 256. The model is $TAMIS_MODEL, or where the set-up
/// installs it.

#include <benchmark/benchmark.h>

#include <Eigen/Core>
#include <cstdlib>
#include <random>
#include <span>
#include <string>
#include <tamis/io/gguf.hpp>
#include <tamis/core/half.hpp>
#include <tamis/models/multiplier.hpp>
#include <tamis/models/packed_matrix.hpp>
#include <vector>

using namespace tamis;

namespace {

const Gguf* model() {
  static const auto gguf = [] {
    const char* path = std::getenv("TAMIS_MODEL");
    const char* home = std::getenv("HOME");
    return Gguf::open(path ? path
                           : std::string(home ? home : "") +
                                 "/.cache/tamis/SmolLM2-135M-Instruct.Q4_1.gguf");
  }();
  return gguf ? &*gguf : nullptr;
}

std::vector<float> numbers(std::size_t count) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::vector<float> row(count);
  for (float& number : row) number = normal(random);
  return row;
}

/// The model's matrices, stored as `type`; or as in the file.
std::vector<PackedMatrix> matrices(std::optional<TensorType> type, WeightMemory& memory) {
  std::vector<PackedMatrix> all;
  for (const GgufTensor& tensor : model()->tensors()) {
    if (tensor.rank != 2) continue;
    const auto rows = static_cast<int>(tensor.rows()), columns = static_cast<int>(tensor.columns());
    if (!type) {
      all.emplace_back(static_cast<TensorType>(tensor.type), rows, columns, tensor.bytes, memory);
      continue;
    }
    WeightMemory own;
    const PackedMatrix stored(static_cast<TensorType>(tensor.type), rows, columns, tensor.bytes,
                              own);
    std::vector<float> floats(static_cast<std::size_t>(rows) * columns);
    for (int row = 0; row < rows; ++row)
      stored.row(row, floats.data() + static_cast<std::size_t>(row) * columns);
    std::vector<std::uint16_t> halves;
    if (*type == TensorType::f16)
      for (const float number : floats) halves.push_back(half_of_float(number));
    all.emplace_back(*type, rows, columns,
                     *type == TensorType::f16 ? std::as_bytes(std::span(halves))
                                              : std::as_bytes(std::span(floats)),
                     memory);
  }
  return all;
}

void report(benchmark::State& state, std::size_t bytes, int rows) {
  state.counters["tokens/s"] = benchmark::Counter(static_cast<double>(state.iterations() * rows),
                                                  benchmark::Counter::kIsRate);
  state.counters["MB"] = static_cast<double>(bytes) / 1e6;
}

/// Every matrix, multiplied with `rows` rows; of a prompt's rows only one meets the vocabulary.
void tamis_products(benchmark::State& state, const Kernels* kernels,
                    std::optional<TensorType> type) {
  if (!model()) return state.SkipWithError("the model is not there");
  const auto rows = static_cast<int>(state.range(0));
  WeightMemory memory;
  const auto all = matrices(type, memory);
  const auto x = numbers(std::size_t{1536} * rows);
  AlignedVector<float> y(std::max<std::size_t>(49152, std::size_t{1536} * rows));
  Multiplier multiplier(*kernels, 1);
  for (auto _ : state)
    for (const PackedMatrix& matrix : all) {
      const bool vocabulary = matrix.rows() > 1536;
      multiplier.take({x.data(), vocabulary ? 1 : rows, matrix.columns(), matrix.columns()});
      multiplier.multiply(matrix, y.data(), padded(matrix.rows()));
    }
  report(state, memory.bytes(), rows);
}

void eigen_products(benchmark::State& state) {
  if (!model()) return state.SkipWithError("the model is not there");
  using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto rows = static_cast<int>(state.range(0));
  std::vector<Matrix> all;
  std::size_t bytes = 0;
  WeightMemory memory;
  for (const PackedMatrix& packed : matrices({}, memory)) {
    Matrix& matrix = all.emplace_back(packed.rows(), packed.columns());
    for (int row = 0; row < packed.rows(); ++row) packed.row(row, matrix.row(row).data());
    bytes += static_cast<std::size_t>(matrix.size()) * sizeof(float);
  }
  const auto x = numbers(std::size_t{1536} * rows);
  Eigen::VectorXf y;
  Matrix batch;
  for (auto _ : state)
    for (const Matrix& matrix : all)
      if (rows == 1 || matrix.rows() > 1536) {
        y.noalias() = matrix * Eigen::Map<const Eigen::VectorXf>(x.data(), matrix.cols());
        benchmark::DoNotOptimize(y.data());
      } else {
        batch.noalias() =
            Eigen::Map<const Matrix>(x.data(), rows, matrix.cols()) * matrix.transpose();
        benchmark::DoNotOptimize(batch.data());
      }
  report(state, bytes, rows);
}

const bool registered = [] {
  const auto add = [](benchmark::internal::Benchmark* benchmark) {
    benchmark->Arg(1)->Arg(256)->ArgName("rows")->Unit(benchmark::kMillisecond);
  };
  for (const Kernels* kernels : usable_kernels()) {
    const std::string name = std::string(kernels->name) + (kernels->multiply_fixed ? "+vnni" : "");
    add(benchmark::RegisterBenchmark(("as_stored/" + name).c_str(), tamis_products, kernels,
                                     std::nullopt));
  }
  add(benchmark::RegisterBenchmark("f16/best", tamis_products, &best_kernels(), TensorType::f16));
  add(benchmark::RegisterBenchmark("f32/best", tamis_products, &best_kernels(), TensorType::f32));
  add(benchmark::RegisterBenchmark("f32/eigen", eigen_products));
  return true;
}();

}  // namespace
