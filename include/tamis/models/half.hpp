#pragma once

/// \file half.hpp
/// Half precision, as models store it.

#include "../io/half.hpp"
