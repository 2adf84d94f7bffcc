// Attention of a tile of queries over pages of 16-bit keys and values where they lie, with the
// same bits as scores and weigh of rows.h page by page. Four queries share what is loaded of a
// page. Head sizes are multiples of 16.
#define SHARED 4
#define MOST_HEAD 256
// Sums of a query that are independent and added to in turns, where there are registers for them.
#define CHAINS_EACH (LANES == WIDE ? 4 : 1)

// A tile: rows of one sequence and the query heads that share a key-value head.
typedef struct {
  int rows, group, head_size;
  long row_stride, score_stride;
  const int *spans; // first and end position of each row
} tile_shape;

ALWAYS floats key_load(int halves, const void *from, long i) {
  return halves ? h_load((const short *)from + i) : f_load((const float *)from + i);
}

// The scores of 16 positions by some queries, a few residues of elements modulo 4 at a time.
ALWAYS void score_queries(int halves, int queries, const float *const q[SHARED], const void *keys,
                          float *const to[SHARED], int head_size, float factor) {
  float parts[4][SHARED][WIDE];
  for (int j = 0; j < 4; j += CHAINS_EACH) {
    floats s[CHAINS_EACH][SHARED][VECTORS];
    for (int c = 0; c < CHAINS_EACH; c++) {
      for (int n = 0; n < queries; n++) {
        for (int v = 0; v < VECTORS; v++) {
          s[c][n][v] = f_set(0);
        }
      }
    }
    for (int i = j; i < head_size; i += 4) {
      UNROLL
      for (int c = 0; c < CHAINS_EACH; c++) {
        floats key[VECTORS];
        for (int v = 0; v < VECTORS; v++) {
          key[v] = key_load(halves, keys, (i + c) * WIDE + v * LANES);
        }
        for (int n = 0; n < queries; n++) {
          for (int v = 0; v < VECTORS; v++) {
            s[c][n][v] = f_fma(key[v], f_set(q[n][i + c]), s[c][n][v]);
          }
        }
      }
    }
    for (int c = 0; c < CHAINS_EACH; c++) {
      for (int n = 0; n < queries; n++) {
        for (int v = 0; v < VECTORS; v++) {
          f_store(parts[j + c][n] + v * LANES, s[c][n][v]);
        }
      }
    }
  }
  for (int n = 0; n < queries; n++) {
    for (int v = 0; v < WIDE; v += LANES) {
      floats low = f_add(f_load(parts[0][n] + v), f_load(parts[1][n] + v));
      floats high = f_add(f_load(parts[2][n] + v), f_load(parts[3][n] + v));
      f_store(to[n] + v, f_mul(f_add(low, high), f_set(factor)));
    }
  }
}

// Adds positions from … end-1 of a page to `chains` × 16 elements of the outputs of some queries.
ALWAYS void weigh_elements(int halves, int queries, int chains, const float *const weights[SHARED],
                           const void *values, float *const out[SHARED], int head_size, int i,
                           int from, int end) {
  floats s[CHAINS_EACH][SHARED][VECTORS];
  for (int c = 0; c < chains; c++) {
    for (int n = 0; n < queries; n++) {
      for (int v = 0; v < VECTORS; v++) {
        s[c][n][v] = f_load(out[n] + i + c * WIDE + v * LANES);
      }
    }
  }
  for (int p = from; p < end; p++) {
    UNROLL
    for (int c = 0; c < chains; c++) {
      floats value[VECTORS];
      for (int v = 0; v < VECTORS; v++) {
        value[v] = key_load(halves, values, (long)p * head_size + i + c * WIDE + v * LANES);
      }
      for (int n = 0; n < queries; n++) {
        for (int v = 0; v < VECTORS; v++) {
          s[c][n][v] = f_fma(value[v], f_set(weights[n][p]), s[c][n][v]);
        }
      }
    }
  }
  for (int c = 0; c < chains; c++) {
    for (int n = 0; n < queries; n++) {
      for (int v = 0; v < VECTORS; v++) {
        f_store(out[n] + i + c * WIDE + v * LANES, s[c][n][v]);
      }
    }
  }
}

ALWAYS void weigh_queries(int halves, int queries, const float *const weights[SHARED],
                          const void *values, float *const out[SHARED], int head_size, int from,
                          int end) {
  int i = 0;
  for (; i + CHAINS_EACH * WIDE <= head_size; i += CHAINS_EACH * WIDE) {
    weigh_elements(halves, queries, CHAINS_EACH, weights, values, out, head_size, i, from, end);
  }
  for (; CHAINS_EACH > 1 && i < head_size; i += WIDE) {
    weigh_elements(halves, queries, 1, weights, values, out, head_size, i, from, end);
  }
}

// A page's floats; widened here when more queries read them than share a load.
ALWAYS const void *widened(int halves, const short *page, float *floats_of_page, int n) {
  if (halves) {
    return page;
  }
  for (int i = 0; i < n; i += LANES) {
    f_store(floats_of_page + i, h_load(page + i));
  }
  return floats_of_page;
}

