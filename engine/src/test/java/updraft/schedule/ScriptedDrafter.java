package updraft.schedule;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import updraft.request.SamplingOptions;
import updraft.request.TokenOrigin;
import updraft.speculate.DraftContext;
import updraft.speculate.DraftSession;
import updraft.speculate.DraftTree;
import updraft.speculate.Drafter;

/**
 * Drafts random trees of every shape around continuations that it has been told; each node on the
 * right path has the right child with a given probability, at a random place among its siblings.
 * Keeps account of its sessions, and fails where told.
 */
final class ScriptedDrafter implements Drafter {
  /** Where a drafter may fail. */
  enum Verb {
    OPEN,
    DRAFT,
    EXTEND,
    CLOSE
  }

  private record Asked(List<Integer> prompt, int choice, SamplingOptions sampling) {}

  private final SplittableRandom random;
  private final double hitRate;
  private final int vocabulary;
  private final Map<Asked, int[]> answers = new HashMap<>();
  private final Set<DraftSession> open = new HashSet<>();
  private final Map<Verb, Integer> faults = new HashMap<>();
  private int opened;
  private int draftedNodes;

  ScriptedDrafter(long seed, double hitRate, int vocabulary) {
    this.random = new SplittableRandom(seed);
    this.hitRate = hitRate;
    this.vocabulary = vocabulary;
  }

  /** Tells the right answer to a prompt. */
  void tell(int[] prompt, int choice, SamplingOptions sampling, int[] answer) {
    answers.put(new Asked(boxed(prompt), choice, sampling), answer);
  }

  /** From now on fails in one of its verbs for prompts that begin with a token. */
  void failOn(Verb verb, int firstToken) {
    faults.put(verb, firstToken);
  }

  /** Sessions not closed. */
  int open() {
    return open.size();
  }

  /** Sessions ever opened. */
  int opened() {
    return opened;
  }

  int draftedNodes() {
    return draftedNodes;
  }

  private static final class Session extends DraftSession {
    final int[] answer;

    /** Committed tokens that the drafter has seen. */
    int known;

    Session(DraftContext context, int[] answer) {
      super(context);
      this.answer = answer;
      this.known = context.length();
    }

    @Override
    public TokenOrigin origin(int node) {
      return TokenOrigin.NGRAM;
    }
  }

  @Override
  public String method() {
    return "scripted";
  }

  @Override
  public DraftSession open(DraftContext context) {
    failIfTold(Verb.OPEN, context);
    int[] prompt = new int[context.promptLength()];
    for (int i = 0; i < prompt.length; i++) {
      prompt[i] = context.token(i);
    }
    Asked asked = new Asked(boxed(prompt), context.choice(), context.sampling());
    Session session = new Session(context, answers.getOrDefault(asked, new int[0]));
    open.add(session);
    opened++;
    return session;
  }

  @Override
  public void draft(List<DraftSession> sessions) {
    for (DraftSession session : sessions) {
      DraftContext context = session.context();
      failIfTold(Verb.DRAFT, context);
      if (((Session) session).known != context.length()) {
        throw new IllegalStateException("extend was not called for all committed tokens");
      }
      if (session.tree().size() != 1
          || session.tree().token(0) != context.token(context.length() - 1)) {
        throw new IllegalStateException("the root is not the last committed token");
      }
      grow((Session) session);
      draftedNodes += session.tree().draftedTokens();
    }
  }

  private void grow(Session session) {
    DraftTree tree = session.tree();
    int done = session.context().length() - session.context().promptLength();
    boolean[] right = new boolean[session.maxNodes() + 1];
    right[0] = true;
    for (int node = 0; node < tree.size(); node++) {
      if (tree.depth(node) == session.maxDepth()) {
        return;
      }
      int next = done + tree.depth(node);
      boolean hit = right[node] && next < session.answer.length && random.nextDouble() < hitRate;
      int children = random.nextInt(node == 0 ? 1 : 0, 4);
      int place = hit ? random.nextInt(Math.max(1, children)) : -1;
      for (int i = 0; i < Math.max(children, hit ? 1 : 0); i++) {
        if (tree.draftedTokens() == session.maxNodes()) {
          return;
        }
        int token = i == place ? session.answer[next] : random.nextInt(vocabulary);
        if (tree.child(node, token) == DraftTree.NONE) {
          int child = tree.add(node, token, tree.probability(node) * random.nextFloat());
          right[child] =
              right[node] && next < session.answer.length && token == session.answer[next];
        }
      }
    }
  }

  @Override
  public void extend(List<DraftSession> sessions) {
    for (DraftSession session : sessions) {
      failIfTold(Verb.EXTEND, session.context());
      ((Session) session).known = session.context().length();
    }
  }

  @Override
  public void close(DraftSession session) {
    open.remove(session);
    failIfTold(Verb.CLOSE, session.context());
  }

  private void failIfTold(Verb verb, DraftContext context) {
    Integer token = faults.get(verb);
    if (token != null && token == context.token(0)) {
      throw new IllegalStateException("drafter failed on purpose: verb=" + verb);
    }
  }

  private static List<Integer> boxed(int[] tokens) {
    return java.util.Arrays.stream(tokens).boxed().toList();
  }
}
