package updraft.text;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * SentencePiece's BPE as of Llama 2: neighbouring characters are joined to the token of the best
 * score until none is left; what is no token then falls back to byte tokens.
 *
 * <p>A space is a character like any other, spelled {@code ▁}; a text, and what follows a special
 * token, gets one in front where the vocabulary wants it.
 */
final class SentencePieceTokenizer extends VocabularyTokenizer {
  private static final char SPACE = '\u2581';

  private final ByteTable table;

  /** The place of each token in the order of scores, best first; equal scores share a place. */
  private final int[] rank;

  /** The token of each byte, or -1. */
  private final int[] byteTokens = new int[256];

  private final int unknown;
  private final boolean addsSpace;

  SentencePieceTokenizer(Vocabulary vocabulary) {
    super(
        vocabulary,
        SentencePieceTokenizer::bytesOf,
        vocabulary.size() > 1 ? 1 : -1,
        vocabulary.size() > 2 ? 2 : -1,
        true);
    unknown = vocabulary.token("unknown_token_id", 0);
    addsSpace = vocabulary.flag("add_space_prefix", true);
    rank = ranks(vocabulary.scores());
    table = new ByteTable(vocabulary.size());
    for (int token = 0; token < vocabulary.size(); token++) {
      String spelling = vocabulary.spelling(token);
      boolean ordinary = !isHidden(vocabulary, token) && vocabulary.type(token) != Vocabulary.BYTE;
      // a spelling with a plain space cannot match: a text's spaces are escaped
      if (ordinary && !spelling.isEmpty() && spelling.indexOf(' ') < 0) {
        table.add(bytesOf(spelling), token);
      }
    }
    for (int b = 0; b < byteTokens.length; b++) {
      byteTokens[b] = vocabulary.find(String.format("<0x%02X>", b));
      if (byteTokens[b] < 0 && unknown < 0) {
        throw vocabulary.refuse(
            "a vocabulary without an unknown token must have a token for each byte",
            "missing=" + String.format("<0x%02X>", b));
      }
    }
  }

  private static byte[] bytesOf(String spelling) {
    return spelling.replace(SPACE, ' ').getBytes(StandardCharsets.UTF_8);
  }

  private static int[] ranks(float[] scores) {
    int[] best =
        IntStream.range(0, scores.length)
            .boxed()
            .sorted(Comparator.comparingDouble(token -> -scores[token]))
            .mapToInt(token -> token)
            .toArray();
    int[] rank = new int[scores.length];
    for (int i = 1; i < best.length; i++) {
      boolean tie = scores[best[i]] == scores[best[i - 1]];
      rank[best[i]] = tie ? rank[best[i - 1]] : i;
    }
    return rank;
  }

  @Override
  Encoder encoder(String text, TokenList tokens) {
    return new PartEncoder(text, tokens);
  }

  private final class PartEncoder extends Merger implements Encoder {
    private final String text;
    private final TokenList tokens;
    private byte[] part = new byte[64];

    PartEncoder(String text, TokenList tokens) {
      this.text = text;
      this.tokens = tokens;
    }

    @Override
    public void encode(int from, int end) {
      part = Utf8.reserve(part, end - from + 1);
      clear();
      int length = addsSpace ? addCharacter(' ', 0) : 0;
      int at = from;
      while (at < end) {
        int c = text.codePointAt(at);
        at += Character.charCount(c);
        length = addCharacter(c == SPACE ? ' ' : c, length);
      }
      merge(length);
    }

    private int addCharacter(int c, int begin) {
      int end = Utf8.put(c, part, begin);
      add(table.find(part, begin, end), begin);
      return end;
    }

    @Override
    long join(int leftToken, int rightToken, int begin, int end) {
      int token = table.find(part, begin, end);
      return token < 0 ? token : ((long) rank[token] << 32) | token;
    }

    @Override
    void accept(int token, int begin, int end) {
      if (token != NO_TOKEN) {
        tokens.add(token);
        return;
      }
      for (int i = begin; i < end; i++) {
        int byteToken = byteTokens[part[i] & 0xFF];
        if (byteToken < 0) {
          tokens.add(unknown);
          return;
        }
        tokens.add(byteToken);
      }
    }
  }
}
