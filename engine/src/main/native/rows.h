// What a forward does beside products, over an instruction set's primitives: the same bits as
// updraft.kernel.ScalarRowMath. Sums over a row run over 16 virtual lanes, combined pairwise.
#define WIDE 16
#define VECTORS (WIDE / LANES)
#define ROUNDER 12582912.0f

ALWAYS float pairwise(float lanes[WIDE]) {
  for (int d = WIDE / 2; d > 0; d /= 2) {
    for (int i = 0; i < d; i++) {
      lanes[i] += lanes[i + d];
    }
  }
  return lanes[0];
}

// The sum of elements, or of their squares.
ALWAYS float sum(const float *x, long n, int squares) {
  floats sums[VECTORS];
  float lanes[WIDE];
  long i = 0;
  for (int v = 0; v < VECTORS; v++) {
    sums[v] = f_set(0);
  }
  for (; i + WIDE <= n; i += WIDE) {
    for (int v = 0; v < VECTORS; v++) {
      floats a = f_load(x + i + v * LANES);
      sums[v] = squares ? f_fma(a, a, sums[v]) : f_add(sums[v], a);
    }
  }
  for (int v = 0; v < VECTORS; v++) {
    f_store(lanes + v * LANES, sums[v]);
  }
  for (int lane = 0; i < n; i++, lane++) {
    lanes[lane] = squares ? __builtin_fmaf(x[i], x[i], lanes[lane]) : lanes[lane] + x[i];
  }
  return pairwise(lanes);
}

// updraft.kernel.Exp, step by step; a number that is none stays none
ALWAYS floats f_exp(floats x) {
  floats clamped = f_min(f_set(88.37626f), f_max(f_set(-87.33654f), x));
  floats shifted = f_fma(clamped, f_set(1.44269504f), f_set(ROUNDER));
  floats n = f_sub(shifted, f_set(ROUNDER));
  floats r = f_fma(n, f_set(2.12194440e-4f), f_fma(n, f_set(-0.693359375f), clamped));
  floats p = f_fma(f_set(1.381454e-3f), r, f_set(8.368745e-3f));
  p = f_fma(p, r, f_set(4.166839e-2f));
  p = f_fma(p, r, f_set(1.6666521e-1f));
  p = f_fma(p, r, f_set(0.49999994f));
  p = f_fma(p, r, f_set(1));
  p = f_fma(p, r, f_set(1));
  return f_mul(p, as_floats(i_left(i_add(as_ints(shifted), i_set(127)), 23)));
}

ALWAYS float rms_norm(const float *x, const float *weight, float *out, int n, float epsilon) {
  float squares = sum(x, n, 1);
  float factor = 1 / __builtin_sqrtf(squares / (float)n + epsilon);
  int i = 0;
  for (; i + LANES <= n; i += LANES) {
    f_store(out + i, f_mul(f_mul(f_load(x + i), f_set(factor)), f_load(weight + i)));
  }
  for (; i < n; i++) {
    out[i] = x[i] * factor * weight[i];
  }
  return squares;
}

ALWAYS void add(float *x, const float *y, int n) {
  int i = 0;
  for (; i + LANES <= n; i += LANES) {
    f_store(x + i, f_add(f_load(x + i), f_load(y + i)));
  }
  for (; i < n; i++) {
    x[i] += y[i];
  }
}

ALWAYS void scale(float *x, int n, float factor) {
  int i = 0;
  for (; i + LANES <= n; i += LANES) {
    f_store(x + i, f_mul(f_load(x + i), f_set(factor)));
  }
  for (; i < n; i++) {
    x[i] *= factor;
  }
}

ALWAYS floats swiglu_lanes(floats gate, floats up) {
  floats e = f_exp(f_mul(gate, f_set(-1)));
  return f_mul(f_div(gate, f_add(e, f_set(1))), up);
}

ALWAYS void swiglu(const float *gate, const float *up, float *out, int n) {
  int i = 0;
  for (; i + LANES <= n; i += LANES) {
    f_store(out + i, swiglu_lanes(f_load(gate + i), f_load(up + i)));
  }
  if (i < n) {
    float g[LANES] = {0}, u[LANES] = {0};
    for (int lane = 0; i + lane < n; lane++) {
      g[lane] = gate[i + lane];
      u[lane] = up[i + lane];
    }
    f_store(g, swiglu_lanes(f_load(g), f_load(u)));
    for (int lane = 0; i + lane < n; lane++) {
      out[i + lane] = g[lane];
    }
  }
}

// Not a number when an element is none.
ALWAYS float largest(const float *x, int n) {
  float max = x[0], lanes[LANES];
  int i = 0;
  if (n >= LANES) {
    floats most = f_load(x);
    ints magnitudes = i_set(0);
    for (; i + LANES <= n; i += LANES) {
      most = f_max(most, f_load(x + i));
      magnitudes = i_max(magnitudes, i_and(as_ints(f_load(x + i)), i_set(0x7fffffff)));
    }
    if (i_largest(magnitudes) > 0x7f800000) {
      return __builtin_nanf("");
    }
    f_store(lanes, most);
    for (int lane = 0; lane < LANES; lane++) {
      max = lanes[lane] > max ? lanes[lane] : max;
    }
  }
  for (; i < n; i++) {
    max = x[i] > max || x[i] != x[i] ? x[i] : max;
  }
  return max;
}

