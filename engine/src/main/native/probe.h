// What the machine itself can do, to hold kernels against: sums of words read, and products of
// bytes on registers with nothing beside them.
enum { READ, MULTIPLY };

// two units that take five cycles are busy with ten
#define CHAINS 12

int NAME(probe)(int what, const int *from, long n) {
  ints sums[CHAINS], one = i_set(0x01010101);
  for (int v = 0; v < CHAINS; v++) {
    sums[v] = i_set(v);
  }
  if (what == READ) {
    for (long i = 0; i + 8 * LANES <= n; i += 8 * LANES) {
      for (int v = 0; v < 8; v++) {
        sums[v] = i_add(sums[v], i_load(from + i + v * LANES));
      }
    }
  } else {
    for (long i = 0; i < n; i += CHAINS) {
      _Pragma("GCC unroll 16")
      for (int v = 0; v < CHAINS; v++) {
        __asm__ volatile("" : HOLD(one)); // else the compiler sees that all products are alike
        sums[v] = dot_nibbles(sums[v], one, one);
      }
    }
  }
  int sum = 0;
  for (int v = 0; v < CHAINS; v++) {
    sum += i_sum(sums[v]);
  }
  return sum;
}
