// What this processor can run; compiled without any of the instruction sets that it asks for.
#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

enum { AVX2 = 1, AVX_VNNI = 2, AVX512_VNNI = 4, NEON_DOT = 8 };

#if defined(__x86_64__)
#include <cpuid.h>

// AVX-VNNI: leaf 7, subleaf 1, bit 4 of EAX. Asked for directly: compilers before GCC 12 and
// Clang 16 do not know its name.
static int has_avx_vnni(void) {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a >> 4 & 1);
}
#endif

// Read as data: Java links no function for it, which would take it milliseconds.
int updraft_cpu = 0;

__attribute__((constructor)) static void ask(void) {
  int features = 0;
#if defined(__x86_64__)
  // looks at what the system saves on a switch of threads as well
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    features |= AVX2 | (has_avx_vnni() ? AVX_VNNI : 0);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni")) {
      features |= AVX512_VNNI;
    }
  }
#elif defined(__aarch64__) && defined(__linux__)
  features |= getauxval(AT_HWCAP) >> 20 & 1 ? NEON_DOT : 0; // HWCAP_ASIMDDP
#elif defined(__aarch64__) && defined(__APPLE__)
  features |= NEON_DOT; // every Apple processor that runs 64-bit macOS
#endif
  updraft_cpu = features;
}
