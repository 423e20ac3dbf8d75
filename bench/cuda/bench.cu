/// \file bench.cu
/// tamis-bench-cuda: from raw logits to tokens, beside what no kernel can go below and beside FlashInfer, in one run.
///
///     tamis-bench-cuda > measurements.json
///
/// Each figure is the median of replays of a CUDA graph, in microseconds: "warm" with the logits in the L2 cache as far as
/// they fit, launches back to back; "cold" a single launch after the cache has been overwritten.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <tamis/backends/cuda.cuh>
#include <tamis/policies/greedy.hpp>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/policies/top_p.hpp>
#include <tamis/sampler.hpp>
#include <vector>

#include "peers.hpp"

using namespace tamis;

namespace {

void check(cudaError_t code, const char* what) {
  if (code != cudaSuccess) std::fprintf(stderr, "%s: %s\n", what, cudaGetErrorString(code)), std::exit(1);
}

template <class T>
T* on_device(const std::vector<T>& from) {
  T* to = nullptr;
  check(cudaMalloc(&to, sizeof(T) * from.size()), "cudaMalloc");
  check(cudaMemcpy(to, from.data(), sizeof(T) * from.size(), cudaMemcpyHostToDevice), "copying to the device");
  return to;
}

__global__ void do_nothing() {}

/// Reads everything and keeps nothing: the floor of whoever must read the logits.
__global__ void read_all(const uint4* from, std::size_t count, unsigned* to) {
  unsigned all = 0;
  for (std::size_t i = blockIdx.x * std::size_t{blockDim.x} + threadIdx.x; i < count; i += std::size_t{gridDim.x} * blockDim.x) {
    const uint4 x = from[i];
    all ^= x.x ^ x.y ^ x.z ^ x.w;
  }
  if (all == 0x12345678u) *to = all;
}

class Clock {
 public:
  Clock() {
    check(cudaStreamCreate(&stream_), "a stream");
    check(cudaMalloc(&flushed_, flush_bytes), "memory to overwrite the cache with");
    check(cudaEventCreate(&begin_), "an event"), check(cudaEventCreate(&end_), "an event");
  }

  /// Warm and cold, in microseconds.
  struct Times {
    float warm, cold;
  };
  Times of(const std::function<void(cudaStream_t)>& launch) {
    constexpr int in_a_row = 20;
    launch(stream_);  // what is set up once is set up
    check(cudaStreamSynchronize(stream_), "a launch");
    const cudaGraphExec_t many = graph_of(launch, in_a_row), one = graph_of(launch, 1);
    std::vector<float> warm, cold;
    for (int i = 0; i < 5; ++i) check(cudaGraphLaunch(many, stream_), "a replay");
    for (int i = 0; i < 30; ++i) warm.push_back(replay(many) / in_a_row);
    for (int i = 0; i < 100; ++i) {
      check(cudaMemsetAsync(flushed_, i, flush_bytes, stream_), "overwriting the cache");
      cold.push_back(replay(one));
    }
    cudaGraphExecDestroy(many), cudaGraphExecDestroy(one);
    return {median(warm), median(cold)};
  }

 private:
  static constexpr std::size_t flush_bytes = std::size_t{256} << 20;

  cudaGraphExec_t graph_of(const std::function<void(cudaStream_t)>& launch, int times) {
    cudaGraph_t graph;
    cudaGraphExec_t executable;
    check(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal), "capturing");
    for (int i = 0; i < times; ++i) launch(stream_);
    check(cudaStreamEndCapture(stream_, &graph), "capturing");
    check(cudaGraphInstantiate(&executable, graph, 0), "a graph");
    cudaGraphDestroy(graph);
    return executable;
  }
  float replay(cudaGraphExec_t graph) {
    float milliseconds = 0;
    check(cudaEventRecord(begin_, stream_), "an event");
    check(cudaGraphLaunch(graph, stream_), "a replay");
    check(cudaEventRecord(end_, stream_), "an event");
    check(cudaEventSynchronize(end_), "a replay");
    check(cudaEventElapsedTime(&milliseconds, begin_, end_), "the time of a replay");
    return 1000 * milliseconds;
  }
  static float median(std::vector<float> x) {
    std::sort(x.begin(), x.end());
    return x[x.size() / 2];
  }

  cudaStream_t stream_;
  cudaEvent_t begin_, end_;
  void* flushed_;
};

Clock* timer;
bool first = true;

void print(const std::string& what, int rows, int vocab_size, const char* precision, cuda::Spread spread, Clock::Times times) {
  std::printf("%s\n    {\"what\": \"%s\", \"rows\": %d, \"vocab_size\": %d, \"precision\": \"%s\", \"blocks\": %d, \"threads\": %d, "
              "\"warm_us\": %.2f, \"cold_us\": %.2f}",
              first ? "" : ",", what.c_str(), rows, vocab_size, precision, spread.blocks, spread.threads, times.warm, times.cold);
  first = false;
  std::fflush(stdout);
}

/// Rows of logits as models make them: normal, of standard deviation 3, with a hundred tokens before.
template <class T>
struct Rows {
  cuda::Batch<T> batch;
  cuda::Drawn drawn;

