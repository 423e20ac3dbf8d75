#pragma once

/// \file config_writer.hpp
/// Writes a configuration in the keys of a dialect, or says what they cannot express.

#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include "../core/result.hpp"
#include "config_dialect.hpp"
#include "config_value.hpp"
#include "generation_config.hpp"
#include "generation_fields.hpp"
#include "json_text.hpp"
#include "validate.hpp"

namespace tamis {

namespace detail {

/// An error unless temperature comes before truncation and the penalties count what they usually
/// count, as all but llama.cpp and SGLang have it. `who` is those for whom the configuration is
/// written.
inline Result<void> follows_the_usual_rules(const GenerationConfig& config,
                                            const std::string& who) {
  const bool greedy = resolved(config).do_sample == false;
  const bool penalizes = config.repetition_penalty != 1 || config.frequency_penalty != 0 ||
                         config.presence_penalty != 0;
  if (config.order == PolicyOrder::llama_cpp && !greedy) {
    return Error{"order is llama_cpp, but " + who + " applies the temperature first; set it to hf"};
  }
  if (config.penalty_scope != PenaltyScope::usual && penalizes) {
    return Error{"penalty_scope is " + JsonOf()(config.penalty_scope).get<std::string>() +
                 ", for which " + who + " has no key; set it to usual"};
  }
  if (config.repeat_last_n && penalizes) {
    return Error{"repeat_last_n is " + std::to_string(*config.repeat_last_n) +
                 ", but the penalties of " + who + " look at all tokens; leave it out"};
  }
  return {};
}

}  // namespace detail

/// What `config` says otherwise than `theirs`, their own defaults, in their keys. An error if a
/// value is out of their range, or a parameter that changes something has no key.
///
/// Greedy decoding needs no key for what shapes the distribution without changing its greatest.
inline Result<nlohmann::ordered_json> write_config(const GenerationConfig& config,
                                                   const Dialect& dialect,
                                                   const GenerationConfig& theirs) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (const GenerationField& field : generation_fields) {
    const Spelling* spelling = nullptr;
    for (const Spelling& candidate : dialect.spellings) {
      if (candidate.ours == field.name && !spelling) spelling = &candidate;
    }
    const auto same = [&](auto member) { return config.*member == theirs.*member; };
    if (spelling) {
      if (std::visit(same, field.member)) continue;
      const detail::ValueFault fault_of{std::string(field.name), spelling->range};
      if (const auto fault = visit_member(field, config, fault_of)) {
        return Error{*fault + " in " + std::string(dialect.object)};
      }
      object[std::string(spelling->theirs)] = visit_member(field, config, detail::JsonOf());
      continue;
    }
    const bool greedy = resolved(config).do_sample == false && resolved(config).num_beams == 1;
    const bool idle = greedy && field.group == FieldGroup::distribution;
    if (is_neutral(field, config) || idle || field.name == "strategy" || field.name == "do_sample")
      continue;
    const nlohmann::json value = visit_member(field, config, detail::JsonOf());
    return Error{
        std::string(field.name) + " is " + detail::quoted(value) + ", for which " +
        std::string(dialect.object) + " has no key" +
        (field.neutral ? "; set it to " + detail::number_text(*field.neutral) : "; leave it out")};
  }
  return object;
}

}  // namespace tamis
