// AVX-VNNI: 256-bit vectors with VPDPBUSD.
#define NAME(x) updraft_avxvnni_##x
#include "x86_256.h"

#define SUMS_IN_Y 1
#define TILE_GROUPS 1
#define EIGHT_ROWS 0
#define AHEAD 0

ALWAYS ints i_xor(ints a, ints b) { return _mm256_xor_si256(a, b); }
ALWAYS ints dpbusd(ints t, ints w, ints x) { return _mm256_dpbusd_avx_epi32(t, w, x); }

#include "vnni.h"

#include "products.h"
#include "rows.h"
#include "pages.h"
#include "probe.h"
