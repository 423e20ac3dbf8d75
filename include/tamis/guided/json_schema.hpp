#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "grammar.hpp"
#include "json_document.hpp"
#include "json_schema_options.hpp"
#include "schema_document.hpp"
#include "schema_expansion.hpp"
#include "schema_writer.hpp"

namespace tamis::guided {

/// Writes the values that a JSON schema allows into a grammar. See json_schema.
inline Result<Grammar::Expression> write_json_schema(Grammar& grammar, std::string_view text,
                                                     const JsonSchemaOptions& options = {},
                                                     std::vector<std::string>* left_out = nullptr) {
  auto root = JsonReader::read(text, "the schema");
  if (!root) return root.error();
  detail::SchemaDocument document(*std::move(root));
  detail::SchemaExpansion expansion(document, options);
  detail::SchemaWriter writer(grammar, document, expansion, options);
  const Grammar::Rule value = writer.write(expansion.one(document.root()));
  if (!expansion.fault().empty()) return Error{expansion.fault()};
  if (left_out) *left_out = expansion.left_out();
  return grammar.sequence({writer.space(), grammar.call(value), writer.space()});
}

/// The grammar of the values that a JSON schema allows: draft 2020-12, and draft 7 where `$schema` says so.
///
/// Members come in any order. Numbers that a schema bounds are written without exponents. What cannot be decided while
/// generating is an error that names the word by its JSON pointer; no word is ever left out silently. With
/// `options.lenient` it is left out, and `left_out` says which.
///
/// \param left_out  if given, gets the JSON pointers of the words that were left out
inline Result<Grammar> json_schema(std::string_view text, const JsonSchemaOptions& options = {},
                                   std::vector<std::string>* left_out = nullptr) {
  Grammar grammar;
  const auto whole = write_json_schema(grammar, text, options, left_out);
  if (!whole) return whole.error();
  grammar.set_start(grammar.add_rule("json schema", *whole));
  return grammar;
}

}  // namespace tamis::guided
