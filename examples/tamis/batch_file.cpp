#include "batch_file.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string_view>
#include <tamis/generation/batch.hpp>
#include <tamis/generation/paged_kv_cache.hpp>
#include <tamis/generation/prefix_cache.hpp>
#include <tamis/models/llama.hpp>
#include <utility>
#include <vector>

#include "asked.hpp"
#include "batch_line.hpp"
#include "chat_format.hpp"
#include "command.hpp"
#include "terminal.hpp"
#include "text_json.hpp"
#include "writing.hpp"
#include "writing_parts.hpp"

namespace command {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using tamis::GenerationConfig;
using tamis::TokenId;

using Model = tamis::BasicLlama<tamis::PagedKvCache>;
using Requests = tamis::Batch<Model, ChosenSampler, tamis::Bpe, std::vector<tamis::AnySource>,
                              tamis::PrefixCache&>;

/// What the prompts have in common is remembered in so many bytes.
constexpr std::size_t prefix_bytes = std::size_t{1} << 28;
/// So many sequences are written at a time: each token of theirs then costs the model little more
/// than that of one.
constexpr int at_a_time = 32;

/// A line of the file, while it is answered; its configuration has a seed.
struct Line : BatchLine {
  std::size_t number = 0;
  Prompt asked = {};
  std::optional<Written> made = {};         ///< of one that was answered alone
  std::optional<std::size_t> request = {};  ///< its number in the batch
  std::optional<Error> error = {};
};

std::vector<Line> lines_of(std::string_view text, const BatchFile& asked) {
  std::vector<Line> lines;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    ++number;
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    Line& last = lines.emplace_back();
    last.number = number;
    if (const auto read = last.read(line, asked.base, asked.guide); !read)
      last.error = read.error();
    if (!last.config.seed) last.config.seed = std::random_device{}();
  }
  return lines;
}

/// The file while it is answered.
class Answers {
 public:
  Answers(const BatchFile& asked, std::vector<Line> lines, const Loaded& loaded, Requests& batch,
          int threads)
      : asked_(asked),
        lines_(std::move(lines)),
        loaded_(loaded),
        batch_(batch),
        threads_(threads),
        guides_(loaded.tokenizer),
        progress_(asked.quiet) {
    for (const Line& line : lines_)
      if (!line.error) texts_ += static_cast<std::size_t>(line.config.num_return_sequences);
  }

  Result<void> write() {
    const auto begin = std::chrono::steady_clock::now();
    do {
      add_some();
      write_finished();
      show_progress();
    } while (batch_.step([this](const tamis::GenerationEvent& event) {
      ++new_tokens_;
      if (event.finish) ++finished_;
    }) || next_ < lines_.size());
    write_finished();
    progress_.clear();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    if (!asked_.quiet)
      std::fprintf(stderr,
                   "[%zu requests answered, %zu not; %zu new tokens in %.2f s, %.1f tokens/s]\n",
                   written_ - failed_.size(), failed_.size(), new_tokens_, seconds.count(),
                   static_cast<double>(new_tokens_) / std::max(seconds.count(), 1e-9));
    if (failed_.empty()) return {};
    std::string numbers;
    for (std::size_t i = 0; i < failed_.size() && i < 10; ++i)
      numbers += (i > 0 ? ", " : "") + std::to_string(failed_[i]);
    return Error{std::to_string(failed_.size()) + " of " + std::to_string(lines_.size()) +
                 " requests of '" + asked_.file + "' could not be answered: line" +
                 (failed_.size() > 1 ? "s " : " ") + numbers +
                 (failed_.size() > 10 ? ", ..." : "")};
  }

 private:
  /// Hands over as many requests as there is room for, so that the time of a request begins when it
  /// can.
  void add_some() {
    while (next_ < lines_.size() && batch_.waiting() + batch_.running() < std::size_t{at_a_time}) {
      Line& line = lines_[next_++];
      if (line.error) continue;
      if (const auto added = add(line); !added) {
        line.error = added.error();
        texts_ -= static_cast<std::size_t>(line.config.num_return_sequences);
      }
    }
  }

  Result<void> add(Line& line) {
    std::string text = std::move(line.prompt);
    if (!line.messages.empty()) {
      const auto format = chat_template_of(loaded_);
      if (!format) return format.error();
      text = format->apply(line.messages);
    }
    auto prompt = prompt_of(loaded_, text, line.config.token_healing);
    if (!prompt) return prompt.error();
    line.asked = *std::move(prompt);
    const Request request{.prompt = line.asked,
                          .config = line.config,
                          .wants_logprobs = true,
                          .cache = asked_.cache,
                          .guide = line.guide,
                          .guides = &guides_,
                          .drafts = asked_.drafts,
                          .threads = threads_};
    if (is_alone(line.config)) return answer(request, line);
    auto asked = asked_of(loaded_, request);
    if (!asked) return asked.error();
    const auto added =
        batch_.add({line.asked.ids, std::move(asked->sampler), std::move(asked->options),
                    std::move(asked->sources), line.config.num_return_sequences});
    if (!added) return added.error();
    line.request = *added;
    return {};
  }

