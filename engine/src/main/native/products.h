// Products of packed weights and rows of activations, over an instruction set's primitives. The
// same bits as updraft.kernel.ScalarMatMul: a block's dot exact, then an FMA a block in order.
// Instantiated by inlining with constant kind, groups and rows.

// in the order of updraft.model.PackedMatrix.Kind
enum { Q4, Q4_WIDE, Q8, Q8_MIN, Q8_HALVES, F32, F16, BF16 };

#define TILE_ROWS 4
#define MOST_ROWS 8
#define UNROLL _Pragma("GCC unroll 8")

// Rows of activations: words of four signed bytes; a scale for 32 columns, and scale × sum of the
// bytes; that sum for 16 columns. Floats for weights that are floats.
typedef struct {
  const int *words;
  const float *scales, *sums;
  const int *totals;
  const float *values;
  long columns;
} activations;

// The floats in the low and the high halves of words. Exact: exponent and mantissa are put where a
// float has them, and the product mends the exponent, of subnormal numbers too.
ALWAYS floats halves_high(ints w) {
  return f_mul(as_floats(i_and(i_right(w, 3), i_set((int)0x8fffe000))), f_set(0x1p112f));
}
ALWAYS floats halves_low(ints w) { return halves_high(i_left(w, 16)); }

ALWAYS int quant_vectors(int kind) { return kind == Q8 || kind == Q8_MIN ? 8 : 4; }
ALWAYS int block_vectors(int kind) {
  return quant_vectors(kind) + (kind == Q4_WIDE || kind == Q8_MIN ? 2 : 1);
}

// Asks for the block that is AHEAD words further, of whatever matrix or thread. The processor alone
// stops at every page of 4 KB, and reads what it foresees too late.
ALWAYS void fetch_block(int kind, const int *w) {
  for (int v = 0; v < block_vectors(kind) && AHEAD > 0; v++) {
    __builtin_prefetch(w + AHEAD + v * LANES);
  }
}

// Exact dots of a block of `groups` groups with `rows` rows.
ALWAYS void dots(int kind, int groups, int rows, const int *w, long group,
                 const int *const x[MOST_ROWS], long at, const int *totals, long row,
                 ints t[2][MOST_ROWS]) {
  int nibbles = kind == Q4 || kind == Q4_WIDE;
  for (int r = 0; r < rows; r++) {
    const int *total = totals + r * (row / 4);
    for (int g = 0; g < groups; g++) {
      t[g][r] = nibbles            ? i_set(0)
                : kind == Q8_HALVES ? start_bytes(total[0])
                                    : start_bytes(total[0] + total[1]);
    }
  }
  UNROLL
  for (int c = 0; c < quant_vectors(kind); c++) {
    if (nibbles) {
      ints low[2], high[2];
      for (int g = 0; g < groups; g++) {
        ints v = i_load(w + g * group + c * LANES);
        low[g] = nibbles_low(v);
        high[g] = nibbles_high(v);
      }
      for (int r = 0; r < rows; r++) {
        ints a = i_set(x[r][at + 2 * c]), b = i_set(x[r][at + 2 * c + 1]);
        for (int g = 0; g < groups; g++) {
          t[g][r] = dot_nibbles(dot_nibbles(t[g][r], low[g], a), high[g], b);
        }
      }
    } else {
      bytes v[2];
      for (int g = 0; g < groups; g++) {
        v[g] = open_bytes(i_load(w + g * group + c * LANES));
      }
      for (int r = 0; r < rows; r++) {
        ints a = i_set(x[r][at + c]);
        for (int g = 0; g < groups; g++) {
          t[g][r] = dot_bytes(t[g][r], v[g], a);
        }
      }
    }
  }
  if (nibbles) {
    for (int r = 0; r < rows; r++) {
      for (int g = 0; g < groups; g++) {
        t[g][r] = end_nibbles(t[g][r]);
      }
    }
  }
}

