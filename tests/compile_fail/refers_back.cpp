// expected-error {{the pattern of guided::regex<> is wrong; the arguments of WrongPattern are the pattern, what is wrong}}
#include <tamis/guided/static_regex.hpp>

#ifdef TAMIS_SHOULD_FAIL
constexpr auto wrong = tamis::guided::regex<R"((a|b)\1)">();
#else
constexpr auto wrong = tamis::guided::regex<R"((a|b)1)">();
#endif
static_assert(wrong.matches("a1"));
