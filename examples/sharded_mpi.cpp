/// \file sharded_mpi.cpp
/// Several processes, each with a part of the vocabulary, write one text.

#include <cstdio>
#include <tamis/generation.hpp>
#include <tamis/models/llama.hpp>
#include <tamis/sharded/draw.hpp>
#include <tamis/sharded/mpi_communicator.hpp>
#include <tamis/tamis.hpp>
#include <tamis/tokenizers/bpe_from_gguf.hpp>

namespace {

int fail(const tamis::Error& error) {
  std::fprintf(stderr, "sharded_mpi: %s\n", error.message.c_str());
  return MPI_Abort(MPI_COMM_WORLD, 1);  // the others need not wait
}

int write(const char* path, const char* prompt) {
  const auto file = tamis::Gguf::open(path);
  if (!file) return fail(file.error());
  auto model = tamis::Llama::load(*file);
  if (!model) return fail(model.error());
  const auto tokenizer = tamis::bpe_from_gguf(*file);
  if (!tokenizer) return fail(tokenizer.error());
  // quote: sharded
  auto world = tamis::sharded::MpiCommunicator::of(MPI_COMM_WORLD);
  if (!world) return fail(world.error());
  using Shard = tamis::sharded::Shard<tamis::sharded::MpiCommunicator>;
  auto shard = Shard::even(*world, model->vocab_size());
  if (!shard) return fail(shard.error());

  const tamis::Sampler sampler{tamis::Temperature{0.8f}, tamis::TopK{50}, tamis::TopP{0.95f}};
  tamis::Sequence sequence(tokenizer->encode(prompt), 7);
  auto cache = model->start();
  std::span<const float> logits = model->forward(cache, sequence.tokens());
  for (int step = 0; step < 40; ++step) {
    // A model in parts has no other logits than these; this one has all, and shows a part of them.
    const auto mine = logits.subspan(std::size_t(shard->first()), std::size_t(shard->count()));
    const auto next = draw(*shard, sampler, mine, sequence.stream(), sequence.facts());
    if (!next) return fail(next.error());
    if (next->token < 0) return fail({sentence_of(next->fault)});
    sequence.append(next->token);
    logits = model->forward(cache, std::span(&next->token, 1));
  }
  // quote end
  if (shard->rank() == 0) std::puts(tokenizer->decode(sequence.tokens()).value_or("").c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 1) return std::puts("usage: mpirun -np 2 sharded_mpi MODEL.gguf PROMPT"), 0;
  MPI_Init(&argc, &argv);
  const int status = argc == 3 ? write(argv[1], argv[2]) : fail({"it takes a model and a prompt"});
  return MPI_Finalize(), status;
}
