#pragma once

#include <cmath>
#include <cstddef>
#include <string>

#include "../core/early_stopping.hpp"
#include "../core/result.hpp"
#include "generation_options.hpp"

namespace tamis {

/// What a beam search is asked for, besides what any generation is. Names and meaning are HF's.
struct BeamOptions {
  int num_beams = 4;             ///< sequences that are continued side by side
  int num_return_sequences = 1;  ///< how many come back, the best first; num_beams at most
  /// A finished sequence scores its log-probability divided by its new tokens, the end token
  /// included, to this power: above 0 favours long texts.
  double length_penalty = 1;
  EarlyStopping early_stopping = EarlyStopping::no;
  /// So many times num_beams sequences are finished before the search is satisfied.
  /// Source: Kasai et al., "A call for clarity in beam search: how it works and when it stops",
  /// 2022; CTranslate2.
  double patience = 1;
  /// The next tokens are drawn, without replacement, from what the beams say together.
  bool do_sample = false;
  int num_beam_groups = 1;  ///< groups that search apart, each pushed away from those before it
  /// What a token loses for each beam of the groups before that has just taken it, in nats.
  /// Source: Vijayakumar et al., "Diverse beam search", 2016.
  double diversity_penalty = 0;

  /// The same from whatever has members of HF's names, such as a GenerationConfig for which
  /// do_sample is decided.
  template <class Config>
  static BeamOptions of(const Config& config) {
    BeamOptions options;
    options.num_beams = config.num_beams;
    options.num_return_sequences = config.num_return_sequences;
    options.length_penalty = config.length_penalty;
    options.early_stopping = config.early_stopping;
    options.do_sample = config.do_sample.value_or(false);
    options.num_beam_groups = config.num_beam_groups;
    options.diversity_penalty = config.diversity_penalty;
    return options;
  }

  /// How many finished sequences a group keeps.
  std::size_t finished_per_group() const {
    const int per_group = num_beams / num_beam_groups;
    return static_cast<std::size_t>(std::lround(per_group * patience));
  }

  /// An error says what contradicts what.
  Result<void> check() const {
    const auto whole = [](int n) { return std::to_string(n); };
    const auto real = [](double x) {
      std::string text = std::to_string(x);
      text.erase(text.find_last_not_of('0') + 1);
      return text.back() == '.' ? text + "0" : text;
    };
    if (num_beams < 1) return Error{"num_beams is " + whole(num_beams) + "; it must be 1 or more"};
    if (num_return_sequences < 1)
      return Error{"num_return_sequences is " + whole(num_return_sequences) +
                   "; it must be 1 or more"};
    if (num_return_sequences > num_beams)
      return Error{"num_return_sequences is " + whole(num_return_sequences) +
                   ", but num_beams is " + whole(num_beams) +
                   "; a beam search returns no more sequences than it has beams"};
    if (!std::isfinite(length_penalty))
      return Error{"length_penalty is " + real(length_penalty) + "; it must be a finite number"};
    if (!(patience > 0) || !(patience <= 1000))
      return Error{"patience is " + real(patience) + "; it must be above 0, and 1000 at most"};
    if (num_beam_groups < 1)
      return Error{"num_beam_groups is " + whole(num_beam_groups) + "; it must be 1 or more"};
    if (num_beams % num_beam_groups != 0)
      return Error{"num_beams is " + whole(num_beams) + " and num_beam_groups is " +
                   whole(num_beam_groups) + "; the beams must divide evenly among the groups"};
    if (!(diversity_penalty >= 0) || !std::isfinite(diversity_penalty))
      return Error{"diversity_penalty is " + real(diversity_penalty) +
                   "; it must be a finite number of 0 or more"};
    if (diversity_penalty > 0 && num_beam_groups == 1)
      return Error{"diversity_penalty is " + real(diversity_penalty) +
                   ", but there is one group of beams; set num_beam_groups to 2 or more"};
    if (diversity_penalty == 0 && num_beam_groups > 1)
      return Error{
          "num_beam_groups is " + whole(num_beam_groups) +
          ", but diversity_penalty is 0.0, so that all groups would find the same; raise it"};
    if (do_sample && num_beam_groups > 1)
      return Error{"do_sample is true and num_beam_groups is " + whole(num_beam_groups) +
                   "; groups of beams search and do not sample, so leave one of them out"};
    if (finished_per_group() * static_cast<std::size_t>(num_beam_groups) <
        static_cast<std::size_t>(num_return_sequences))
      return Error{"patience is " + real(patience) + ", so that " +
                   std::to_string(finished_per_group()) + " of " + whole(num_beams) +
                   " beams are finished at the end, but num_return_sequences is " +
                   whole(num_return_sequences) + "; raise the patience or lower the other"};
    return {};
  }

  /// As above, with what else is asked for.
  Result<void> check(const GenerationOptions& options) const {
    if (options.log_probabilities || options.raw_log_probabilities ||
        options.prompt_log_probabilities || options.kept_tokens)
      return Error{
          "log-probabilities or kept tokens are asked for with a beam search, which returns the "
          "token_scores of each sequence instead; leave them out"};
    if (!options.banned_strings.empty())
      return Error{
          "banned strings are given to a beam search, which cannot take tokens back; ban sequences "
          "of tokens, or generate with one beam"};
    if (options.jump_forward)
      return Error{
          "jump_forward is true with a beam search, which compares texts token by token; set it to "
          "false, or generate with one beam"};
    return check();
  }
};

}  // namespace tamis
