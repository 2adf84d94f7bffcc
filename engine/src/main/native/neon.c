// NEON with dot products: SDOT adds up four products of signed bytes as an int; four rows of
// weights, a lane each.
#define NAME(x) updraft_neon_##x
#include <arm_neon.h>

typedef int32x4_t ints;
typedef float32x4_t floats;

#define LANES 4
// an operand in a vector register
#define HOLD(x) "+w"(x)
#define ALWAYS static inline __attribute__((always_inline))
#define SUMS_IN_Y 0
#define TILE_GROUPS 2
#define EIGHT_ROWS 0
#define AHEAD 0

ALWAYS ints i_load(const int *p) { return vld1q_s32(p); }
ALWAYS ints i_set(int x) { return vdupq_n_s32(x); }
ALWAYS ints i_add(ints a, ints b) { return vaddq_s32(a, b); }
ALWAYS ints i_sub(ints a, ints b) { return vsubq_s32(a, b); }
ALWAYS ints i_and(ints a, ints b) { return vandq_s32(a, b); }
ALWAYS ints i_max(ints a, ints b) { return vmaxq_s32(a, b); }
ALWAYS ints i_left(ints a, int n) { return vshlq_s32(a, vdupq_n_s32(n)); }
ALWAYS ints i_right(ints a, int n) { return vshlq_s32(a, vdupq_n_s32(-n)); }
ALWAYS floats i_float(ints a) { return vcvtq_f32_s32(a); }
ALWAYS floats as_floats(ints a) { return vreinterpretq_f32_s32(a); }
ALWAYS ints as_ints(floats a) { return vreinterpretq_s32_f32(a); }
ALWAYS int i_sum(ints a) { return vaddvq_s32(a); }
ALWAYS int i_largest(ints a) { return vmaxvq_s32(a); }

ALWAYS floats f_load(const float *p) { return vld1q_f32(p); }
ALWAYS void f_store(float *p, floats a) { vst1q_f32(p, a); }
ALWAYS floats f_set(float x) { return vdupq_n_f32(x); }
ALWAYS floats f_add(floats a, floats b) { return vaddq_f32(a, b); }
ALWAYS floats f_sub(floats a, floats b) { return vsubq_f32(a, b); }
ALWAYS floats f_mul(floats a, floats b) { return vmulq_f32(a, b); }
ALWAYS floats f_div(floats a, floats b) { return vdivq_f32(a, b); }
ALWAYS floats f_fma(floats a, floats b, floats c) { return vfmaq_f32(c, a, b); }
ALWAYS floats f_max(floats a, floats b) { return vmaxq_f32(a, b); }
ALWAYS floats f_min(floats a, floats b) { return vminq_f32(a, b); }

// 32 small integers as bytes, in order
ALWAYS void pack_bytes(const ints q[8], int *to) {
  for (int i = 0; i < 2; i++) {
    int16x8_t a = vcombine_s16(vmovn_s32(q[4 * i]), vmovn_s32(q[4 * i + 1]));
    int16x8_t b = vcombine_s16(vmovn_s32(q[4 * i + 2]), vmovn_s32(q[4 * i + 3]));
    vst1q_s32(to + 4 * i, vreinterpretq_s32_s8(vcombine_s8(vmovn_s16(a), vmovn_s16(b))));
  }
}

// 16-bit floats
ALWAYS floats h_load(const short *p) { return vcvt_f32_f16(vreinterpret_f16_s16(vld1_s16(p))); }

ALWAYS ints nibbles_low(ints w) { return vandq_s32(w, vdupq_n_s32(0x0f0f0f0f)); }
ALWAYS ints nibbles_high(ints w) {
  return vreinterpretq_s32_u8(vshrq_n_u8(vreinterpretq_u8_s32(w), 4));
}

ALWAYS ints sdot(ints t, ints w, ints x) {
  return vdotq_s32(t, vreinterpretq_s8_s32(w), vreinterpretq_s8_s32(x));
}
ALWAYS ints dot_nibbles(ints t, ints n, ints x) { return sdot(t, n, x); }
ALWAYS ints end_nibbles(ints t) { return t; }

typedef ints bytes;
ALWAYS bytes open_bytes(ints w) { return w; }
ALWAYS ints start_bytes(int total) {
  (void)total;
  return vdupq_n_s32(0);
}
ALWAYS ints dot_bytes(ints t, bytes w, ints x) { return sdot(t, w, x); }

#include "products.h"
#include "rows.h"
#include "pages.h"
#include "probe.h"
