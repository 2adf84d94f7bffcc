// 256-bit vectors, for AVX2 and AVX-VNNI: eight rows of weights, a lane each.
#include <immintrin.h>

typedef __m256i ints;
typedef __m256 floats;

#define LANES 8
// an operand in a vector register
#define HOLD(x) "+x"(x)
#define ALWAYS static inline __attribute__((always_inline))

ALWAYS ints i_load(const int *p) { return _mm256_loadu_si256((const ints *)p); }
ALWAYS ints i_set(int x) { return _mm256_set1_epi32(x); }
ALWAYS ints i_add(ints a, ints b) { return _mm256_add_epi32(a, b); }
ALWAYS ints i_sub(ints a, ints b) { return _mm256_sub_epi32(a, b); }
ALWAYS ints i_and(ints a, ints b) { return _mm256_and_si256(a, b); }
ALWAYS ints i_max(ints a, ints b) { return _mm256_max_epi32(a, b); }
ALWAYS ints i_left(ints a, int n) { return _mm256_slli_epi32(a, n); }
ALWAYS ints i_right(ints a, int n) { return _mm256_srai_epi32(a, n); }
ALWAYS floats i_float(ints a) { return _mm256_cvtepi32_ps(a); }
ALWAYS floats as_floats(ints a) { return _mm256_castsi256_ps(a); }
ALWAYS ints as_ints(floats a) { return _mm256_castps_si256(a); }

ALWAYS floats f_load(const float *p) { return _mm256_loadu_ps(p); }
ALWAYS void f_store(float *p, floats a) { _mm256_storeu_ps(p, a); }
ALWAYS floats f_set(float x) { return _mm256_set1_ps(x); }
ALWAYS floats f_add(floats a, floats b) { return _mm256_add_ps(a, b); }
ALWAYS floats f_sub(floats a, floats b) { return _mm256_sub_ps(a, b); }
ALWAYS floats f_mul(floats a, floats b) { return _mm256_mul_ps(a, b); }
ALWAYS floats f_div(floats a, floats b) { return _mm256_div_ps(a, b); }
ALWAYS floats f_fma(floats a, floats b, floats c) { return _mm256_fmadd_ps(a, b, c); }
// b where one is not a number
ALWAYS floats f_max(floats a, floats b) { return _mm256_max_ps(a, b); }
ALWAYS floats f_min(floats a, floats b) { return _mm256_min_ps(a, b); }

ALWAYS int i_sum(ints a) {
  __m128i s = _mm_add_epi32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
  s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4e));
  return _mm_cvtsi128_si32(_mm_add_epi32(s, _mm_shuffle_epi32(s, 0xb1)));
}

ALWAYS int i_largest(ints a) {
  __m128i s = _mm_max_epi32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
  s = _mm_max_epi32(s, _mm_shuffle_epi32(s, 0x4e));
  return _mm_cvtsi128_si32(_mm_max_epi32(s, _mm_shuffle_epi32(s, 0xb1)));
}

// 32 small integers as bytes, in order
ALWAYS void pack_bytes(const ints q[4], int *to) {
  ints a = _mm256_packs_epi32(q[0], q[1]);
  ints b = _mm256_packs_epi32(q[2], q[3]);
  ints order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  ints bytes = _mm256_permutevar8x32_epi32(_mm256_packs_epi16(a, b), order);
  _mm256_storeu_si256((ints *)to, bytes);
}

// 16-bit floats
ALWAYS floats h_load(const short *p) {
  return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p));
}

ALWAYS ints nibbles_low(ints w) { return _mm256_and_si256(w, _mm256_set1_epi8(15)); }
ALWAYS ints nibbles_high(ints w) { return nibbles_low(_mm256_srli_epi16(w, 4)); }
