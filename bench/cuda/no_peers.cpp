/// \file no_peers.cpp
/// Where FlashInfer's headers are not at hand.

#include "peers.hpp"

const peers::Path peers::default_path = nullptr;
const peers::Path peers::cluster_path = nullptr;
