package updraft.exactness;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import updraft.cache.PageTable;
import updraft.forward.Backend;
import updraft.forward.BackendOptions;
import updraft.forward.BackendOptions.KeyValueType;
import updraft.forward.BackendOptions.Lanes;
import updraft.forward.Backends;
import updraft.forward.RowBatch;
import updraft.forward.RowOutputs;
import updraft.model.GgufFile;
import updraft.model.ModelConfig;
import updraft.model.ModelWeights;
import updraft.request.SamplingOptions;
import updraft.sample.TokenSampler;

/** Decoding as the books have it: one row a forward, one token after another, no scheduler. */
final class NaiveLoop {
  private NaiveLoop() {}

  static List<Integer> answer(
      Path model, Lanes lanes, int[] prompt, int answerTokens, SamplingOptions sampling) {
    try (GgufFile file = GgufFile.open(model)) {
      ModelConfig config = ModelConfig.of(file);
      int pages = PageTable.pagesFor(prompt.length + answerTokens);
      BackendOptions options = new BackendOptions(1, pages, 1, 1, KeyValueType.F16, lanes);
      try (Backend backend = Backends.open("cpu", config, ModelWeights.of(file, config), options)) {
        return answer(backend, config.vocabularySize(), prompt, answerTokens, sampling);
      }
    }
  }

  private static List<Integer> answer(
      Backend backend, int vocabulary, int[] prompt, int answerTokens, SamplingOptions sampling) {
    PageTable table = new PageTable();
    for (int page = 0; page < backend.pages(); page++) {
      table.add(page);
    }
    TokenSampler sampler = new TokenSampler(sampling, 0, prompt, vocabulary);
    RowBatch batch = new RowBatch(1);
    List<Integer> answer = new ArrayList<>();
    int token = prompt[0];
    for (int position = 0; answer.size() < answerTokens; position++) {
      batch.clear();
      batch.add(token, position, table, table.slot(position), RowBatch.COMMITTED, true);
      RowOutputs outputs = backend.forward(batch);
      if (position + 1 < prompt.length) {
        token = prompt[position + 1];
      } else {
        token = sampler.choose(outputs.logits(), outputs.logitsOffset(0), position + 1);
        answer.add(token);
      }
    }
    return answer;
  }
}
