package updraft.server.debug;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;
import updraft.record.RoundRecord;
import updraft.record.TreeRecord;
import updraft.text.Tokenizer;

/** A round on the wire; times in milliseconds from the request's start. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RoundWire(
    int choice,
    int round,
    String method,
    String state,
    int position,
    int nodesOffered,
    int nodesChosen,
    int batchSize,
    int rows,
    double draftStartMs,
    double draftMs,
    double verifyStartMs,
    double verifyMs,
    double extendMs,
    int accepted,
    double expectedTokens,
    Tree tree,
    @Nullable Token bonus) {

  static RoundWire of(RoundRecord round, Tokenizer tokenizer) {
    return new RoundWire(
        round.choice(),
        round.round(),
        round.method(),
        round.state().wireName(),
        round.position(),
        round.offered().size() - 1,
        round.drafted(),
        round.batchSize(),
        round.tree().size(),
        round.draftStart() / 1e6,
        round.draftNanos() / 1e6,
        round.verifyStart() / 1e6,
        round.verifyNanos() / 1e6,
        round.extendNanos() / 1e6,
        round.acceptedTokens(),
        round.expectedTokens(),
        Tree.of(round, tokenizer),
        round.bonus() < 0 ? null : Token.of(round.bonus(), tokenizer));
  }

  public record Token(int token, String text) {
    static Token of(int token, Tokenizer tokenizer) {
      return new Token(token, spell(token, tokenizer));
    }
  }

  /** By node, in breadth-first order; node 0 is the root and its parent -1. */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  @SuppressWarnings("ArrayRecordComponent") // written out and dropped
  public record Tree(
      int[] token,
      List<String> text,
      int[] parent,
      int[] depth,
      float[] draftProbability,
      float[] pathProbability,
      float[] targetProbability,
      boolean[] accepted) {

    static Tree of(RoundRecord round, Tokenizer tokenizer) {
      TreeRecord tree = round.tree();
      int[] depth = new int[tree.size()];
      Arrays.setAll(depth, tree::depth);
      return new Tree(
          tree.tokens(),
          Arrays.stream(tree.tokens()).mapToObj(token -> spell(token, tokenizer)).toList(),
          tree.parents(),
          depth,
          tree.probabilities(),
          tree.paths(),
          round.targetProbabilities(),
          round.accepted());
    }
  }

  /** A token's text, or for one that marks structure its name. */
  static String spell(int token, Tokenizer tokenizer) {
    return tokenizer.isControl(token) ? tokenizer.piece(token) : tokenizer.decode(token);
  }
}
