package updraft.speculate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import updraft.cache.PageTable;
import updraft.forward.DraftNetwork;
import updraft.forward.RowBatch;
import updraft.forward.RowOutputs;
import updraft.request.TokenOrigin;
import updraft.sample.DraftAdjustments;
import updraft.sample.DraftChoices;

/**
 * Drafts trees with a small network, level by level and for all sequences at once: the EAGLE loop
 * of SGLang's workers (sgl-project/sglang, {@code eagle_worker.py}), with an EAGLE head, or with a
 * draft model, which SGLang calls STANDALONE.
 *
 * <p>Of each level the likeliest nodes are expanded: as many as a node may have children when the
 * request says how much to draft; else those whose children are expected to be worth more than
 * their rows cost, as long as all that they bring together exceeds what the level's forward takes.
 * The best nodes of all levels become the tree.
 *
 * <p>At a temperature nodes are chosen with the target's own noise, see {@link DraftChoices}.
 * Engine thread only.
 */
public final class NetworkDrafter implements Drafter {
  /** SGLang's for Llama: five steps, four children. */
  private static final int FIXED_DEPTH = 5;

  private static final int MOST_CHILDREN = 16;
  private static final int AUTO_DEPTH = 12;

  /** Hidden states that wait in a sequence that is not drafted for, in tokens. */
  private static final int MOST_PENDING = 64;

  private final String method;
  private final TokenOrigin origin;
  private final DraftTokens tokens;
  private final DraftNetwork network;
  private final NetworkReader reader;
  private final PathEstimates estimates = new PathEstimates();

  /** Seconds of a forward that drafts, by rows. */
  private final CostCurve costs = new CostCurve();

  private final RowBatch batch;
  private final int featureSize;

  // of the current call; reused
  private final List<NetworkSession> reading = new ArrayList<>();
  private final List<NetworkSession> drafting = new ArrayList<>();
  private final int[] best = new int[MOST_CHILDREN];

  private NetworkDrafter(
      String method, TokenOrigin origin, DraftNetwork network, DraftTokens tokens) {
    this.method = method;
    this.origin = origin;
    this.network = network;
    this.tokens = tokens;
    featureSize = network.featureSize();
    batch = new RowBatch(network.maxRows(), network.ownSlots());
    DraftChoices choices =
        new DraftChoices(network.vocabulary(), network.targetTokens(), MOST_CHILDREN);
    reader = new NetworkReader(network, choices, estimates, batch);
  }

  /** A drafter with an EAGLE head. */
  public static NetworkDrafter head(DraftNetwork head, DraftTokens tokens) {
    return new NetworkDrafter("eagle", TokenOrigin.EAGLE, head, tokens);
  }

  /** A drafter with a draft model. */
  public static NetworkDrafter model(DraftNetwork model, DraftTokens tokens) {
    return new NetworkDrafter("draft", TokenOrigin.DRAFT, model, tokens);
  }

  @Override
  public String method() {
    return method;
  }

  @Override
  public int[] hiddenStateLayers() {
    return network.targetLayers();
  }

  @Override
  public boolean followsPrompts() {
    return true;
  }

  @Override
  public DraftSession open(DraftContext context) {
    NetworkSession session =
        new NetworkSession(context, origin, tokens, reader.joinedSize(), featureSize);
    session.adjustments =
        DraftAdjustments.of(
            context.sampling(),
            network.vocabulary(),
            network.targetTokens(),
            session.tokens(0, context.promptLength()));
    return session;
  }

