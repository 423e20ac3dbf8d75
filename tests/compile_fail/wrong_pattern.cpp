// expected-error {{a '(' in the pattern of guided::regex<> has no ')'; close it}}
#include <tamis/guided/static_regex.hpp>

#ifdef TAMIS_SHOULD_FAIL
constexpr auto wrong = tamis::guided::regex<"(a|b">();
#else
constexpr auto wrong = tamis::guided::regex<"(a|b)">();
#endif
static_assert(wrong.matches("a"));
