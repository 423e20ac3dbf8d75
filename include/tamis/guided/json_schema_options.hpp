#pragma once

#include "json.hpp"

namespace tamis::guided {

/// How a JSON schema is read.
struct JsonSchemaOptions {
  bool lenient = false;        ///< leaves out what cannot be held to, instead of refusing the schema
  bool assert_formats = true;  ///< holds strings to their `format`
  JsonSpace space = {};        ///< white space between the marks
};

}  // namespace tamis::guided