ALWAYS void integers(int kind, int groups, int rows, const int *w, long blocks, activations x,
                     float *y, long stride) {
  const long block = block_vectors(kind) * LANES, group = blocks * block;
  const long row = x.columns / 4, scale_row = x.columns / 32;
  const int step = kind == Q8_HALVES ? 4 : 8;
  int in_y = SUMS_IN_Y && rows > 1;
  floats sums[2][MOST_ROWS];
  const int *words[MOST_ROWS];
  for (int r = 0; r < rows; r++) {
    words[r] = x.words + r * row;
    __asm__("" : "+r"(words[r])); // a register a row, not one a word
  }
  for (int g = 0; g < groups; g++) {
    for (int r = 0; r < rows; r++) {
      sums[g][r] = f_set(0);
      if (in_y) {
        f_store(y + r * stride + g * LANES, f_set(0));
      }
    }
  }
  for (long b = 0; b < blocks; b++) {
    const long s = kind == Q8_HALVES ? b / 2 : b;
    ints t[2][MOST_ROWS];
    for (int g = 0; g < groups; g++) {
      fetch_block(kind, w + g * group);
    }
    dots(kind, groups, rows, w, group, words, b * step, x.totals + b * (step / 4), row, t);
    for (int g = 0; g < groups; g++) {
      const int *at = w + g * group + quant_vectors(kind) * LANES;
      floats scale = kind == Q4 ? halves_low(i_load(at)) : as_floats(i_load(at));
      floats min = kind == Q4 ? halves_high(i_load(at)) : f_set(0);
      if (kind == Q4_WIDE || kind == Q8_MIN) {
        min = as_floats(i_load(at + LANES));
      }
      for (int r = 0; r < rows; r++) {
        floats sum = in_y ? f_load(y + r * stride + g * LANES) : sums[g][r];
        floats xs = f_set(x.scales[r * scale_row + s]);
        sum = f_fma(i_float(t[g][r]), f_mul(scale, xs), sum);
        if (kind != Q8 && kind != Q8_HALVES) {
          sum = f_fma(min, f_set(x.sums[r * scale_row + s]), sum);
        }
        if (in_y) {
          f_store(y + r * stride + g * LANES, sum);
        } else {
          sums[g][r] = sum;
        }
      }
    }
    w += block;
  }
  for (int g = 0; g < groups && !in_y; g++) {
    for (int r = 0; r < rows; r++) {
      f_store(y + r * stride + g * LANES, sums[g][r]);
    }
  }
}

ALWAYS void floating(int kind, int groups, int rows, const int *w, long blocks, activations x,
                     float *y, long stride) {
  const long group = blocks * LANES;
  const int columns = kind == F32 ? 1 : 2;
  floats sums[2][MOST_ROWS];
  for (int g = 0; g < groups; g++) {
    for (int r = 0; r < rows; r++) {
      sums[g][r] = f_set(0);
    }
  }
  for (long b = 0; b < blocks; b++) {
    for (int g = 0; g < groups; g++) {
      ints v = i_load(w + g * group + b * LANES);
      floats even = kind == F16   ? halves_low(v)
                    : kind == BF16 ? as_floats(i_left(v, 16))
                                   : as_floats(v);
      floats odd = kind == F16 ? halves_high(v) : as_floats(i_and(v, i_set((int)0xffff0000)));
      for (int r = 0; r < rows; r++) {
        const float *a = x.values + r * x.columns + b * columns;
        sums[g][r] = f_fma(even, f_set(a[0]), sums[g][r]);
        if (columns == 2 && b * 2 + 1 < x.columns) {
          sums[g][r] = f_fma(odd, f_set(a[1]), sums[g][r]);
        }
      }
    }
  }
  for (int g = 0; g < groups; g++) {
    for (int r = 0; r < rows; r++) {
      f_store(y + r * stride + g * LANES, sums[g][r]);
    }
  }
}

