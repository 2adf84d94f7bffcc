// Stored tensors to the words of updraft.model.PackedMatrix. The same bits as
// updraft.model.StoredBlocks, which explains the formats. For little-endian machines.

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// in the order of updraft.model.QuantType
enum { F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K };

static uint16_t unit(const uint8_t *at) {
  uint16_t unit;
  memcpy(&unit, at, 2);
  return unit;
}

static uint32_t word(const uint8_t *at) {
  uint32_t word;
  memcpy(&word, at, 4);
  return word;
}

static uint32_t bits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  return bits;
}

static int infinite(uint32_t half) { return (half & 0x7c00) == 0x7c00; }

// Exact for finite halves: exponent and mantissa where a float has them, and the exponent mended.
static float half(const uint8_t *at) {
  uint32_t h = unit(at), b = (h & 0x8000) << 16 | (h & 0x7fff) << 13;
  float value;
  memcpy(&value, &b, 4);
  return value * 0x1p112f;
}

// The half of -8 times a finite half, which is exact or, when that is too large, infinite.
static uint32_t minus_eight(uint32_t h) {
  uint32_t sign = ~h & 0x8000, exponent = h >> 10 & 31, mantissa = h & 0x3ff;
  if (exponent == 0) {
    uint32_t scaled = mantissa << 3;
    if (scaled < 0x400) {
      return sign | scaled;
    }
    for (exponent = 1; scaled >= 0x800; exponent++) {
      scaled >>= 1;
    }
    return sign | exponent << 10 | (scaled & 0x3ff);
  }
  return exponent + 3 >= 31 ? sign | 0x7c00 : sign | (exponent + 3) << 10 | mantissa;
}

static uint32_t eight_nibbles(uint32_t first, uint32_t second) {
  return (first & 0x0f0f0f0f) | (second & 0x0f0f0f0f) << 4;
}

static void nibbles(const uint8_t *at, uint32_t *words) {
  for (int c = 0; c < 2; c++) {
    uint32_t first = word(at + 8 * c), second = word(at + 8 * c + 4);
    words[c] = eight_nibbles(first, second);
    words[c + 2] = eight_nibbles(first >> 4, second >> 4);
  }
}

static void five_bits(const uint8_t *at, uint32_t high, int bias, uint32_t *words) {
  for (int c = 0; c < 8; c++) {
    uint32_t four = word(at + 4 * (c % 4)) >> (c < 4 ? 0 : 4);
    words[c] = 0;
    for (int i = 0; i < 4; i++) {
      int quant = (int)((four >> 8 * i & 15) | (high >> (4 * c + i) & 1) << 4);
      words[c] |= ((uint32_t)(quant - bias) & 0xff) << 8 * i;
    }
  }
}

static void super_block(const uint8_t *at, int sub, int five, uint32_t *words) {
  const uint8_t *s = at + 4, *low = at + 16 + (five ? 32 : 0) + sub / 2 * 32;
  int scale = sub < 4 ? s[sub] & 63 : (s[sub + 4] & 15) | s[sub - 4] >> 6 << 4;
  int min = sub < 4 ? s[sub + 4] & 63 : s[sub + 4] >> 4 | s[sub] >> 6 << 4;
  int shift = 4 * (sub & 1);
  for (int c = 0; c < (five ? 8 : 4); c++) {
    words[c] = five ? (word(low + 4 * c) >> shift & 0x0f0f0f0f) |
                          (word(at + 16 + 4 * c) >> sub & 0x01010101) << 4
                    : eight_nibbles(word(low + 8 * c) >> shift, word(low + 8 * c + 4) >> shift);
  }
  words[five ? 8 : 4] = bits(half(at) * (float)scale);
  words[five ? 9 : 5] = bits(-(half(at + 2) * (float)min));
}

