// expected-error {{guided::choice<> names the same text twice; leave one of them out}}
#include <tamis/guided/static_choice.hpp>

#ifdef TAMIS_SHOULD_FAIL
constexpr auto mood = tamis::guided::choice<"good", "good">();
#else
constexpr auto mood = tamis::guided::choice<"good", "bad">();
#endif
static_assert(mood.matches("good"));