ALWAYS void score_page(int halves, tile_shape t, const float *q, const short *page, float factor,
                       float *scores) {
  float buffer[WIDE * MOST_HEAD];
  const void *keys = widened(halves, page, buffer, WIDE * t.head_size);
  const int queries = t.rows * t.group;
  for (int first = 0; first < queries; first += SHARED) {
    const float *from[SHARED];
    float *to[SHARED];
    int n = 0;
    for (; n < SHARED && first + n < queries; n++) {
      int row = (first + n) / t.group, head = (first + n) % t.group;
      from[n] = q + row * t.row_stride + head * t.head_size;
      to[n] = scores + (first + n) * t.score_stride;
    }
    switch (n) {
      case 4: score_queries(halves, 4, from, keys, to, t.head_size, factor); break;
      case 3: score_queries(halves, 3, from, keys, to, t.head_size, factor); break;
      case 2: score_queries(halves, 2, from, keys, to, t.head_size, factor); break;
      default: score_queries(halves, 1, from, keys, to, t.head_size, factor); break;
    }
  }
}

// What a row attends to of a page: positions from … end-1, none when from ≥ end.
ALWAYS void span_of(tile_shape t, int query, int page, int *from, int *end) {
  const int *span = t.spans + 2 * (query / t.group);
  int first = page * WIDE;
  *from = first + WIDE <= span[0] ? WIDE : 0; // all of a page of which a row attends to a part
  *end = span[1] - first < WIDE ? span[1] - first : WIDE;
}

ALWAYS void weigh_page(int halves, tile_shape t, int page, const float *weights,
                       const short *stored, float *out) {
  float buffer[WIDE * MOST_HEAD];
  const void *values = widened(halves, stored, buffer, WIDE * t.head_size);
  const int queries = t.rows * t.group;
  for (int first = 0; first < queries;) {
    const float *by[SHARED];
    float *to[SHARED];
    int from, end, n = 0;
    span_of(t, first, page, &from, &end);
    for (; n < SHARED && first + n < queries; n++) {
      int others_from, others_end, row = (first + n) / t.group, head = (first + n) % t.group;
      span_of(t, first + n, page, &others_from, &others_end);
      if (others_from != from || others_end != end) {
        break;
      }
      by[n] = weights + (first + n) * t.score_stride + page * WIDE;
      to[n] = out + row * t.row_stride + head * t.head_size;
    }
    switch (n) {
      case 4: weigh_queries(halves, 4, by, values, to, t.head_size, from, end); break;
      case 3: weigh_queries(halves, 3, by, values, to, t.head_size, from, end); break;
      case 2: weigh_queries(halves, 2, by, values, to, t.head_size, from, end); break;
      default: weigh_queries(halves, 1, by, values, to, t.head_size, from, end); break;
    }
    first += n;
  }
}

// Asks for a page: pages of a head lie apart, and a processor foresees none of them.
ALWAYS void fetch_page(tile_shape t, const short *stored, const int *bases, int page, int end) {
  for (int i = 0; i < t.head_size * WIDE && page < end; i += 32) {
    __builtin_prefetch(stored + bases[page] + i);
  }
}

// in the order of updraft.kernel.NativePageMath
enum { SCORE, NORMALIZE, WEIGH_PAGES };

ALWAYS void score_pages(tile_shape t, const float *q, const short *stored, const int *bases,
                        int first, int end, float factor, float *scores) {
  fetch_page(t, stored, bases, first + 1, end);
  for (int p = first; p < end; p++) {
    fetch_page(t, stored, bases, p + 2, end);
    if (t.rows * t.group <= SHARED) {
      score_page(1, t, q, stored + bases[p], factor, scores + p * WIDE);
    } else {
      score_page(0, t, q, stored + bases[p], factor, scores + p * WIDE);
    }
  }
}

// Scores become weights that add up to one; those before a row's first position next to nothing.
ALWAYS void normalize(tile_shape t, float *scores) {
  for (int n = 0; n < t.rows * t.group; n++) {
    float *x = scores + n * t.score_stride;
    const int *span = t.spans + 2 * (n / t.group);
    for (int i = 0; i < span[0]; i++) {
      x[i] = -1e30f;
    }
    float sum = exponentials(x, span[1]);
    scale(x, span[1], 1 / sum);
  }
}

ALWAYS void weigh_pages(tile_shape t, const float *weights, const short *stored, const int *bases,
                        int first, int end, float *out) {
  fetch_page(t, stored, bases, first + 1, end);
  for (int p = first; p < end; p++) {
    fetch_page(t, stored, bases, p + 2, end);
    if (t.rows * t.group <= SHARED) {
      weigh_page(1, t, p, weights, stored + bases[p], out);
    } else {
      weigh_page(0, t, p, weights, stored + bases[p], out);
    }
  }
}

// One signature for all, so that Java links one. Page p begins at bases[p] of stored; x are
// queries or outputs, whose rows begin at + row × stride.
void NAME(pages)(int what, float *x, int at, int stride, int rows, int group, int head_size,
                 const short *stored, const int *bases, int first, int end, const int *spans,
                 float factor, float *scores, int score_stride) {
  tile_shape t = {rows, group, head_size, stride, score_stride, spans};
  switch (what) {
    case SCORE: score_pages(t, x + at, stored, bases, first, end, factor, scores); break;
    case NORMALIZE: normalize(t, scores); break;
    default: weigh_pages(t, scores, stored, bases, first, end, x + at); break;
  }
}
