package updraft.schedule;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import updraft.cache.PageTable;
import updraft.forward.RowOutputs;
import updraft.forward.TokenRule;
import updraft.request.FinishReason;
import updraft.request.GenerateRequest;
import updraft.request.SamplingOptions;
import updraft.request.SpeculationOptions;
import updraft.request.TokenEvent;
import updraft.request.TokenLogprob;
import updraft.request.TokenOrigin;
import updraft.sample.LogProbs;
import updraft.sample.SamplerScratch;
import updraft.sample.TokenSampler;
import updraft.sample.grammar.GrammarPath;
import updraft.sample.grammar.Grammars;
import updraft.speculate.DraftAccount;
import updraft.speculate.DraftContext;
import updraft.speculate.DraftSession;
import updraft.speculate.DraftTree;
import updraft.text.Tokenizer;
import updraft.trace.RequestTimes;
import updraft.trace.Timed;

/**
 * One choice of a request while it is served: its tokens, its pages, how far it has been computed.
 * Engine thread only.
 *
 * <p>Invariant between steps: positions 0 … computed-1 have keys and values and computed &lt;
 * length. What is missing is the rest of a prompt, the rest of a preempted history, or the root
 * alone.
 */
final class Sequence implements DraftContext, Timed {
  private final Generation generation;
  private final int choice;

  /** Submitted before all sequences of a higher order. */
  private final long order;

  /** The sibling that computes the prompt which this one will share; null for choice 0. */
  private final @Nullable Sequence leader;

  private final @Nullable GrammarPath grammar;
  private final TokenSampler sampler;

  /** Where its tokens may be chosen beside the logits; null where the host must see these. */
  private final @Nullable TokenRule rule;

  private final Answer answer;
  private final RequestTimes times;
  private final int vocabulary;
  private final PageTable pages = new PageTable();
  private final int[] tokens;
  private int length;
  private int computed;

  /** Why it ends, decided but not yet carried out until {@link #end}; null while it goes on. */
  private @Nullable FinishReason ending;

  /** What happened, when it ends by abort or error. */
  private @Nullable String error;

  private boolean finished;

  /** Whether it has been let in before, and so had to go. */
  private boolean returning;

  /** Whether rows of it have been in a forward since it was let in. */
  private boolean begun;

  private @Nullable DraftSession draft;

  private final DraftAccount account;

  /** The root alone: what is verified when nothing drafts. */
  private final DraftTree plain = new DraftTree(0);

  /** This step's rows: the first, and how many. */
  private int firstRow;

  private int rows;

  Sequence(
      Generation generation,
      int choice,
      @Nullable Sequence leader,
      long order,
      Tokenizer tokenizer,
      SamplerScratch scratch,
      Grammars grammars) {
    GenerateRequest request = generation.request();
    this.generation = generation;
    this.choice = choice;
    this.leader = leader;
    this.order = order;
    this.vocabulary = scratch.vocabulary();
    this.grammar = request.grammar() == null ? null : grammars.path(request.grammar());
    this.sampler = new TokenSampler(request.sampling(), choice, request.prompt(), scratch, grammar);
    this.rule =
        sampler.plain() && request.logprobs() < 0
            ? new TokenRule(request.sampling().seed(), choice, request.sampling().temperature())
            : null;
    this.answer = new Answer(request, tokenizer, generation.listened());
    this.account = new DraftAccount(request.speculation());
    this.times = generation.trace().choice(choice);
    this.tokens = Arrays.copyOf(request.prompt(), request.prompt().length + request.maxTokens());
    this.length = request.prompt().length;
  }

  /** Whether only the root is missing, so that the next rows are a round. */
  boolean decoding() {
    return !fresh() && computed == length - 1;
  }

  /**
   * Tokens to compute before a round can begin: of a fresh prompt all, since its last one yields
   * the first token; of a preempted history all but the root.
   */
  int toPrefill() {
    return (fresh() ? length : length - 1) - computed;
  }

  /** Whether nothing has been generated. */
  boolean fresh() {
    return length == promptLength();
  }

  /** Whether it must wait for a sibling that is still computing the same prompt. */
  boolean waitsForLeader() {
    return leader != null && !leader.finished && leader.fresh();
  }

  /** Let in, with keys and values of this many positions adopted from others. */
  void admitted(int cached) {
    computed = cached;
    begun = false;
    times.cachedTokens(cached);
    if (choice == 0 && !returning) {
      generation.cached(cached);
    }
    returning = true;
  }

