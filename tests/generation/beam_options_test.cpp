#include <optional>
#include <string>
#include <tamis/generation/beam_options.hpp>

#include "catch.hpp"

using namespace tamis;

static std::string refused(const BeamOptions& options) {
  const auto checked = options.check();
  return checked ? "" : checked.error().message;
}

TEST_CASE("Beam options that contradict each other are refused with one sentence") {
  CHECK(refused({}) == "");
  CHECK(refused({.num_beams = 1}) == "");
  CHECK(refused({.num_beams = 0}) == "num_beams is 0; it must be 1 or more");
  CHECK(
      refused({.num_beams = 4, .num_return_sequences = 5}) ==
      "num_return_sequences is 5, but num_beams is 4; a beam search returns no more sequences than "
      "it has beams");
  CHECK(refused({.num_return_sequences = 0}) == "num_return_sequences is 0; it must be 1 or more");
  CHECK(refused({.num_beams = 4, .num_beam_groups = 3, .diversity_penalty = 1}) ==
        "num_beams is 4 and num_beam_groups is 3; the beams must divide evenly among the groups");
  CHECK(refused({.num_beam_groups = 0}) == "num_beam_groups is 0; it must be 1 or more");
  CHECK(refused({.diversity_penalty = 0.5}) ==
        "diversity_penalty is 0.5, but there is one group of beams; set num_beam_groups to 2 or "
        "more");
  CHECK(
      refused({.num_beams = 4, .num_beam_groups = 2}) ==
      "num_beam_groups is 2, but diversity_penalty is 0.0, so that all groups would find the same; "
      "raise it");
  CHECK(refused({.diversity_penalty = -1}) ==
        "diversity_penalty is -1.0; it must be a finite number of 0 or more");
  CHECK(refused({.do_sample = true, .num_beam_groups = 2, .diversity_penalty = 1}) ==
        "do_sample is true and num_beam_groups is 2; groups of beams search and do not sample, so "
        "leave one of them out");
  CHECK(refused({.patience = 0}) == "patience is 0.0; it must be above 0, and 1000 at most");
  CHECK(
      refused({.num_beams = 4, .num_return_sequences = 3, .patience = 0.5}) ==
      "patience is 0.5, so that 2 of 4 beams are finished at the end, but num_return_sequences is "
      "3; raise the patience or lower the other");
  CHECK(refused({.length_penalty = 1 / 0.0}) ==
        "length_penalty is inf; it must be a finite number");
}

TEST_CASE("Beam options are read from members of HF's names") {
  struct {
    int num_beams = 6, num_return_sequences = 2;
    double length_penalty = 0.5;
    EarlyStopping early_stopping = EarlyStopping::never;
    std::optional<bool> do_sample = false;
    int num_beam_groups = 3;
    double diversity_penalty = 0.25;
  } config;
  const auto options = BeamOptions::of(config);
  CHECK(options.check());
  CHECK(options.num_beams == 6);
  CHECK(options.num_return_sequences == 2);
  CHECK(options.length_penalty == 0.5);
  CHECK(options.early_stopping == EarlyStopping::never);
  CHECK_FALSE(options.do_sample);
  CHECK(options.num_beam_groups == 3);
  CHECK(options.diversity_penalty == 0.25);
  CHECK(options.finished_per_group() == 2);
}

TEST_CASE("What a beam search does not offer is refused by name") {
  const auto refused = [](const GenerationOptions& options) {
    const auto checked = BeamOptions{}.check(options);
    return checked ? "" : checked.error().message;
  };
  CHECK(refused({}) == "");
  CHECK(
      refused({.banned_strings = {"a"}}) ==
      "banned strings are given to a beam search, which cannot take tokens back; ban sequences of "
      "tokens, or generate with one beam");
  for (const GenerationOptions& options :
       {GenerationOptions{.log_probabilities = true}, GenerationOptions{.kept_tokens = true},
        GenerationOptions{.raw_log_probabilities = true},
        GenerationOptions{.prompt_log_probabilities = true}})
    CHECK(refused(options) ==
          "log-probabilities or kept tokens are asked for with a beam search, which returns the "
          "token_scores of each sequence instead; leave them out");
}
