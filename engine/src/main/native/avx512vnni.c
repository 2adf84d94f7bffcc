// AVX-512 with VNNI: 512-bit vectors, sixteen rows of weights, a lane each.
#define NAME(x) updraft_avx512vnni_##x
#include <immintrin.h>

typedef __m512i ints;
typedef __m512 floats;

#define LANES 16
// an operand in a vector register
#define HOLD(x) "+v"(x)
#define ALWAYS static inline __attribute__((always_inline))

// 32 registers: two groups of four rows share what is read of activations
#define SUMS_IN_Y 0
#define TILE_GROUPS 2
#define EIGHT_ROWS 1
// 8 KB. One core of Granite Rapids read 4-bit weights at 29 GB/s in place of 17; with 2 and 4 KB at
// 25 and 28.
#define AHEAD 2048

ALWAYS ints i_load(const int *p) { return _mm512_loadu_si512(p); }
ALWAYS ints i_set(int x) { return _mm512_set1_epi32(x); }
ALWAYS ints i_add(ints a, ints b) { return _mm512_add_epi32(a, b); }
ALWAYS ints i_sub(ints a, ints b) { return _mm512_sub_epi32(a, b); }
ALWAYS ints i_and(ints a, ints b) { return _mm512_and_si512(a, b); }
ALWAYS ints i_xor(ints a, ints b) { return _mm512_xor_si512(a, b); }
ALWAYS ints i_max(ints a, ints b) { return _mm512_max_epi32(a, b); }
ALWAYS ints i_left(ints a, int n) { return _mm512_slli_epi32(a, n); }
ALWAYS ints i_right(ints a, int n) { return _mm512_srai_epi32(a, n); }
ALWAYS floats i_float(ints a) { return _mm512_cvtepi32_ps(a); }
ALWAYS floats as_floats(ints a) { return _mm512_castsi512_ps(a); }
ALWAYS ints as_ints(floats a) { return _mm512_castps_si512(a); }
ALWAYS int i_sum(ints a) { return _mm512_reduce_add_epi32(a); }
ALWAYS int i_largest(ints a) { return _mm512_reduce_max_epi32(a); }

ALWAYS floats f_load(const float *p) { return _mm512_loadu_ps(p); }
ALWAYS void f_store(float *p, floats a) { _mm512_storeu_ps(p, a); }
ALWAYS floats f_set(float x) { return _mm512_set1_ps(x); }
ALWAYS floats f_add(floats a, floats b) { return _mm512_add_ps(a, b); }
ALWAYS floats f_sub(floats a, floats b) { return _mm512_sub_ps(a, b); }
ALWAYS floats f_mul(floats a, floats b) { return _mm512_mul_ps(a, b); }
ALWAYS floats f_div(floats a, floats b) { return _mm512_div_ps(a, b); }
ALWAYS floats f_fma(floats a, floats b, floats c) { return _mm512_fmadd_ps(a, b, c); }
// b where one is not a number
ALWAYS floats f_max(floats a, floats b) { return _mm512_max_ps(a, b); }
ALWAYS floats f_min(floats a, floats b) { return _mm512_min_ps(a, b); }

// 32 small integers as bytes, in order
ALWAYS void pack_bytes(const ints q[2], int *to) {
  _mm_storeu_si128((__m128i *)to, _mm512_cvtepi32_epi8(q[0]));
  _mm_storeu_si128((__m128i *)(to + 4), _mm512_cvtepi32_epi8(q[1]));
}

// 16-bit floats
ALWAYS floats h_load(const short *p) {
  return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p));
}

ALWAYS ints nibbles_low(ints w) { return _mm512_and_si512(w, _mm512_set1_epi8(15)); }
ALWAYS ints nibbles_high(ints w) { return nibbles_low(_mm512_srli_epi16(w, 4)); }

ALWAYS ints dpbusd(ints t, ints w, ints x) { return _mm512_dpbusd_epi32(t, w, x); }

#include "vnni.h"

#include "products.h"
#include "rows.h"
#include "pages.h"
#include "probe.h"
