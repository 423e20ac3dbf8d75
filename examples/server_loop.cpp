/// \file server_loop.cpp
/// The heart of a server: requests come while others are being answered, and every step gives each
/// of them a token.
///
/// A line on standard input is a request, its temperature before its text: `0.8 Once upon a time`.
/// A line of what is written is a piece of an answer, with the number of its request before it.

#include <atomic>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <string>
#include <tamis/generation.hpp>
#include <tamis/models/llama.hpp>
#include <tamis/tamis.hpp>
#include <tamis/tokenizers/bpe_from_gguf.hpp>
#include <thread>
#include <utility>
#include <vector>

namespace {

// quote: sampler
/// One type for all requests; what a request does not want is neutral in its sampler.
using Sampler = tamis::Sampler<tamis::RepetitionPenalty, tamis::Temperature, tamis::TopP>;
// quote end

// quote: inbox
/// What came and was not yet taken. Any thread may put; the thread of the loop takes.
class Inbox {
 public:
  struct Request {
    float temperature;
    std::string text;
  };

  void put(Request request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(std::move(request));
  }
  std::vector<Request> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(requests_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<Request> requests_;
};
// quote end

int fail(const tamis::Error& error) {
  std::fprintf(stderr, "server_loop: %s\n", error.message.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::puts("usage: server_loop MODEL.gguf"), argc == 1 ? 0 : 1;
  const auto file = tamis::Gguf::open(argv[1]);
  if (!file) return fail(file.error());
  const auto llama = tamis::Llama::load(*file);
  if (!llama) return fail(llama.error());
  const auto tokenizer = tamis::bpe_from_gguf(*file);
  if (!tokenizer) return fail(tokenizer.error());
  auto model = llama->with_cache<tamis::PagedKvCache>();
  auto batch =
      tamis::Batch<decltype(model), Sampler, tamis::Bpe>::of(model, *tokenizer, {.max_running = 8});
  if (!batch) return fail(batch.error());

  Inbox inbox;
  std::atomic<bool> open = true;
  std::thread reader([&] {
    for (float temperature; std::cin >> temperature;) {
      std::string text;
      std::getline(std::cin >> std::ws, text);
      inbox.put({temperature, text});
    }
    open = false;
  });

  // quote: loop
  const auto answer = [](const tamis::GenerationEvent& event) {
    std::printf("%zu:%s%s\n", event.request, std::string(event.text).c_str(),
                event.finish ? " [end]" : "");
    std::fflush(stdout);
    return true;  // false, or batch.cancel(request), when whoever asked has gone
  };
  for (bool busy = true; busy || open;) {
    const bool was_open = open;  // before the inbox is emptied, so that nothing is left in it
    for (const Inbox::Request& request : inbox.take()) {
      tamis::GenerationOptions options;
      options.max_new_tokens = 24;
      options.end_tokens = tokenizer->special().ends;
      options.seed = 1;
      const auto number =
          batch->add({.prompt = tokenizer->encode(request.text),
                      .sampler = {tamis::RepetitionPenalty{1.1f},
                                  tamis::Temperature{request.temperature}, tamis::TopP{0.95f}},
                      .options = options});
      if (!number) fail(number.error());  // what is wrong with this request; the others go on
    }
    busy = batch->step(answer);  // a token for each of those that are running
    if (!busy && was_open) {
      busy = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  // quote end
  reader.join();
}
