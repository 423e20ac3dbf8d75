/// \file kernel_bodies.hpp
/// The arithmetic of a transformer over registers of sixteen floats.
///
/// kernels.hpp includes this once for each set of instructions, in a namespace that has the
/// operations on Lanes, with TAMIS_TARGET the attribute that allows the instructions: every
/// function needs it, and lambdas do not inherit it. Included by itself it is empty.
///
/// One law holds for all products: a number of the result is the sum in the order of the columns,
/// each added by one fma, from zero on. So it is the same to the bit whether a row comes alone or
/// in a batch, and with every set of instructions that has fma.

#if defined(TAMIS_TARGET)

/// A block of a panel as floats, [columns][16].
template <TensorType type>
TAMIS_TARGET inline void unpack_block(const std::byte* block, float* to) {
  const auto* halves = reinterpret_cast<const std::uint16_t*>(block);
  if constexpr (type == TensorType::f32) {
    store(load(reinterpret_cast<const float*>(block)), to);
  } else if constexpr (type == TensorType::f16) {
    store(load_halves(halves), to);
  } else {
    using Matrix = PackedMatrix;
    constexpr int bits = Matrix::bits(type), columns = 32 / bits;
    const Lanes scale = load_halves(halves);
    const Lanes offset = type == TensorType::q4_1
                             ? load_halves(halves + 16)
                             : multiply(scale, broadcast(-Matrix::middle(type)));
    const auto* quants = reinterpret_cast<const std::uint32_t*>(block + Matrix::quants_at(type));
    for (int word = 0; word < bits; ++word, quants += 16, to += columns * 16)
      TAMIS_UNROLL for (int i = 0; i < columns; ++i) {
        store(fma(load_field<bits>(quants, Matrix::shift(type, i)), scale, offset), to + 16 * i);
      }
  }
}

/// Consecutive blocks as floats; `count` of them.
template <TensorType type>
TAMIS_TARGET void unpack(const std::byte* from, int count, float* to) {
  constexpr int columns = PackedMatrix::block_columns(type);
  constexpr std::size_t bytes = PackedMatrix::block_bytes(type);
  for (int i = 0; i < count; ++i) unpack_block<type>(from + i * bytes, to + i * columns * 16);
}

/// The product of N panels with one vector.
template <TensorType type, int N>
TAMIS_TARGET void multiply_panels(const PackedMatrix& matrix, int panel, const float* x, float* y) {
  constexpr std::size_t bytes = PackedMatrix::block_bytes(type);
  // Columns at a time: few enough for the floats to stay in the first cache.
  constexpr int step = 32, blocks = step / PackedMatrix::block_columns(type);
  alignas(64) float weights[N][step * 16];
  Lanes sum[N];
  for (int n = 0; n < N; ++n) sum[n] = zero();
  const std::byte* from[N];
  for (int n = 0; n < N; ++n) from[n] = matrix.panel(panel + n);
  for (int column = 0; column < matrix.columns(); column += step) {
    const int columns = std::min(step, matrix.columns() - column);
    for (int n = 0; n < N; ++n) {
      if (columns == step)
        unpack<type>(from[n], blocks, weights[n]);
      else
        unpack<type>(from[n], columns, weights[n]);  // only types whose block is a column end so
      for (std::size_t at = 0; at < blocks * bytes; at += 64)
        __builtin_prefetch(from[n] + 1024 + at);
      from[n] += blocks * bytes;
    }
    for (int i = 0; i < columns; ++i) {
      const Lanes factor = broadcast(x[column + i]);
      TAMIS_UNROLL for (int n = 0; n < N; ++n) {
        sum[n] = fma(load(weights[n] + 16 * i), factor, sum[n]);
      }
    }
  }
  for (int n = 0; n < N; ++n) store(sum[n], y + 16 * (panel + n));
}

template <TensorType type>
TAMIS_TARGET void multiply_vector_of(const PackedMatrix& matrix, int begin, int end, const float* x,
                                     float* y) {
  for (; begin + 4 <= end; begin += 4) multiply_panels<type, 4>(matrix, begin, x, y);
  for (; begin < end; ++begin) multiply_panels<type, 1>(matrix, begin, x, y);
}

/// y = M x for the panels [begin, end) of M.
TAMIS_TARGET inline void multiply_vector(const PackedMatrix& matrix, int begin, int end,
                                         const float* x, float* y) {
  switch (matrix.type()) {
    case TensorType::f32:
      return multiply_vector_of<TensorType::f32>(matrix, begin, end, x, y);
    case TensorType::f16:
      return multiply_vector_of<TensorType::f16>(matrix, begin, end, x, y);
    case TensorType::q4_0:
      return multiply_vector_of<TensorType::q4_0>(matrix, begin, end, x, y);
    case TensorType::q4_1:
      return multiply_vector_of<TensorType::q4_1>(matrix, begin, end, x, y);
    case TensorType::q8_0:
      return multiply_vector_of<TensorType::q8_0>(matrix, begin, end, x, y);
  }
}

/// A panel of a matrix as floats, [columns][16].
TAMIS_TARGET inline void unpack_panel(const PackedMatrix& matrix, int panel, float* to) {
  const std::byte* from = matrix.panel(panel);
  const int blocks = matrix.columns() / PackedMatrix::block_columns(matrix.type());
  switch (matrix.type()) {
    case TensorType::f32:
      return unpack<TensorType::f32>(from, blocks, to);
    case TensorType::f16:
      return unpack<TensorType::f16>(from, blocks, to);
    case TensorType::q4_0:
      return unpack<TensorType::q4_0>(from, blocks, to);
    case TensorType::q4_1:
      return unpack<TensorType::q4_1>(from, blocks, to);
    case TensorType::q8_0:
      return unpack<TensorType::q8_0>(from, blocks, to);
  }
}