  @Override
  public void draft(List<DraftSession> sessions) {
    reading.clear();
    drafting.clear();
    for (int i = 0; i < sessions.size(); i++) {
      NetworkSession session = (NetworkSession) sessions.get(i);
      session.draftedAt = session.context().length();
      drafting.add(session);
      if (session.rootAt != session.draftedAt) {
        reading.add(session);
      }
    }
    try {
      if (!reading.isEmpty()) {
        reader.read(reading, true);
      }
      grow();
    } catch (RuntimeException | Error e) {
      for (int i = 0; i < drafting.size(); i++) {
        drafting.get(i).rootAt = -1; // nodes are half made
      }
      throw e;
    }
    for (int i = 0; i < drafting.size(); i++) {
      NetworkSession session = drafting.get(i);
      if (session.rootAt == session.draftedAt && session.maxDepth() > 0) {
        session.nodes.copyBest(session.maxNodes(), leastPath(session), session.tree());
      }
    }
  }

  /** A path less likely than this is not worth a row. */
  private static double leastPath(NetworkSession session) {
    return isAutomatic(session) ? session.rowPrice() / 2 : 0;
  }

  private static boolean isAutomatic(NetworkSession session) {
    return session.context().speculation().automatic();
  }

  private static int depthLimit(NetworkSession session) {
    int asked = session.context().speculation().depth();
    int most = asked > 0 ? asked : isAutomatic(session) ? AUTO_DEPTH : FIXED_DEPTH;
    return Math.min(most, session.maxDepth());
  }

  /** Expands level after level. */
  private void grow() {
    int slots = 0;
    for (int depth = 1; ; depth++) {
      batch.clear();
      boolean worth = isWorthIt(depth);
      for (int i = 0; i < drafting.size(); i++) {
        NetworkSession session = drafting.get(i);
        if (worth || !isAutomatic(session)) {
          slots = addLevel(session, depth, slots);
        }
      }
      if (batch.rows() == 0) {
        return;
      }
      long start = System.nanoTime();
      RowOutputs outputs = network.forward(batch);
      for (int i = 0; i < drafting.size(); i++) {
        addChildren(drafting.get(i), depth, outputs);
      }
      costs.observe(batch.rows(), (System.nanoTime() - start) * 1e-9);
    }
  }

  /** Whether what the automatic trees gain by another level exceeds what it takes. */
  private boolean isWorthIt(int depth) {
    double seconds = 0;
    int rows = 0;
    for (int i = 0; i < drafting.size(); i++) {
      NetworkSession session = drafting.get(i);
      if (isAutomatic(session)) {
        int count = choose(session, depth);
        for (int n = 0; n < count; n++) {
          seconds += gain(session, best[n], depth) * session.tokenSeconds();
        }
        rows += count;
      }
    }
    return rows > 0 && seconds > costs.seconds(rows);
  }

  /** Tokens that a node's children are expected to bring, less what verifying one costs. */
  private double gain(NetworkSession session, int node, int depth) {
    return session.nodes.path(node) * estimates.firstChoice(depth + 1) - session.rowPrice();
  }

  /** Finds the nodes of a level to expand, in {@link #best}, by number. */
  private int choose(NetworkSession session, int depth) {
    DraftNodes nodes = session.nodes;
    if (session.rootAt != session.draftedAt || depth >= depthLimit(session)) {
      return 0;
    }
    boolean automatic = isAutomatic(session);
    int most = session.children();
    float least = nodes.leastOfBest(session.maxNodes());
    int count = 0;
    for (int node = nodes.size() - 1; node > 0 && nodes.depth(node) >= depth; node--) {
      if (nodes.depth(node) > depth
          || nodes.path(node) < least
          || (automatic && gain(session, node, depth) <= 0)) {
        continue;
      }
      int place = count < most ? count++ : most;
      while (place > 0 && nodes.path(best[place - 1]) <= nodes.path(node)) {
        if (place < most) {
          best[place] = best[place - 1];
        }
        place--;
      }
      if (place < most) {
        best[place] = node;
      }
    }
    Arrays.sort(best, 0, count);
    return count;
  }

