// The models that are served: whether they chat, and prompts that show them at work.

import { getJson } from "./api.js";

let known = null;

/** The cards of all models that are offered, asked for once; empty while the server does not tell. */
export async function modelCards() {
  try {
    known ??= (await getJson("/v1/models")).data;
  } catch (problem) {
    if (problem.status === undefined) {
      throw problem;
    }
  }
  return known ?? [];
}

/** The card of the model that answers when none is named, or null. */
export async function modelCard() {
  return (await modelCards())[0] ?? null;
}

/** Prompts by kind of request; each first one repeats itself, so drafts do well. */
export const STARTERS = {
  chat: [
    ["A list, three times", "Repeat this list three times: red, green, blue, yellow, orange, violet."],
    [
      "Edit code",
      "Rename the variable total to sum in this function and print all of it again:\n\ndef add_up(values):\n    total = 0\n    for value in values:\n        total = total + value\n    return total\n",
    ],
    ["Plain prose", "Explain in three sentences what an updraft is."],
  ],
  completion: [
    [
      "Getters in Java",
      "public final class Point {\n  private final int x;\n  private final int y;\n  private final int z;\n\n  public int getX() {\n    return x;\n  }\n\n  public int getY() {\n    return y;\n  }\n\n  public int getZ() {\n",
    ],
    ["A loop", "  /** The sum of all values. */\n  static int sum(int[] values) {\n    int sum = 0;\n    for (int i = 0; i < values.length; i++) {\n"],
    ["Counting", "one two three four five one two three four five one two three"],
  ],
};
