#pragma once

/// \file batch_file.hpp
/// A file of requests, a line each, answered together.

#include <string>
#include <tamis/core/result.hpp>
#include <tamis/io/generation_config.hpp>

#include "cache_options.hpp"
#include "draft_options.hpp"
#include "guide_options.hpp"
#include "model.hpp"

namespace command {

/// A file, and what the command line says of all its requests.
struct BatchFile {
  std::string file;
  tamis::GenerationConfig base;
  GuideText guide;
  CacheOptions cache;
  const DraftOptions* drafts;  ///< checked; null: no drafts
  bool quiet;
};

/// The requests of its file, or of standard input if it is "-", as JSON objects, a line each:
///
///   "prompt"    a text to go on from; or
///   "messages"  a conversation to answer, a list of {"role", "content"}
///   "id"        anything; it comes back with the result
///
/// and any key of a configuration, on top of that of the command line; and one of json_schema,
/// json_value, regex, grammar and choice, which say what the text must be. What searches by beams,
/// contrasts or is guided by a second prompt is answered one by one; so is all with drafts or with
/// a cache that is not exact. Writes the results to standard output, a line each, in order:
/// {"line", "id", "prompt_ids", "sequences", "stats"}, or {"line", "id", "error"} for a line that
/// cannot be answered, of which standard error tells as well. An error if the file cannot be read,
/// or at the end if there was such a line.
tamis::Result<void> answer_file(const BatchFile& asked, const ModelOptions& model);

}  // namespace command
