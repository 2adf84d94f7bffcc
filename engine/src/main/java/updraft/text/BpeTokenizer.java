package updraft.text;

import java.nio.charset.StandardCharsets;

/**
 * Byte-level byte-pair encoding, as of GPT-2: a text is cut into words, a word's bytes are joined
 * pair by pair in the order in which the vocabulary learnt its merges.
 *
 * <p>Bytes for which the vocabulary has no token are left out, as llama.cpp does: SmolLM2 has none
 * for some control characters.
 */
final class BpeTokenizer extends VocabularyTokenizer {
  private final BpeRules rules;

  /** The token of each byte, or {@link Merger#NO_TOKEN}. */
  private final int[] byteTokens = new int[256];

  /** What two tokens become: the rank of the merge above 32 bits of the token. */
  private final LongMap merges;

  /** The words that need no merges, where the rules say so; else empty. */
  private final ByteTable wholeWords;

  private final WordCache cache = new WordCache();

  BpeTokenizer(Vocabulary vocabulary, BpeRules rules) {
    super(vocabulary, BpeTokenizer::bytesOf, -1, -1, rules.addsBos());
    this.rules = rules;
    for (int b = 0; b < byteTokens.length; b++) {
      int token = vocabulary.find(Character.toString(ByteAlphabet.charOf(b)));
      byteTokens[b] = token >= 0 && !isHidden(vocabulary, token) ? token : Merger.NO_TOKEN;
    }
    merges = merges(vocabulary);
    wholeWords = new ByteTable(rules.wholeWords() ? vocabulary.size() : 0);
    for (int token = 0; token < vocabulary.size() && rules.wholeWords(); token++) {
      String spelling = vocabulary.spelling(token);
      if (vocabulary.type(token) == Vocabulary.NORMAL && ByteAlphabet.spells(spelling)) {
        wholeWords.add(bytes(token), token);
      }
    }
  }

  private static byte[] bytesOf(String spelling) {
    return ByteAlphabet.spells(spelling)
        ? ByteAlphabet.bytes(spelling)
        : spelling.getBytes(StandardCharsets.UTF_8);
  }

  /** Merges that would yield a control token are left out: no text may spell one. */
  private static LongMap merges(Vocabulary vocabulary) {
    String[] pairs = vocabulary.merges();
    LongMap merges = new LongMap(pairs.length);
    int joined = -1;
    for (int rank = 0; rank < pairs.length; rank++) {
      String pair = pairs[rank];
      int space = pair.indexOf(' ', 1);
      int left = space < 0 ? -1 : vocabulary.find(pair.substring(0, space));
      int right = space < 0 ? -1 : vocabulary.find(pair.substring(space + 1));
      joined = space < 0 ? -1 : joined(vocabulary, pair, space, joined + 1);
      if (left < 0 || right < 0 || joined < 0) {
        throw vocabulary.refuse(
            "a merge must be of two tokens and yield a token",
            "merge=" + rank + ", pair=" + Vocabulary.quoted(pair));
      }
      if (!isHidden(vocabulary, joined)) {
        merges.putIfAbsent(((long) left << 32) | right, ((long) rank << 32) | joined);
      }
    }
    return merges;
  }

  /** What a pair yields. Most vocabularies list tokens in the order of merges: look there first. */
  private static int joined(Vocabulary vocabulary, String pair, int space, int likely) {
    String spelling = likely < vocabulary.size() ? vocabulary.spelling(likely) : "";
    if (spelling.length() == pair.length() - 1
        && spelling.regionMatches(0, pair, 0, space)
        && spelling.regionMatches(space, pair, space + 1, spelling.length() - space)) {
      return likely;
    }
    return vocabulary.find(pair.substring(0, space) + pair.substring(space + 1));
  }

  @Override
  Encoder encoder(String text, TokenList tokens) {
    return new WordEncoder(text, tokens);
  }

  private final class WordEncoder extends Merger implements Encoder {
    private final String text;
    private final TokenList tokens;
    private byte[] word = new byte[4 * WordCache.MAX_WORD];

    WordEncoder(String text, TokenList tokens) {
      this.text = text;
      this.tokens = tokens;
    }

    @Override
    public void encode(int from, int end) {
      int at = from;
      while (at < end) {
        int next = rules.preTokenizer().next(text, at, end);
        encodeWord(at, next);
        at = next;
      }
    }

    private void encodeWord(int from, int end) {
      if (end - from > WordCache.MAX_WORD) {
        mergeWord(from, end);
        return;
      }
      int[] known = cache.find(text, from, end);
      if (known != null) {
        tokens.addAll(known);
        return;
      }
      int first = tokens.size();
      mergeWord(from, end);
      cache.keep(text, from, end, tokens.toArray(first));
    }

    private void mergeWord(int from, int end) {
      word = Utf8.reserve(word, end - from);
      int length = Utf8.encode(text, from, end, word);
      int whole = wholeWords.find(word, 0, length);
      if (whole != ByteTable.ABSENT) {
        tokens.add(whole);
        return;
      }
      clear();
      for (int i = 0; i < length; i++) {
        add(byteTokens[word[i] & 0xFF], i);
      }
      merge(length);
    }

    @Override
    long join(int leftToken, int rightToken, int begin, int end) {
      return merges.get((long) leftToken << 32 | (rightToken & 0xFFFF_FFFFL));
    }

    @Override
    void accept(int token, int begin, int end) {
      if (token != NO_TOKEN) {
        tokens.add(token);
      }
    }
  }
}
