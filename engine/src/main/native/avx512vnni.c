// AVX-512 with VNNI: 512-bit vectors with VPDPBUSD.
#define NAME(x) updraft_avx512vnni_##x
#include "x86_512.h"

// 32 registers: two groups of four rows share what is read of activations
#define SUMS_IN_Y 0
#define TILE_GROUPS 2
#define EIGHT_ROWS 1
// One core of Granite Rapids read 4-bit weights at 29 GB/s in place of 17; 512 and 1024 gave 25 and 28.
#define AHEAD 2048

#include "vnni.h"

#include "products.h"
#include "rows.h"
#include "pages.h"
#include "probe.h"
