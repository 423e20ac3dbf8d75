#pragma once

/// \file batch_file.hpp
/// A file of requests, a line each, answered together.

#include <string>
#include <tamis/core/result.hpp>
#include <tamis/io/generation_config.hpp>

#include "model.hpp"

namespace command {

/// The requests of `file`, or of standard input if it is "-", as JSON objects, a line each:
///
///   "prompt"    a text to go on from; or
///   "messages"  a conversation to answer, a list of {"role", "content"}
///   "id"        anything; it comes back with the result
///
/// and any key of a configuration, on top of `base`. Writes the results to standard output, a line
/// each, in order: {"line", "id", "prompt_ids", "sequences", "stats"}, or {"line", "id", "error"}
/// for a line that cannot be answered, of which standard error tells as well. An error if the file
/// cannot be read, or at the end if there was such a line.
tamis::Result<void> answer_file(const std::string& file, const ModelOptions& model,
                                const tamis::GenerationConfig& base, bool quiet);

}  // namespace command
