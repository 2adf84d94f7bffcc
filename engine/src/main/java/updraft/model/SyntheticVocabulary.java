package updraft.model;

import java.util.ArrayList;
import java.util.List;

/**
 * A byte-level BPE vocabulary of any size that encodes and decodes every text: the 256 bytes,
 * letters after a space, then strings of letters of growing length, then three control tokens.
 */
final class SyntheticVocabulary {
  static final List<String> CONTROL = List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>");
  static final int LEAST_SIZE = 256 + CONTROL.size();

  private static final String CHAT_TEMPLATE =
      "{% if tools %}{{ '<|im_start|>system\\nCall as <tool_call>{}</tool_call>:\\n' }}"
          + "{% for tool in tools %}{{ tool | tojson + '\\n' }}{% endfor %}"
          + "{{ '<|im_end|>\\n' }}{% endif %}"
          + "{% for message in messages %}"
          + "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] }}"
          + "{% for call in message.tool_calls or [] %}"
          + "{{ '<tool_call>' + call.function | tojson + '</tool_call>' }}{% endfor %}"
          + "{{ '<|im_end|>\\n' }}"
          + "{% endfor %}"
          + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

  /** Most frequent in English first, so that the earlier merges are the likelier ones. */
  private static final String LETTERS = "etaoinshrdlcumwfgypbvkjxqz";

  private static final int NORMAL = 1;
  private static final int CONTROL_TYPE = 3;

  private final int size;
  private final List<String> tokens = new ArrayList<>();
  private final List<String> merges = new ArrayList<>();

  SyntheticVocabulary(int size) {
    this.size = size;
    for (int b = 0; b < 256; b++) {
      tokens.add(Character.toString(byteCharacter(b)));
    }
    List<String> stems = List.of(Character.toString(byteCharacter(' ')));
    addMerges(stems);
    for (stems = LETTERS.chars().mapToObj(Character::toString).toList();
        tokens.size() < size - CONTROL.size(); ) {
      stems = addMerges(stems);
    }
    tokens.addAll(CONTROL);
  }

  /** Each stem with each letter after it, until the vocabulary is full. */
  private List<String> addMerges(List<String> stems) {
    List<String> longer = new ArrayList<>();
    for (String stem : stems) {
      for (int i = 0; i < LETTERS.length(); i++) {
        if (tokens.size() == size - CONTROL.size()) {
          return longer;
        }
        merges.add(stem + " " + LETTERS.charAt(i));
        tokens.add(stem + LETTERS.charAt(i));
        longer.add(tokens.getLast());
      }
    }
    return longer;
  }

  /**
   * GPT-2's printable stand-in for a byte: itself where it is visible, else the next free character
   * from U+0100 on.
   */
  private static int byteCharacter(int b) {
    if (b < '!') {
      return 0x100 + b;
    } else if (b >= 0x7F && b <= 0xA0) {
      return 0x100 + '!' + b - 0x7F;
    }
    return b == 0xAD ? 0x143 : b;
  }

  /** The first control token; control tokens are the last of the vocabulary. */
  int firstControl() {
    return size - CONTROL.size();
  }

  void writeTo(GgufWriter writer) {
    int[] types = new int[size];
    for (int i = 0; i < size; i++) {
      types[i] = i < firstControl() ? NORMAL : CONTROL_TYPE;
    }
    int endOfText = firstControl();
    writer
        .string("tokenizer.ggml.model", "gpt2")
        .string("tokenizer.ggml.pre", "gpt-2")
        .strings("tokenizer.ggml.tokens", tokens)
        .integers("tokenizer.ggml.token_type", GgufValueType.INT32, types)
        .strings("tokenizer.ggml.merges", merges)
        .uint32("tokenizer.ggml.bos_token_id", endOfText)
        .uint32("tokenizer.ggml.eos_token_id", endOfText)
        .uint32("tokenizer.ggml.eot_token_id", endOfText + 2)
        .bool("tokenizer.ggml.add_bos_token", false)
        .string("tokenizer.chat_template", CHAT_TEMPLATE);
  }
}