ALWAYS void tile(int kind, int groups, int rows, const int *w, long blocks, activations x,
                 float *y, long stride) {
  if (kind >= F32) {
    floating(kind, groups, rows, w, blocks, x, y, stride);
  } else {
    integers(kind, groups, rows, w, blocks, x, y, stride);
  }
}

ALWAYS activations from_row(activations x, long row) {
  activations from = {x.words + row * (x.columns / 4),   x.scales + row * (x.columns / 32),
                      x.sums + row * (x.columns / 32),   x.totals + row * (x.columns / 16),
                      x.values + row * x.columns,        x.columns};
  return from;
}

// One kind's code: all rows of a group or two while their weights are in the first-level cache.
ALWAYS void of_kind(int kind, const int *w, long first, long end, long blocks, activations x,
                    long rows, float *y, long stride) {
  const int most = kind >= F32 ? 2 : TILE_GROUPS;
  // nibbles are unpacked for eight rows at once: 215 → 236 G products a second on Granite Rapids;
  // bytes, of which there is less to unpack, were slower: 240 → 231
  const int eight = EIGHT_ROWS && (kind == Q4 || kind == Q4_WIDE);
  const long group = blocks * (kind >= F32 ? 1 : block_vectors(kind)) * LANES;
  for (long g = first; g < end;) {
    // one row reads one stream: two halve what memory gives
    const int two = most == 2 && g + 2 <= end && (rows > 1 || kind >= F32);
    const int *from = w + g * group;
    float *to = y + g * LANES;
    long r = 0;
    for (; eight && r + MOST_ROWS <= rows; r += MOST_ROWS) {
      for (int i = 0; i <= two; i++) {
        tile(kind, 1, MOST_ROWS, from + i * group, blocks, from_row(x, r),
             to + i * LANES + r * stride, stride);
      }
    }
    for (; r + TILE_ROWS <= rows; r += TILE_ROWS) {
      if (two) {
        tile(kind, 2, TILE_ROWS, from, blocks, from_row(x, r), to + r * stride, stride);
      } else {
        tile(kind, 1, TILE_ROWS, from, blocks, from_row(x, r), to + r * stride, stride);
      }
    }
    for (int i = 0; i <= two; i++) {
      const int *one = from + i * group;
      float *at = to + i * LANES + r * stride;
      switch (rows - r) {
        case 3: tile(kind, 1, 3, one, blocks, from_row(x, r), at, stride); break;
        case 2: tile(kind, 1, 2, one, blocks, from_row(x, r), at, stride); break;
        case 1: tile(kind, 1, 1, one, blocks, from_row(x, r), at, stride); break;
        default: break;
      }
    }
    g += 1 + two;
  }
}

// y[at + r × stride + o] for the outputs o of groups first … end-1 and all rows r.
void NAME(multiply)(const int *w, int kind, int first, int end, int blocks, const int *words,
                    const float *scales, const float *sums, const int *totals,
                    const float *values, int columns, int rows, float *y, int at, int stride) {
  activations x = {words, scales, sums, totals, values, columns};
  y += at;
  switch (kind) {
    case Q4: of_kind(Q4, w, first, end, blocks, x, rows, y, stride); break;
    case Q4_WIDE: of_kind(Q4_WIDE, w, first, end, blocks, x, rows, y, stride); break;
    case Q8: of_kind(Q8, w, first, end, blocks, x, rows, y, stride); break;
    case Q8_MIN: of_kind(Q8_MIN, w, first, end, blocks, x, rows, y, stride); break;
    case Q8_HALVES: of_kind(Q8_HALVES, w, first, end, blocks, x, rows, y, stride); break;
    case F32: of_kind(F32, w, first, end, blocks, x, rows, y, stride); break;
    case F16: of_kind(F16, w, first, end, blocks, x, rows, y, stride); break;
    default: of_kind(BF16, w, first, end, blocks, x, rows, y, stride); break;
  }
}
