package updraft.text;

import java.util.random.RandomGenerator;

/** Texts that mix scripts, blanks, digits, marks and characters from anywhere in Unicode. */
final class RandomText {
  private static final String[] POOLS = {
    "abcdefgh ", "'sStTrReEvVlLmMdD ", "0123456789 ab", " \t\n\r", "!?.,;:-_()[]{}<>|", "éüßñçøåİı",
    "你好世界", "\u00a0\u3000\u2003\u0085\u2028", "١٢३½²", "\u0301\u200d\ufeff", "▁ ▁a",
        "\0\u0001\u001b\u007f",
  };

  private RandomText() {}

  static String of(RandomGenerator random) {
    StringBuilder text = new StringBuilder();
    int parts = random.nextInt(1, 12);
    for (int i = 0; i < parts; i++) {
      if (random.nextInt(4) == 0) {
        text.appendCodePoint(anywhere(random));
      } else {
        String pool = POOLS[random.nextInt(POOLS.length)];
        int length = random.nextInt(1, 7);
        for (int k = 0; k < length; k++) {
          text.append(pool.charAt(random.nextInt(pool.length())));
        }
      }
    }
    return text.toString();
  }

  private static int anywhere(RandomGenerator random) {
    int c;
    do {
      c = random.nextBoolean() ? random.nextInt(0x1_0000) : random.nextInt(0x1_0000, 0x11_0000);
    } while (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    return c;
  }
}
