// Products by AMX, 16 rows at a time: a TDPBSSD takes the dots of a block for 16 outputs, exact,
// and scales follow as in products.h, with the same bits. The packed layout is what a tile of
// weights wants: a vector holds four columns of 16 outputs.
#include <stdint.h>

#define TILE_HEIGHT 16
// One does not pay: on Granite Rapids the products of a step of 16 rows took 11.1 ms with a tile,
// 10.2 with VPDPBUSD.
#define LEAST_TILES 2
#define EACH_ROW _Pragma("GCC unroll 16")

// Tiles of rows and blocks for which weights are unpacked once: they stay in the first-level cache.
#define SPAN_TILES 2
#define SPAN 32

// tiles by number
#define SUMS 0
#define ROWS 1
#define WEIGHTS 2

typedef struct {
  uint8_t palette, start, reserved[14];
  uint16_t bytes[16];
  uint8_t rows[16];
} tile_config;

// A span of blocks, of one group and of some rows; aligned, as Java's arrays are not.
typedef struct {
  int words[SPAN][8 * LANES];
  int dots[TILE_HEIGHT][LANES];
  float scales[SPAN][LANES], mins[SPAN][LANES];
  float row_scales[SPAN_TILES][SPAN][TILE_HEIGHT], row_sums[SPAN_TILES][SPAN][TILE_HEIGHT];
} __attribute__((aligned(64))) span;

ALWAYS void open_rows(int kind, activations x, long rows, long first, int blocks, span *s) {
  const int halves = kind == Q8_HALVES, sums = kind != Q8 && !halves;
  for (long r = 0; r < rows; r++) {
    const float *scales = x.scales + r * (x.columns / 32), *of_sums = x.sums + r * (x.columns / 32);
    for (int b = 0; b < blocks; b++) {
      const long at = halves ? (first + b) / 2 : first + b;
      s->row_scales[r / TILE_HEIGHT][b][r % TILE_HEIGHT] = scales[at];
      if (sums) {
        s->row_sums[r / TILE_HEIGHT][b][r % TILE_HEIGHT] = of_sums[at];
      }
    }
  }
}

ALWAYS void open_weights(int kind, const int *w, int blocks, span *s) {
  const int quants = quant_vectors(kind), nibbles = kind == Q4 || kind == Q4_WIDE;
  for (int b = 0; b < blocks; b++, w += block_vectors(kind) * LANES) {
    fetch_block(kind, w);
    UNROLL
    for (int c = 0; c < quants; c++) {
      ints v = i_load(w + c * LANES);
      if (nibbles) {
        i_store(s->words[b] + 2 * c * LANES, nibbles_low(v));
        i_store(s->words[b] + (2 * c + 1) * LANES, nibbles_high(v));
      } else {
        i_store(s->words[b] + c * LANES, v);
      }
    }
    ints scale = i_load(w + quants * LANES);
    f_store(s->scales[b], kind == Q4 ? halves_low(scale) : as_floats(scale));
    if (kind == Q4) {
      f_store(s->mins[b], halves_high(scale));
    } else if (kind != Q8 && kind != Q8_HALVES) {
      f_store(s->mins[b], as_floats(i_load(w + (quants + 1) * LANES)));
    }
  }
  // compilers before GCC 14 do not know that loading a tile reads memory
  __asm__ volatile("" ::: "memory");
}

// A tile of 16 rows, the t-th of a span; `first` of the span's blocks in the matrix.
ALWAYS void tile_rows(int kind, span *s, int t, long first, int blocks, activations x, float *y,
                      long stride) {
  const int step = kind == Q8_HALVES ? 4 : 8;
  floats sums[TILE_HEIGHT];
  EACH_ROW
  for (int r = 0; r < TILE_HEIGHT; r++) {
    sums[r] = first == 0 ? f_set(0) : f_load(y + r * stride);
  }
  for (int b = 0; b < blocks; b++) {
    _tile_loadd(WEIGHTS, s->words[b], 4 * LANES);
    _tile_loadd(ROWS, x.words + (first + b) * step, x.columns);
    _tile_zero(SUMS);
    _tile_dpbssd(SUMS, ROWS, WEIGHTS);
    _tile_stored(SUMS, s->dots, 4 * LANES);
    const floats scale = f_load(s->scales[b]), min = f_load(s->mins[b]);
    EACH_ROW
    for (int r = 0; r < TILE_HEIGHT; r++) {
      floats xs = f_set(s->row_scales[t][b][r]);
      sums[r] = f_fma(i_float(i_load(s->dots[r])), f_mul(scale, xs), sums[r]);
      if (kind != Q8 && kind != Q8_HALVES) {
        sums[r] = f_fma(min, f_set(s->row_sums[t][b][r]), sums[r]);
      }
    }
  }
  EACH_ROW
  for (int r = 0; r < TILE_HEIGHT; r++) {
    f_store(y + r * stride, sums[r]);
  }
}

ALWAYS void tiles_of_kind(int kind, const int *w, long first, long end, long blocks,
                          activations x, long tiles, float *y, long stride) {
  const long block = block_vectors(kind) * LANES;
  span s;
  for (long t = 0; t < tiles; t += SPAN_TILES) {
    const int some = tiles - t < SPAN_TILES ? tiles - t : SPAN_TILES;
    for (long b = 0; b < blocks; b += SPAN) {
      const int count = blocks - b < SPAN ? blocks - b : SPAN;
      open_rows(kind, from_row(x, t * TILE_HEIGHT), some * TILE_HEIGHT, b, count, &s);
      for (long g = first; g < end; g++) {
        open_weights(kind, w + (g * blocks + b) * block, count, &s);
        for (int i = 0; i < some; i++) {
          const long row = (t + i) * TILE_HEIGHT;
          tile_rows(kind, &s, i, b, count, from_row(x, row), y + g * LANES + row * stride, stride);
        }
      }
    }
  }
}

// Multiplies the first rows, as many as fill tiles, and returns their number.
ALWAYS long many_rows(const int *w, int kind, long first, long end, long blocks, activations x,
                      long rows, float *y, long stride) {
  const long tiles = rows / TILE_HEIGHT;
  if (tiles < LEAST_TILES || kind >= F32) {
    return 0;
  }
  const int words = kind == Q8_HALVES ? 4 : 8;
  const tile_config config = {
      .palette = 1,
      .bytes = {[SUMS] = 4 * LANES, [ROWS] = 4 * words, [WEIGHTS] = 4 * LANES},
      .rows = {[SUMS] = TILE_HEIGHT, [ROWS] = TILE_HEIGHT, [WEIGHTS] = words}};
  _tile_loadconfig(&config);
  switch (kind) {
    case Q4: tiles_of_kind(Q4, w, first, end, blocks, x, tiles, y, stride); break;
    case Q4_WIDE: tiles_of_kind(Q4_WIDE, w, first, end, blocks, x, tiles, y, stride); break;
    case Q8: tiles_of_kind(Q8, w, first, end, blocks, x, tiles, y, stride); break;
    case Q8_MIN: tiles_of_kind(Q8_MIN, w, first, end, blocks, x, tiles, y, stride); break;
    default: tiles_of_kind(Q8_HALVES, w, first, end, blocks, x, tiles, y, stride); break;
  }
  _tile_release();
  return tiles * TILE_HEIGHT;
}
