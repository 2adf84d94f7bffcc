package updraft.server;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import updraft.request.TokenLogprob;
import updraft.server.openai.Wire;
import updraft.text.Tokenizer;

/** Log-probabilities in OpenAI's two shapes. */
final class Logprobs {
  private Logprobs() {}

  static Wire.ChatLogprobs chat(List<TokenLogprob> logprobs, Tokenizer tokenizer) {
    List<Wire.ChatLogprob> content = new ArrayList<>();
    for (TokenLogprob logprob : logprobs) {
      List<Wire.TopLogprob> top = new ArrayList<>();
      for (TokenLogprob.Alternative other : logprob.top()) {
        top.add(
            new Wire.TopLogprob(
                text(other.token(), tokenizer),
                shown(other.logprob()),
                bytes(other.token(), tokenizer)));
      }
      content.add(
          new Wire.ChatLogprob(
              text(logprob.token(), tokenizer),
              shown(logprob.logprob()),
              bytes(logprob.token(), tokenizer),
              top));
    }
    return new Wire.ChatLogprobs(content);
  }

  /**
   * @param offset characters of the answer before the first of these tokens
   */
  static Wire.TextLogprobs text(List<TokenLogprob> logprobs, int offset, Tokenizer tokenizer) {
    List<String> tokens = new ArrayList<>();
    List<Float> values = new ArrayList<>();
    List<Map<String, Float>> top = new ArrayList<>();
    List<Integer> offsets = new ArrayList<>();
    int at = offset;
    for (TokenLogprob logprob : logprobs) {
      String token = text(logprob.token(), tokenizer);
      tokens.add(token);
      values.add(shown(logprob.logprob()));
      Map<String, Float> alternatives = new LinkedHashMap<>();
      for (TokenLogprob.Alternative other : logprob.top()) {
        alternatives.put(text(other.token(), tokenizer), shown(other.logprob()));
      }
      top.add(alternatives);
      offsets.add(at);
      at += token.length();
    }
    return new Wire.TextLogprobs(tokens, values, top, offsets);
  }

  /** JSON has no infinity; OpenAI's stand-in for it is -9999. */
  private static float shown(float logprob) {
    return Math.max(logprob, -9999);
  }

  private static String text(int token, Tokenizer tokenizer) {
    byte[] bytes = tokenizer.bytes(token);
    return bytes.length == 0 ? tokenizer.piece(token) : new String(bytes, StandardCharsets.UTF_8);
  }

  private static List<Integer> bytes(int token, Tokenizer tokenizer) {
    List<Integer> unsigned = new ArrayList<>();
    for (byte b : tokenizer.bytes(token)) {
      unsigned.add(b & 0xff);
    }
    return unsigned;
  }
}