// A multiple of 16 elements is written, zeros from n on.
ALWAYS float exponentials(float *x, int n) {
  int padded = (n + WIDE - 1) & -WIDE;
  float max = largest(x, n);
  for (int i = n; i < padded; i++) {
    x[i] = max;
  }
  for (int i = 0; i < padded; i += LANES) {
    f_store(x + i, f_exp(f_sub(f_load(x + i), f_set(max))));
  }
  for (int i = n; i < padded; i++) {
    x[i] = 0;
  }
  return sum(x, padded, 0);
}

ALWAYS int all_finite(const float *x, int n) {
  floats sums = f_set(0);
  float lanes[LANES], left = 0;
  int i = 0;
  for (; i + LANES <= n; i += LANES) {
    sums = f_fma(f_load(x + i), f_set(0), sums);
  }
  f_store(lanes, sums);
  for (int lane = 0; lane < LANES; lane++) {
    left += lanes[lane];
  }
  for (; i < n; i++) {
    left = __builtin_fmaf(x[i], 0, left);
  }
  return left == 0;
}

// The scores of 16 positions; four sums, of the elements of each residue modulo 4.
ALWAYS void scores(const float *q, const float *keys, float *to, int head_size, float factor) {
  for (int v = 0; v < WIDE; v += LANES) {
    floats s[4] = {f_set(0), f_set(0), f_set(0), f_set(0)};
    int i = 0;
    for (; i + 4 <= head_size; i += 4) {
      for (int j = 0; j < 4; j++) {
        s[j] = f_fma(f_load(keys + (i + j) * WIDE + v), f_set(q[i + j]), s[j]);
      }
    }
    for (int j = 0; i + j < head_size; j++) { // two: head sizes are even
      s[j] = f_fma(f_load(keys + (i + j) * WIDE + v), f_set(q[i + j]), s[j]);
    }
    f_store(to + v, f_mul(f_add(f_add(s[0], s[1]), f_add(s[2], s[3])), f_set(factor)));
  }
}

ALWAYS void weigh(const float *weights, const float *values, float *out, int head_size,
                  int positions) {
  int i = 0;
  for (; i + 4 * LANES <= head_size; i += 4 * LANES) {
    floats s[4];
    for (int v = 0; v < 4; v++) {
      s[v] = f_load(out + i + v * LANES);
    }
    for (int p = 0; p < positions; p++) {
      for (int v = 0; v < 4; v++) {
        s[v] = f_fma(f_load(values + p * head_size + i + v * LANES), f_set(weights[p]), s[v]);
      }
    }
    for (int v = 0; v < 4; v++) {
      f_store(out + i + v * LANES, s[v]);
    }
  }
  for (; i + LANES <= head_size; i += LANES) {
    floats s = f_load(out + i);
    for (int p = 0; p < positions; p++) {
      s = f_fma(f_load(values + p * head_size + i), f_set(weights[p]), s);
    }
    f_store(out + i, s);
  }
  for (; i < head_size; i++) {
    for (int p = 0; p < positions; p++) {
      out[i] = __builtin_fmaf(values[p * head_size + i], weights[p], out[i]);
    }
  }
}

// in the order of updraft.kernel.NativeRowMath
enum { RMS_NORM, ADD, SCALE, SWIGLU, EXPONENTIALS, FINITE, SCORES, WEIGH };

// One signature for all, so that Java links one: arrays with an index each, up to two lengths.
float NAME(row)(int what, float *a, int a0, float *b, int b0, float *c, int c0, int n, int m,
                float f) {
  a += a0, b += b0, c += c0;
  switch (what) {
    case RMS_NORM: return rms_norm(a, b, c, n, f);
    case ADD: add(a, b, n); return 0;
    case SCALE: scale(a, n, f); return 0;
    case SWIGLU: swiglu(a, b, c, n); return 0;
    case EXPONENTIALS: return exponentials(a, n);
    case FINITE: return (float)all_finite(a, n);
    case SCORES: scores(a, b, c, n, f); return 0;
    default: weigh(a, b, c, n, m); return 0;
  }
}

// Blocks first … end-1 of a row as signed bytes, see activations in products.h.
void NAME(quantize)(const float *values, int *words, float *scales, float *sums, int *totals,
                    int columns, int row, int first, int end) {
  for (long b = (long)row * (columns / 32) + first; b < (long)row * (columns / 32) + end; b++) {
    const float *x = values + b * 32;
    ints q[32 / LANES], max = i_set(0);
    // bits of magnitudes are ordered as they are, what is not a number above all
    for (int v = 0; v < 32 / LANES; v++) {
      max = i_max(max, i_and(as_ints(f_load(x + v * LANES)), i_set(0x7fffffff)));
    }
    int bits = i_largest(max);
    float largest;
    __builtin_memcpy(&largest, &bits, sizeof bits);
    int zero = largest < 1e-36f;
    float scale = zero ? 0 : largest / 127, inverse = zero ? 0 : 127 / largest;
    for (int v = 0; v < 32 / LANES; v++) {
      floats rounded = f_add(f_mul(f_load(x + v * LANES), f_set(inverse)), f_set(ROUNDER));
      q[v] = i_sub(as_ints(rounded), as_ints(f_set(ROUNDER)));
    }
    for (int half = 0; half < 2; half++) {
      ints total = q[half * VECTORS];
      for (int v = 1; v < VECTORS; v++) {
        total = i_add(total, q[half * VECTORS + v]);
      }
      totals[2 * b + half] = i_sum(total);
    }
    pack_bytes(q, words + b * 8);
    scales[b] = scale;
    sums[b] = scale * (float)(totals[2 * b] + totals[2 * b + 1]);
  }
}
