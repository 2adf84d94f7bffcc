package updraft.text;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a byte-level BPE vocabulary's {@code tokenizer.ggml.pre} stands for.
 *
 * @param preTokenizer how a text is cut into words
 * @param wholeWords whether a word that is itself a token is taken as it is, merges or not
 * @param addsBos whether prompts begin with a beginning-of-sequence token if the file is silent
 */
record BpeRules(PreTokenizer preTokenizer, boolean wholeWords, boolean addsBos) {
  private static final Map<String, BpeRules> BY_NAME = new LinkedHashMap<>();

  static {
    // names that llama.cpp gives the same rules
    name(
        new BpeRules(new GptSplit(false), false, false),
        "gpt-2",
        "a.x-4.0",
        "exaone4",
        "gigachat",
        "granite-docling",
        "jais",
        "mellum",
        "mpt",
        "olmo",
        "phi-2",
        "trillion");
    name(
        new BpeRules(new GptSplit(true), false, false),
        "smollm",
        "codeshell",
        "command-r",
        "exaone",
        "mellum2",
        "minerva-7b",
        "refact",
        "starcoder");
    name(
        new BpeRules(new LlamaSplit(3), true, true),
        "llama-bpe",
        "falcon-h1",
        "falcon3",
        "lfm2",
        "llama-v3",
        "llama3",
        "midm-2.0",
        "pixtral");
    name(new BpeRules(new LlamaSplit(3), false, false), "dbrx", "smaug-bpe");
    name(
        new BpeRules(new LlamaSplit(1), false, false),
        "qwen2",
        "deepseek-r1-qwen",
        "hunyuan",
        "kormo",
        "megrez",
        "solar-open",
        "stablelm2");
  }

  private static void name(BpeRules rules, String... names) {
    for (String name : names) {
      BY_NAME.put(name, rules);
    }
  }

  /** The rules of a name, or null. */
  static @Nullable BpeRules find(String name) {
    return BY_NAME.get(name);
  }

  static Set<String> names() {
    return BY_NAME.keySet();
  }
}
