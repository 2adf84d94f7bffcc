package updraft.exactness;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import updraft.request.SamplingOptions;
import updraft.request.SpeculationMethod;

/** What a cell of the matrix asks of an engine, and in what company. */
record Cell(SpeculationMethod speculation, int nodes, Sampling sampling, Company company) {

  /** Methods that every engine has a drafter for. */
  static final List<SpeculationMethod> METHODS =
      List.of(SpeculationMethod.AUTO, SpeculationMethod.OFF, SpeculationMethod.NGRAM);

  enum Sampling {
    GREEDY(SamplingOptions.GREEDY),
    NUCLEUS(SamplingOptions.builder().temperature(0.8f).topP(0.9f).seed(42).build()),
    PENALTIES(
        SamplingOptions.builder()
            .temperature(1.2f)
            .repetitionPenalty(1.1f)
            .frequencyPenalty(0.3f)
            .presencePenalty(0.2f)
            .logitBias(Map.of(17, 3f, 200, -5f, 301, 1.5f))
            .seed(43)
            .build());

    final SamplingOptions options;

    Sampling(SamplingOptions options) {
      this.options = options;
    }
  }

  enum Company {
    ALONE,
    BATCH_OF_8
  }

  static List<Cell> all() {
    return of(METHODS, 0);
  }

  /** Cells of some methods that draft so many nodes, 0 for as many as the engine likes. */
  static List<Cell> of(List<SpeculationMethod> methods, int nodes) {
    List<Cell> cells = new ArrayList<>();
    for (SpeculationMethod speculation : methods) {
      for (Sampling sampling : Sampling.values()) {
        for (Company company : Company.values()) {
          cells.add(new Cell(speculation, nodes, sampling, company));
        }
      }
    }
    return cells;
  }
}