  Rows(int rows, int vocab_size) {
    std::vector<T> logits(static_cast<std::size_t>(rows) * static_cast<std::size_t>(vocab_size));
    for (std::size_t i = 0; i < logits.size(); ++i) {
      const Philox4 x = philox(1, 0, i);
      const float u = (static_cast<float>(x.word[0] >> 8) + 0.5f) * 0x1p-24f, v = static_cast<float>(x.word[1]) * 0x1p-32f;
      const float z = 3.0f * std::sqrt(-2.0f * std::log(u)) * std::cos(6.2831853f * v);
      if constexpr (std::is_same_v<T, float>) logits[i] = z;
      else logits[i] = T{static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(z) >> 16)};
    }
    constexpr std::uint32_t capacity = 128, before = 100;
    std::vector<Occurrence> few;
    for (int r = 0; r < rows; ++r)
      for (std::uint32_t i = 0; i < capacity; ++i)
        few.push_back({static_cast<TokenId>(i * static_cast<std::uint32_t>(vocab_size) / capacity + 7), 1, 0, 0, {}});
    std::vector<std::uint64_t> seeds;
    for (int r = 0; r < rows; ++r) seeds.push_back(static_cast<std::uint64_t>(r));
    const auto count = static_cast<std::size_t>(rows);
    batch.logits = on_device(logits), batch.rows = rows, batch.vocab_size = vocab_size;
    batch.seeds = on_device(seeds), batch.positions = on_device(seeds), batch.advances = true;
    batch.histories = {on_device(few), on_device(std::vector<std::uint32_t>(count, before)), capacity, false};
    drawn = {on_device(std::vector<TokenId>(count)), on_device(std::vector<float>(count)), nullptr, on_device(std::vector<std::uint8_t>(count))};
  }
  Rows(const Rows&) = delete;
  ~Rows() {
    for (const void* p : std::initializer_list<const void*>{batch.logits, batch.seeds, batch.positions, batch.histories.few,
                                                            batch.histories.sizes, drawn.tokens, drawn.log_probabilities, drawn.faults})
      cudaFree(const_cast<void*>(p));
  }
};

template <class S, class T>
void time_chain(const char* name, const S& sampler, const Rows<T>& rows, const char* precision, bool everywhere) {
  S* const one = on_device(std::vector<S>{sampler});
  std::vector<cuda::Spread> spreads{{}};
  if (everywhere) spreads = {{}, {1, 256}, {1, 512}, {2, 512}, {4, 256}, {4, 512}, {8, 256}, {8, 512}};
  for (const cuda::Spread spread : spreads) {
    const auto launch = [&](cudaStream_t stream) {
      const auto launched = cuda::sample_alike(one, rows.batch, rows.drawn, stream, spread);
      if (!launched) std::fprintf(stderr, "%s\n", launched.error().message.c_str()), std::exit(1);
    };
    print(name, rows.batch.rows, rows.batch.vocab_size, precision, spread, timer->of(launch));
  }
  cudaFree(one);
}

template <class T>
void time_precision(int count, int vocab_size, const char* precision) {
  const Rows<T> rows(count, vocab_size);
  const std::size_t bytes = sizeof(T) * static_cast<std::size_t>(count) * static_cast<std::size_t>(vocab_size);
  unsigned* const word = on_device(std::vector<unsigned>(1));
  void* copy = nullptr;
  check(cudaMalloc(&copy, bytes), "cudaMalloc");
  const auto floor = [&](cudaStream_t s) { read_all<<<1056, 512, 0, s>>>(reinterpret_cast<const uint4*>(rows.batch.logits), bytes / 16, word); };
  print("read floor", count, vocab_size, precision, {}, timer->of(floor));
  print("copy", count, vocab_size, precision, {}, timer->of([&](cudaStream_t s) { cudaMemcpyAsync(copy, rows.batch.logits, bytes, cudaMemcpyDeviceToDevice, s); }));
  const RepetitionPenalty penalty{1.1f};
  time_chain("penalty, temperature, top-k 50, top-p 0.95", Sampler<RepetitionPenalty, Temperature, TopK, TopP>(penalty, Temperature{0.8f}, TopK{50}, TopP{0.95f}),
             rows, precision, true);
  time_chain("temperature, top-p 0.95", Sampler<Temperature, TopP>(Temperature{0.8f}, TopP{0.95f}), rows, precision, false);
  time_chain("temperature", Sampler<Temperature>(Temperature{0.8f}), rows, precision, false);
  time_chain("greedy", Sampler<Greedy>(Greedy{}), rows, precision, false);
  if constexpr (std::is_same_v<T, float>) {
    peers::Place place;
    place.logits = const_cast<float*>(rows.batch.logits), place.rows = count, place.vocab_size = vocab_size;
    if (peers::prepare(place)) {
      if (peers::default_path) print("FlashInfer: softmax, top_k_top_p_sampling_from_probs", count, vocab_size, precision, {}, timer->of([&](cudaStream_t s) { peers::default_path(place, s); }));
      if (peers::cluster_path && vocab_size <= 131072) print("FlashInfer: softmax, cake c8_e32", count, vocab_size, precision, {}, timer->of([&](cudaStream_t s) { peers::cluster_path(place, s); }));
      peers::release(place);
    }
  }
  cudaFree(word), cudaFree(copy);
}

}  // namespace

int main() {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
    std::fprintf(stderr, "skipped: there is no GPU that CUDA can use\n");
    return 77;
  }
  cudaDeviceProp properties;
  check(cudaGetDeviceProperties(&properties, 0), "the device");
  Clock clock;
  timer = &clock;
  std::printf("{\n  \"device\": \"%s\",\n  \"command\": \"bench/cuda/run.sh\",\n  \"unit\": \"microseconds, median of graph replays\",\n  \"measurements\": [", properties.name);
  print("a kernel that does nothing", 0, 0, "", {}, clock.of([](cudaStream_t s) { do_nothing<<<1, 32, 0, s>>>(); }));
  for (const int vocab_size : {128256, 32000, 151936, 262144}) {
    for (const int rows : {1, 8, 64, 256}) {
      time_precision<float>(rows, vocab_size, "float32");
      time_precision<BFloat16>(rows, vocab_size, "bfloat16");
    }
  }
  std::printf("\n  ]\n}\n");
}
