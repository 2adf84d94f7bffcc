package updraft.server.debug;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;
import updraft.record.Explanation;
import updraft.record.RequestDetail;
import updraft.record.RequestRecord;
import updraft.record.SpanRecord;
import updraft.request.SpeculationStats;
import updraft.text.Tokenizer;

/**
 * Recorded requests on the wire; times in milliseconds, those of stages from the request's start.
 */
public final class DebugWire {
  private DebugWire() {}

  /** What the list tells of a request. */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record Summary(
      String id,
      String model,
      double created,
      String status,
      @Nullable String finishReason,
      @Nullable String error,
      String method,
      int promptTokens,
      int cachedTokens,
      int completionTokens,
      int rounds,
      int drafted,
      int accepted,
      double acceptLength,
      double durationMs,
      String traceId,
      boolean recorded) {

    public static Summary of(RequestRecord request) {
      SpeculationStats stats = request.speculation();
      return new Summary(
          request.id(),
          request.model(),
          request.createdMillis() / 1e3,
          request.status(),
          request.reason() == null ? null : request.reason().wireName(),
          request.error(),
          request.method(),
          request.promptTokens(),
          request.cachedTokens(),
          request.completionTokens(),
          stats == null ? 0 : stats.rounds(),
          stats == null ? 0 : stats.drafted(),
          stats == null ? 0 : stats.accepted(),
          stats == null ? 1 : stats.acceptLength(),
          request.durationNanos() / 1e6,
          request.traceId(),
          request.detail() != null);
    }
  }

  /** Everything recorded; of a request that was not recorded the summary alone. */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Recorded(
      @JsonUnwrapped Summary summary,
      @Nullable List<Span> spans,
      @Nullable List<RoundWire> rounds,
      @Nullable Integer omittedRounds,
      @Nullable List<Integer> histogram,
      @Nullable List<Position> byPosition,
      @Nullable Explained explanation) {

    public static Recorded of(RequestRecord request, Tokenizer tokenizer) {
      RequestDetail detail = request.detail();
      SpeculationStats stats = request.speculation();
      List<Integer> histogram = stats == null ? null : stats.histogram();
      if (detail == null) {
        return new Recorded(Summary.of(request), null, null, null, histogram, null, null);
      }
      return new Recorded(
          Summary.of(request),
          detail.spans().stream().map(Span::of).toList(),
          detail.rounds().stream().map(round -> RoundWire.of(round, tokenizer)).toList(),
          detail.omittedRounds(),
          histogram,
          detail.byPosition().stream().map(Position::of).toList(),
          Explained.of(detail.explanation()));
    }
  }

  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Span(
      String name,
      double startMs,
      double durationMs,
      int choice,
      @Nullable Integer round,
      Map<String, Object> attributes) {

    static Span of(SpanRecord span) {
      return new Span(
          span.name(),
          span.startNanos() / 1e6,
          span.durationNanos() / 1e6,
          span.choice(),
          span.round() == 0 ? null : span.round(),
          span.attributes());
    }
  }

  public record Position(int position, int drafted, int accepted) {
    static Position of(RequestDetail.Position at) {
      return new Position(at.position(), at.drafted(), at.accepted());
    }
  }

  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record Explained(
      double predictedSpeedup,
      double actualSpeedup,
      Parts parts,
      List<Budget> budgets,
      List<Cost> costCurve,
      List<String> words) {

    public static Explained of(Explanation why) {
      Explanation.Parts parts = why.parts();
      return new Explained(
          why.predictedSpeedup(),
          why.actualSpeedup(),
          new Parts(
              parts.acceptance(),
              parts.draftCost(),
              parts.verifyCost(),
              parts.batch(),
              parts.calibration()),
          why.budgets().stream()
              .map(b -> new Budget(b.nodes(), b.predictedSpeedup(), b.hindsightSpeedup()))
              .toList(),
          why.costCurve().stream().map(c -> new Cost(c.rows(), c.milliseconds())).toList(),
          why.words());
    }
  }

  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record Parts(
      double acceptance, double draftCost, double verifyCost, double batch, double calibration) {}

  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record Budget(int nodes, double predictedSpeedup, double hindsightSpeedup) {}

  public record Cost(int rows, double ms) {}
}
