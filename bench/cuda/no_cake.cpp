/// \file no_cake.cpp
/// Where FlashInfer's cluster kernels are not at hand.

#include "peers.hpp"

const peers::Path peers::cluster_path = nullptr;
