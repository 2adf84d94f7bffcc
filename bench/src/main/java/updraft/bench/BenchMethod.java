package updraft.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import updraft.engine.EngineOptions;
import updraft.request.InvalidRequestException;
import updraft.request.NgramMatch;
import updraft.request.SpeculationMethod;
import updraft.request.SpeculationOptions;

/**
 * One way to answer the prompts: a method as requests name it, perhaps with limits, on an engine of
 * its own.
 *
 * <p>Names are those of requests; {@code eagle-5-4-8} has SGLang's fixed steps, children and tokens
 * (the root counts as one); the ending {@code -plain} drafts without the target's noise.
 */
public record BenchMethod(String name, SpeculationOptions speculation, boolean coupled) {
  static final String OFF = "off";

  private static final String PLAIN = "-plain";

  /** The first is what the others are compared with; those that a model has no drafter for go. */
  public static final List<BenchMethod> STANDARD =
      List.of(
          of(OFF),
          of("ngram"),
          of("eagle"),
          of("draft"),
          of("ngram+eagle"),
          of("auto"),
          of("eagle-5-4-8"),
          of("eagle-3-1-4"));

  /**
   * @throws InvalidRequestException if there is no such method
   */
  public static BenchMethod of(String name) {
    boolean coupled = !name.endsWith(PLAIN);
    String rest = coupled ? name : name.substring(0, name.length() - PLAIN.length());
    String[] parts = rest.split("-", -1);
    SpeculationMethod method = SpeculationMethod.of(parts[0]);
    if (parts.length == 1) {
      return new BenchMethod(name, SpeculationOptions.of(method), coupled);
    }
    try {
      int depth = Integer.parseInt(parts[1]);
      int children = Integer.parseInt(parts[2]);
      int nodes = Integer.parseInt(parts[3]) - 1;
      if (parts.length == 4 && nodes > 0) {
        return new BenchMethod(
            name,
            new SpeculationOptions(method, nodes, depth, children, NgramMatch.RECENCY),
            coupled);
      }
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      // said below
    }
    throw new InvalidRequestException(
        "methods", "methods must be METHOD or METHOD-STEPS-CHILDREN-TOKENS: methods=" + name);
  }

  boolean drafts() {
    return speculation.method() != SpeculationMethod.OFF;
  }

  /**
   * @param draftModel for the method {@code draft}, null when the options name what there is
   */
  EngineOptions engine(Supplier<EngineOptions.Builder> options, @Nullable Path draftModel) {
    EngineOptions.Builder builder = options.get();
    if (speculation.method() == SpeculationMethod.DRAFT && draftModel != null) {
      builder.draftModel(draftModel);
    }
    if (!coupled) {
      builder.coupledDrafts(false);
    }
    return builder.build();
  }
}
