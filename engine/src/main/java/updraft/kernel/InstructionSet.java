package updraft.kernel;

/** What native kernels are compiled for, best first. */
enum InstructionSet {
  AVX512_VNNI("avx512vnni", "AVX-512 VNNI", 4, 16),
  AVX_VNNI("avxvnni", "AVX-VNNI", 2, 8),
  AVX2("avx2", "AVX2", 1, 8),
  NEON_DOT("neon", "NEON with dot products", 8, 4);

  /** What the library's functions begin with, after {@code updraft_}. */
  final String prefix;

  final String title;

  /** Its bit in what {@code updraft_cpu} answers. */
  final int bit;

  /** Rows a group of packed matrices. */
  final int lanes;

  InstructionSet(String prefix, String title, int bit, int lanes) {
    this.prefix = prefix;
    this.title = title;
    this.bit = bit;
    this.lanes = lanes;
  }
}
