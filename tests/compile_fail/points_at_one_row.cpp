// expected-error {{this draw computes its point from one number, and this backend has a number for each row}}
#include <tamis/backends/team.hpp>
#include <tamis/sampler.hpp>

/// A backend of two rows, as far as a draw by point needs one: those on tensors are like it.
struct Numbers {
  std::uint64_t of_row[2];
  Numbers turned() const { return {{~of_row[0], ~of_row[1]}}; }
};
struct TwoRows : tamis::team::RowOf<tamis::team::Solo> {
  Numbers bits(std::uint32_t salt) const { return {{salt, salt}}; }
  tamis::Choice pick(const auto&, Numbers) { return {}; }
};

std::uint64_t turned(std::uint64_t u) { return ~u; }
Numbers turned(Numbers u) { return u.turned(); }

struct Antithetic {
#ifdef TAMIS_SHOULD_FAIL
  std::uint64_t point(std::uint64_t u) const { return turned(u); }
#else
  auto point(const auto& u) const { return turned(u); }
#endif
};

tamis::Choice draw(TwoRows& rows) { return tamis::Sampler{Antithetic{}}(rows); }