static void six_bits(const uint8_t *at, int sixteenth, uint32_t *words) {
  int upper = sixteenth / 8, quarter = sixteenth % 8 / 2, odd = sixteenth % 2;
  const uint8_t *low = at + 64 * upper + 32 * (quarter & 1) + 16 * odd;
  const uint8_t *high = at + 128 + 32 * upper + 16 * odd;
  for (int c = 0; c < 4; c++) {
    uint32_t four = word(low + 4 * c) >> (quarter < 2 ? 0 : 4) & 0x0f0f0f0f;
    uint32_t two = word(high + 4 * c) >> 2 * quarter & 0x03030303;
    uint32_t quants = (four | two << 4) ^ 0x20202020;
    words[c] = quants | (quants & 0x20202020) << 1 | (quants & 0x20202020) << 2;
  }
  words[4] = bits(half(at + 208) * (float)(int8_t)at[192 + sixteenth]);
}

// Takes one block apart; returns how many words it gives, or 0 if a scale or a half is not finite.
static int block(int type, const uint8_t *row, int b, int columns, uint32_t *words) {
  switch (type) {
    case F32:
      words[0] = word(row + 4 * (long)b);
      return 1;
    case F16:
    case BF16:
      words[0] = 2 * b + 1 < columns ? word(row + 4 * (long)b) : unit(row + 4 * (long)b);
      return type == F16 && (infinite(words[0]) || infinite(words[0] >> 16)) ? 0 : 1;
    case Q8_0: {
      const uint8_t *at = row + b * 34L;
      memcpy(words, at + 2, 32);
      words[8] = bits(half(at));
      return infinite(unit(at)) ? 0 : 9;
    }
    case Q4_0: {
      const uint8_t *at = row + b * 18L;
      uint32_t scale = unit(at), min = minus_eight(scale);
      nibbles(at + 2, words);
      words[4] = scale | min << 16;
      return infinite(scale) || infinite(min) ? 0 : 5;
    }
    case Q4_1: {
      const uint8_t *at = row + b * 20L;
      nibbles(at + 4, words);
      words[4] = word(at);
      return infinite(words[4]) || infinite(words[4] >> 16) ? 0 : 5;
    }
    case Q5_0: {
      const uint8_t *at = row + b * 22L;
      five_bits(at + 6, word(at + 2), 16, words);
      words[8] = bits(half(at));
      return infinite(unit(at)) ? 0 : 9;
    }
    case Q5_1: {
      const uint8_t *at = row + b * 24L;
      five_bits(at + 8, word(at + 4), 0, words);
      words[8] = bits(half(at));
      words[9] = bits(half(at + 2));
      return infinite(unit(at)) || infinite(unit(at + 2)) ? 0 : 10;
    }
    case Q4_K:
    case Q5_K: {
      const uint8_t *at = row + b / 8 * (type == Q4_K ? 144L : 176L);
      super_block(at, b % 8, type == Q5_K, words);
      return infinite(unit(at)) || infinite(unit(at + 2)) ? 0 : type == Q4_K ? 6 : 10;
    }
    case Q6_K: {
      const uint8_t *at = row + b / 16 * 210L;
      six_bits(at, b % 16, words);
      return infinite(unit(at + 208)) ? 0 : 5;
    }
    default:
      return 0;
  }
}

// Lets go of a file's pages, which the system has to count as this process's memory as long as they
// were read; who reads them again gets them again.
static void forget(const uint8_t *from, long bytes) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  uintptr_t start = (uintptr_t)from / page * page, end = ((uintptr_t)from + bytes) / page * page;
  if (start < end) {
    madvise((void *)start, end - start, MADV_DONTNEED);
  }
}

// Packs `rows` rows from `stored` as rows `first` and following of a matrix of `blocks` blocks;
// returns the first row that cannot be packed, counted from 0, or -1. `mapped` says that they lie in
// a file.
int updraft_repack(const uint8_t *stored, int32_t *packed, int type, long row_bytes, int first,
                   int rows, int columns, int blocks, int lanes, int block_words, int mapped) {
  for (int r = 0; r < rows; r++) {
    const uint8_t *row = stored + r * row_bytes;
    int to = first + r;
    int32_t *at = packed + (long)(to / lanes) * blocks * block_words * lanes + to % lanes;
    for (int b = 0; b < blocks; b++) {
      uint32_t words[10];
      if (block(type, row, b, columns, words) != block_words) {
        return r;
      }
      for (int i = 0; i < block_words; i++, at += lanes) {
        *at = (int32_t)words[i];
      }
    }
  }
  if (mapped) {
    forget(stored, rows * row_bytes);
  }
  return -1;
}
