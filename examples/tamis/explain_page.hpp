#pragma once

/// \file explain_page.hpp
/// The steps of a text as a page for a browser: one file, which loads nothing.

#include <string>

namespace command {

/// The page. `data` is the JSON that `tamis explain --json` writes, in which no byte is invalid UTF-8.
std::string explain_page(std::string data);

}  // namespace command
