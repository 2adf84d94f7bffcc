package updraft.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Decodes UTF-8 that arrives in pieces, never emitting half a character: an incomplete tail waits
 * for the next piece. Malformed bytes become U+FFFD. Not thread-safe.
 */
public final class Utf8Stream {
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);

  /** Bytes of a character whose end has not arrived; at most three. */
  private byte[] pending = new byte[0];

  /** The characters that these bytes complete; may be empty. */
  public String append(byte[] bytes) {
    ByteBuffer in = ByteBuffer.allocate(pending.length + bytes.length).put(pending).put(bytes);
    in.flip();
    CharBuffer out = CharBuffer.allocate(in.remaining() + 1);
    decoder.decode(in, out, false);
    pending = new byte[in.remaining()];
    in.get(pending);
    return out.flip().toString();
  }

  /** What is left when nothing follows: U+FFFD for an incomplete character, else nothing. */
  public String finish() {
    CharBuffer out = CharBuffer.allocate(pending.length + 2);
    decoder.decode(ByteBuffer.wrap(pending), out, true);
    decoder.flush(out);
    decoder.reset();
    pending = new byte[0];
    return out.flip().toString();
  }
}