  /** How a backend may choose its tokens, or null when it must not. */
  @Nullable TokenRule rule() {
    return rule;
  }

  /**
   * The token that follows, chosen and committed to the sampler's history as plain decoding would.
   */
  int choose(float[] logits, int offset) {
    return sampler.choose(logits, offset, length);
  }

  /** What chooses its tokens. */
  TokenSampler sampler() {
    return sampler;
  }

  /** Commits and publishes a token; it was chosen from the logits of this row. */
  void commit(int token, TokenOrigin origin, RowOutputs outputs, int row) {
    int topLogprobs = request().logprobs();
    TokenLogprob logprob =
        topLogprobs < 0
            ? null
            : LogProbs.of(
                outputs.logits(), outputs.logitsOffset(row), vocabulary, token, topLogprobs);
    tokens[length++] = token;
    String text = answer.append(token, logprob);
    if (answer.reason() != null) {
      ends(answer.reason(), null);
    }
    if (generation.listened()) {
      generation.publish(new TokenEvent.Token(choice, token, text, origin, logprob));
    }
  }

  /** This round verifies nothing: its tree is the root alone. */
  void startPlainRound() {
    tree().reset(tokens[length - 1]);
  }

  /** Positions 0 … positions-1 now have keys and values. */
  void computed(int positions) {
    computed = positions;
  }

  /** Decides that it ends, unless that has been decided already. */
  void ends(FinishReason reason, @Nullable String why) {
    if (ending == null) {
      ending = reason;
      error = why;
    }
  }

  /** Decides that it ends by an error, whatever has been decided before. */
  void fail(Throwable cause) {
    String name = cause.getClass().getSimpleName();
    String message = cause.getMessage();
    ending = FinishReason.ERROR;
    error = message == null ? name : message.lines().findFirst().orElse(name);
  }

  /** Why it ends, or null while it goes on. */
  @Nullable FinishReason ending() {
    return ending;
  }

  /**
   * Tells the listener and completes the choice.
   *
   * @param reason what has been decided
   */
  void end(FinishReason reason) {
    if (finished) {
      return;
    }
    finished = true;
    try {
      generation.publish(new TokenEvent.Finished(choice, reason, answer.finish()));
    } catch (RuntimeException e) {
      if (error == null) {
        fail(e);
      }
    }
    FinishReason told = ending == null ? reason : ending;
    times.finish(told, error);
    generation.finished(
        choice,
        answer.choice(tokens, promptLength(), length, told, error),
        account.predictedSpeedup());
  }

  void rows(int first, int count) {
    firstRow = first;
    rows = count;
    begun = true;
  }

  int firstRow() {
    return firstRow;
  }

  int rows() {
    return rows;
  }

  boolean begun() {
    return begun;
  }

  @Override
  public int computed() {
    return computed;
  }

  long order() {
    return order;
  }

  boolean finished() {
    return finished;
  }

  Generation generation() {
    return generation;
  }

  GenerateRequest request() {
    return generation.request();
  }

  @Override
  public PageTable pages() {
    return pages;
  }

  int vocabulary() {
    return vocabulary;
  }

  int[] tokens() {
    return tokens;
  }

  @Nullable Sequence leader() {
    return leader;
  }

  @Nullable DraftSession draft() {
    return draft;
  }

  void draft(@Nullable DraftSession session) {
    draft = session;
  }

  /** The answer's way through its grammar, or null when it has none. */
  @Nullable GrammarPath grammar() {
    return grammar;
  }

  /** What the draft budget remembers of it. */
  DraftAccount account() {
    return account;
  }

  /** Who drafted the child of a node that has this token. */
  TokenOrigin origin(int node, int token) {
    DraftSession session = Objects.requireNonNull(draft, "a drafted token has a drafter");
    return session.origin(session.tree().child(node, token));
  }

  /** What this round verifies: the drafter's tree, or the root alone. */
  DraftTree tree() {
    return draft == null ? plain : draft.tree();
  }

  @Override
  public RequestTimes times() {
    return times;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public int token(int position) {
    return tokens[position];
  }

  @Override
  public int promptLength() {
    return tokens.length - request().maxTokens();
  }

  @Override
  public SamplingOptions sampling() {
    return request().sampling();
  }

  @Override
  public SpeculationOptions speculation() {
    return request().speculation();
  }

  @Override
  public int choice() {
    return choice;
  }

  @Override
  public int[] prediction() {
    return request().prediction();
  }
}
