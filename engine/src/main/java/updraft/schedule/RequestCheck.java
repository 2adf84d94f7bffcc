package updraft.schedule;

import updraft.cache.PageTable;
import updraft.request.GenerateRequest;
import updraft.request.InvalidRequestException;

/**
 * What a request must fulfil given the model and its memory.
 *
 * @param contextLength most tokens of a sequence
 * @param pages pages of keys and values there are
 * @param vocabulary token ids there are
 */
record RequestCheck(int contextLength, int pages, int vocabulary) {

  void check(GenerateRequest request) {
    int prompt = request.prompt().length;
    if (prompt >= contextLength) {
      throw new InvalidRequestException(
          "prompt",
          "prompt must be shorter than the context: prompt_tokens="
              + prompt
              + ", context_length="
              + contextLength);
    }
    if (request.maxTokens() > contextLength - prompt) {
      throw new InvalidRequestException(
          "max_tokens",
          "prompt and max_tokens together must fit the context: prompt_tokens="
              + prompt
              + ", max_tokens="
              + request.maxTokens()
              + ", context_length="
              + contextLength);
    }
    int needed = PageTable.pagesFor(prompt + request.maxTokens());
    if (needed > pages) {
      throw new InvalidRequestException(
          "max_tokens",
          "prompt and max_tokens together must fit the memory for keys and values: prompt_tokens="
              + prompt
              + ", max_tokens="
              + request.maxTokens()
              + ", pages_needed="
              + needed
              + ", pages="
              + pages);
    }
    for (int token : request.prompt()) {
      checkToken("prompt", token);
    }
    for (int token : request.prediction()) {
      checkToken("prediction", token);
    }
    for (int token : request.sampling().logitBias().keySet()) {
      checkToken("logit_bias", token);
    }
  }

  private void checkToken(String field, int token) {
    if (token < 0 || token >= vocabulary) {
      throw new InvalidRequestException(
          field, field + " tokens must be in [0, " + vocabulary + "): token=" + token);
    }
  }
}