/// c[T][N * 16] = a^T b, with a [depth][T] and b as Panels says; c + a^T b if b goes on.
template <int T, int N>
TAMIS_TARGET void multiply_tile_of(const float* a, Panels b, float* c, int stride) {
  Lanes sum[T][N];
  TAMIS_UNROLL for (int t = 0; t < T; ++t) {
    TAMIS_UNROLL for (int n = 0; n < N; ++n) {
      sum[t][n] = b.goes_on ? load(c + t * stride + 16 * n) : zero();
    }
  }
  for (int k = 0; k < b.depth; ++k) {
    Lanes factor[N];
    TAMIS_UNROLL for (int n = 0; n < N; ++n) {
      factor[n] = load(b.at + n * b.panel_stride + k * b.row_stride);
    }
    TAMIS_UNROLL for (int t = 0; t < T; ++t) {
      const Lanes x = broadcast(a[k * T + t]);
      TAMIS_UNROLL for (int n = 0; n < N; ++n) { sum[t][n] = fma(factor[n], x, sum[t][n]); }
    }
  }
  TAMIS_UNROLL for (int t = 0; t < T; ++t) {
    TAMIS_UNROLL for (int n = 0; n < N; ++n) { store(sum[t][n], c + t * stride + 16 * n); }
  }
}

template <int T>
TAMIS_TARGET void multiply_tile_rows(const float* a, Panels b, float* c, int stride) {
  for (; b.count >= tile_panels;
       b.count -= tile_panels, b.at += tile_panels * b.panel_stride, c += 16 * tile_panels)
    multiply_tile_of<T, tile_panels>(a, b, c, stride);
  for (; b.count > 0; --b.count, b.at += b.panel_stride, c += 16)
    multiply_tile_of<T, 1>(a, b, c, stride);
}

template <int T = tile_rows>
TAMIS_TARGET void multiply_tile(int rows, const float* a, Panels b, float* c, int stride) {
  if (rows == T) return multiply_tile_rows<T>(a, b, c, stride);
  if constexpr (T > 1) multiply_tile<tile_height(T - 1, tile_rows)>(rows, a, b, c, stride);
}

/// e^x to two units in the last place, for x from -87.3 to 88.3; beyond, that of the nearer end. No
/// number stays none.
TAMIS_TARGET inline Lanes exp(Lanes x) {
  x = greater(broadcast(-87.3f), lesser(broadcast(88.3f), x));
  const Lanes magic = broadcast(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer
  const Lanes power = fma(x, broadcast(1.44269504f), magic);
  const Lanes whole = subtract(power, magic);
  x = fma(whole, broadcast(-0.693359375f), x);
  x = fma(whole, broadcast(2.12194440e-4f), x);
  Lanes p = broadcast(1.9875691500e-4f);
  p = fma(p, x, broadcast(1.3981999507e-3f));
  p = fma(p, x, broadcast(8.3334519073e-3f));
  p = fma(p, x, broadcast(4.1665795894e-2f));
  p = fma(p, x, broadcast(1.6666665459e-1f));
  p = fma(p, x, broadcast(5.0000001201e-1f));
  p = add(fma(multiply(x, x), p, x), broadcast(1));
  return scale(p, power);
}

/// The sum of the lanes, always in the same order.
TAMIS_TARGET inline float sum_of(Lanes a) {
  float v[16];
  store(a, v);
  for (int half = 8; half > 0; half /= 2)
    for (int i = 0; i < half; ++i) v[i] += v[i + half];
  return v[0];
}

/// row = e^(scale * (row - its maximum)); returns the sum. A multiple of 16 floats from `row` on
/// belong to it, and those beyond `n` become 0.
TAMIS_TARGET inline float exponentials(float* row, int n, float scale) {
  float maximum = row[0];
  if (n >= 16) {
    Lanes greatest = load(row);
    for (int i = 16; i + 16 <= n; i += 16) greatest = greater(greatest, load(row + i));
    float lanes[16];
    store(greatest, lanes);
    for (int i = 0; i < 16; ++i) maximum = lanes[i] > maximum ? lanes[i] : maximum;
  }
  for (int i = n / 16 * 16; i < n; ++i) maximum = row[i] > maximum ? row[i] : maximum;
  Lanes sum = zero();
  for (int i = 0; i < n; i += 16) {
    store(exp(multiply(subtract(load(row + i), broadcast(maximum)), broadcast(scale))), row + i);
    for (int j = n; j < i + 16; ++j) row[j] = 0;
    sum = add(sum, load(row + i));
  }
  return sum_of(sum);
}

/// gate = gate / (1 + e^-gate) * up. Both hold a multiple of 16 floats.
TAMIS_TARGET inline void swiglu(float* gate, const float* up, int n) {
  for (int i = 0; i < n; i += 16) {
    const Lanes g = load(gate + i), denominator = add(broadcast(1), exp(subtract(zero(), g)));
    store(multiply(divide(g, denominator), load(up + i)), gate + i);
  }
}

/// The sum of squares. A multiple of 16 floats, those beyond the row being 0.
TAMIS_TARGET inline float squares(const float* row, int n) {
  Lanes sum = zero();
  for (int i = 0; i < n; i += 16) sum = fma(load(row + i), load(row + i), sum);
  return sum_of(sum);
}

/// Bytes as floats; a multiple of 16.
TAMIS_TARGET inline void widen(const std::int8_t* from, int n, float* to) {
  for (int i = 0; i < n; i += 16) store(load_bytes(from + i), to + i);
}

#endif