  /// Whether a request cannot be read together with others.
  bool is_alone(const GenerationConfig& config) const {
    const auto kind = asked_.cache.kind();
    return asked_.drafts || config.num_beams > 1 || config.guidance_scale != 1 ||
           config.penalty_alpha > 0 || !config.dola_layers.empty() ||
           (kind != tamis::KvCacheKind::contiguous && kind != tamis::KvCacheKind::paged);
  }

  Result<void> answer(const Request& request, Line& line) {
    const Audience silent{[](std::string_view) {}, [](std::size_t, std::size_t) {},
                          [&](const std::string& what) {
                            progress_.show("line " + std::to_string(line.number) + ": " + what);
                          }};
    auto written = write_texts(loaded_, request, silent);
    if (!written) return written.error();
    finished_ += written->texts.size();
    for (const tamis::Generation& each : written->texts) new_tokens_ += each.tokens.size();
    line.made = *std::move(written);
    return {};
  }

  /// Writes the results that are there, as far as none before them is missing.
  void write_finished() {
    for (; written_ < next_; ++written_) {
      Line& line = lines_[written_];
      std::optional<std::vector<tamis::Generation>> made;
      if (!line.error) {
        made = line.made ? std::move(line.made->texts) : batch_.take(*line.request);
        if (!made) return;
        for (tamis::Generation& each : *made) {
          if (each.error) line.error = each.error;
          if (line.request) each.text.erase(0, line.asked.healed.size());
        }
      }
      ordered_json object = {{"line", line.number}};
      if (!line.id.is_null()) object["id"] = line.id;
      if (line.error) {
        object["error"] = line.error->message;
        failed_.push_back(line.number);
        progress_.clear();
        std::fprintf(stderr, "tamis: %s:%zu: %s\n", asked_.file.c_str(), line.number,
                     line.error->message.c_str());
      } else {
        object["prompt_ids"] = line.asked.ids;
        object["sequences"] = ordered_json::array();
        int new_tokens = 0;
        for (std::size_t i = 0; i < made->size(); ++i) {
          object["sequences"].push_back(json_of((*made)[i]));
          if (line.made && !line.made->scores.empty())
            object["sequences"].back()["score"] = line.made->scores[i];
          new_tokens += (*made)[i].statistics.new_tokens;
        }
        object["stats"] = {{"prompt_tokens", line.asked.ids.size()},
                           {"cached_tokens", made->front().statistics.cached_tokens},
                           {"new_tokens", new_tokens},
                           {"seed", *line.config.seed}};
      }
      std::cout << object.dump(-1, ' ', false, json::error_handler_t::replace) << '\n'
                << std::flush;
      line = {};
    }
  }

  void show_progress() {
    constexpr std::size_t width = 30;
    const std::size_t done = finished_ * width / std::max<std::size_t>(1, texts_);
    progress_.show("[" + std::string(done, '#') + std::string(width - done, '.') + "] " +
                   std::to_string(finished_) + " of " + std::to_string(texts_) + " texts, " +
                   std::to_string(batch_.running()) + " at a time, " + std::to_string(new_tokens_) +
                   " new tokens");
  }

  const BatchFile& asked_;
  std::vector<Line> lines_;
  const Loaded& loaded_;
  Requests& batch_;
  int threads_;
  Guides guides_;
  Progress progress_;
  std::size_t next_ = 0;      ///< the first line that is not in the batch
  std::size_t written_ = 0;   ///< the first line that is not written
  std::size_t texts_ = 0;     ///< so many are asked for, and
  std::size_t finished_ = 0;  ///< so many are there
  std::size_t new_tokens_ = 0;
  std::vector<std::size_t> failed_;  ///< numbers of lines
};

}  // namespace

Result<void> answer_file(const BatchFile& asked, const ModelOptions& options) {
  const auto text = read_text(asked.file);
  if (!text) return text.error();
  std::vector<Line> lines = lines_of(*text, asked);
  Progress progress(asked.quiet);
  progress.show("loading the model");
  auto loaded = load(options);
  if (!loaded) return loaded.error();
  progress.clear();
  auto model = loaded->model().with_cache<tamis::PagedKvCache>(options.threads);
  tamis::PrefixCache prefixes(model.start(), prefix_bytes);
  auto batch = Requests::of(model, loaded->tokenizer, {.max_running = at_a_time}, prefixes);
  if (!batch) return batch.error();
  return Answers(asked, std::move(lines), *loaded, *batch, options.threads).write();
}

}  // namespace command