  /** Adds a level's rows and their ancestors; returns how many own slots are taken. */
  private int addLevel(NetworkSession session, int depth, int takenSlots) {
    int slots = takenSlots;
    int count = choose(session, depth);
    int root = session.context().length() - 1;
    if (count == 0 || root + depth >= network.contextLength()) {
      return slots;
    }
    DraftNodes nodes = session.nodes;
    PageTable table = session.context().pages();
    if (depth > 1) {
      addAncestors(session, table, root);
    }
    for (int i = 0; i < count; i++) {
      if (batch.rows() == network.maxRows() || slots == network.ownSlots()) {
        break;
      }
      int node = best[i];
      int parent = nodes.parent(node);
      int slot = network.firstOwnSlot() + slots++;
      int row =
          batch.add(
              nodes.token(node),
              root + depth,
              table,
              slot,
              parent == 0 ? RowBatch.COMMITTED : nodes.ancestor(parent),
              true,
              session.first);
      if (featureSize > 0) {
        copyFeatures(session, parent, row);
      }
      nodes.expand(node, slot, row);
    }
    return slots;
  }

  private void addAncestors(NetworkSession session, PageTable table, int root) {
    DraftNodes nodes = session.nodes;
    for (int node = 1; node < nodes.size(); node++) {
      if (nodes.expanded(node)) {
        int parent = nodes.parent(node);
        int above = parent == 0 ? RowBatch.COMMITTED : nodes.ancestor(parent);
        nodes.ancestor(
            node, batch.addAncestor(root + nodes.depth(node), table, nodes.slot(node), above));
      }
    }
  }

  /** A node's features are what the network made of its parent, in the forward before. */
  private void copyFeatures(NetworkSession session, int parent, int row) {
    float[] from = parent == 0 ? session.rootFeatures : session.levelFeatures;
    int at = parent == 0 ? 0 : session.nodes.row(parent) * featureSize;
    System.arraycopy(from, at, network.features(), row * featureSize, featureSize);
  }

  private void addChildren(NetworkSession session, int depth, RowOutputs outputs) {
    DraftNodes nodes = session.nodes;
    if (session.rootAt != session.draftedAt) {
      return;
    }
    if (featureSize > 0) {
      session.levelFeatures = outputs.hidden(0);
    }
    int end = nodes.size();
    for (int node = 1; node < end; node++) {
      if (nodes.depth(node) == depth
          && nodes.expanded(node)
          && outputs.fault(nodes.row(node)) == null) {
        reader.addChildren(session, node, outputs, nodes.row(node));
      }
    }
  }

  @Override
  public void extend(List<DraftSession> sessions) {
    reading.clear();
    for (int i = 0; i < sessions.size(); i++) {
      NetworkSession session = (NetworkSession) sessions.get(i);
      DraftContext context = session.context();
      learn(session);
      boolean prefilling = context.computed() < context.length() - 1;
      reader.take(session);
      if (prefilling || session.active || session.pendingCount() > MOST_PENDING) {
        reading.add(session);
        session.caughtUp(-session.read);
      }
    }
    if (!reading.isEmpty()) {
      reader.read(reading, true);
      for (int i = 0; i < reading.size(); i++) {
        reading.get(i).caughtUp(reading.get(i).read);
      }
    }
  }

  /** Sees which nodes were taken, of those that the network had thought of. */
  private void learn(NetworkSession session) {
    DraftContext context = session.context();
    if (session.rootAt < 0 || session.rootAt >= context.length()) {
      return;
    }
    DraftNodes nodes = session.nodes;
    int node = 0;
    for (int at = session.rootAt; at < context.length() && nodes.children(node) > 0; at++) {
      int taken = nodes.child(node, context.token(at));
      int depth = nodes.depth(node) + 1;
      for (int i = 0; i < nodes.children(node); i++) {
        int child = nodes.firstChild(node) + i;
        estimates.observe(depth, nodes.said(child), child == taken);
      }
      estimates.observeFirst(depth, taken == nodes.firstChild(node));
      if (taken == DraftNodes.NONE) {
        break;
      }
      node = taken;
    }
    session.active = session.draftedAt == session.rootAt;
    session.rootAt = -1;
  }

  @Override
  public void close(DraftSession session) {}

  @Override
  public void close() {
    network.close();
  }
}
