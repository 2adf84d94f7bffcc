// AVX2: VPMADDUBSW adds up pairs of products of unsigned and signed bytes as shorts.
#define NAME(x) updraft_avx2_##x
#include "x86_256.h"

// sixteen registers: outputs are added up in memory
#define SUMS_IN_Y 1
#define TILE_GROUPS 1
#define EIGHT_ROWS 0
#define AHEAD 0

// Sums are taken where they stand. Else GCC computes all products of a block first, for which there
// are not enough registers: eight rows ran at 0.92 (4-bit) and 0.95 (8-bit) of the speed.
ALWAYS ints at_once(ints t) {
  __asm__("" : HOLD(t));
  return t;
}

// Eight pairs of products of a nibble and a byte fit a short: 8 × 2 × 15 × 127 = 30,480.
ALWAYS ints dot_nibbles(ints t, ints n, ints x) {
  return at_once(_mm256_add_epi16(t, _mm256_maddubs_epi16(n, x)));
}
ALWAYS ints end_nibbles(ints t) { return _mm256_madd_epi16(t, _mm256_set1_epi16(1)); }

// w·x = |w| · (x with the sign of w), of which a pair fits a short: 2 × 128 × 127 = 32,512.
typedef struct {
  ints weights, magnitudes;
} bytes;
ALWAYS bytes open_bytes(ints w) {
  bytes b = {w, _mm256_abs_epi8(w)};
  return b;
}
ALWAYS ints start_bytes(int total) {
  (void)total;
  return _mm256_setzero_si256();
}
ALWAYS ints dot_bytes(ints t, bytes w, ints x) {
  ints pairs = _mm256_maddubs_epi16(w.magnitudes, _mm256_sign_epi8(x, w.weights));
  return at_once(_mm256_add_epi32(t, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1))));
}

#include "products.h"
#include "rows.h"
#include "pages.h"
#include "probe.h"
