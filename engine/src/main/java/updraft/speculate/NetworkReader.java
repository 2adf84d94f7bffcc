package updraft.speculate;

import java.util.List;
import updraft.cache.PageTable;
import updraft.forward.DraftNetwork;
import updraft.forward.RowBatch;
import updraft.forward.RowOutputs;
import updraft.sample.DraftAdjustments;
import updraft.sample.DraftChoices;

/**
 * Lets a draft network read committed tokens of several sequences at once, each from where it was
 * left: prompts chunk by chunk, accepted tokens after a round, and with the root the first nodes of
 * the next. What another sequence has read into a shared page is not read again.
 */
final class NetworkReader {
  private final DraftNetwork network;
  private final SlotTags tags;
  private final DraftChoices choices;
  private final PathEstimates estimates;
  private final RowBatch batch;
  private final int[] layers;
  private final int featureSize;
  private final int joinedSize;

  /** Shape (rows, joined): hidden states to be fused. */
  private final float[] joined;

  // rows of the current forward: whose they are, and which features come from a page
  private final NetworkSession[] owners;
  private final boolean[] carried;

  NetworkReader(
      DraftNetwork network, DraftChoices choices, PathEstimates estimates, RowBatch batch) {
    this.network = network;
    this.choices = choices;
    this.estimates = estimates;
    this.batch = batch;
    layers = network.targetLayers();
    featureSize = network.featureSize();
    joinedSize = layers.length * network.targetHiddenSize();
    tags = new SlotTags(network.firstOwnSlot(), featureSize);
    joined = new float[network.maxRows() * joinedSize];
    owners = new NetworkSession[network.maxRows()];
    carried = new boolean[network.maxRows()];
  }

  int joinedSize() {
    return joinedSize;
  }

  boolean isHead() {
    return featureSize > 0;
  }

  /** Takes the target's hidden states of rows that have just been computed. */
  void take(NetworkSession session) {
    ComputedRows rows = session.computed();
    if (!isHead() || rows.count() == 0) {
      return;
    }
    int from = rows.position();
    if (from != session.pendingEnd()) {
      restart(session, from);
    }
    session.append(rows, layers, network.targetHiddenSize());
    rows.clear();
  }

  /** A head goes on from a page that the target did not compute for this sequence. */
  private void restart(NetworkSession session, int position) {
    session.startPending(position);
    session.read = Math.max(1, position); // the first token has no features before it
    session.carriedAt = -1;
    session.holeEnd = 1;
    if (position > 0) {
      long hash = session.hashes()[position - 1];
      if (tags.features(session.context().pages(), position - 1, hash, session.carried)) {
        session.carriedAt = position - 1;
      } else {
        session.read = position + 1;
        session.holeEnd = position + 1;
      }
    }
  }

  /**
   * Reads what waits, and for sequences that decode the root.
   *
   * @param roots whether first nodes are wanted of them
   */
  void read(List<NetworkSession> sessions, boolean roots) {
    for (int i = 0; i < sessions.size(); i++) {
      prepare(sessions.get(i), roots);
    }
    while (true) {
      batch.clear();
      for (int i = 0; i < sessions.size(); i++) {
        addRows(sessions.get(i), roots);
      }
      if (batch.rows() == 0) {
        return;
      }
      fuse();
      settle(network.forward(batch));
    }
  }

  /** Looks whether what was read is still there. */
  private void prepare(NetworkSession session, boolean roots) {
    long[] hashes = session.hashes();
    PageTable table = session.context().pages();
    int length = session.context().length();
    if (isHead()) {
      int usable = tags.usableFrom(table, Math.min(session.read, length - 1), hashes);
      session.first = Math.max(session.holeEnd, usable);
    } else {
      int limit = session.read == 0 ? length - 1 : session.read;
      session.read = tags.usableUpTo(table, limit, hashes);
    }
    if (roots && session.rootAt != length && session.read == length) {
      session.read = length - 1;
    }
  }

  private void addRows(NetworkSession session, boolean roots) {
    DraftContext context = session.context();
    PageTable table = context.pages();
    int length = context.length();
    boolean decodes = context.computed() == length - 1;
    int end = Math.min(roots && decodes ? length : context.computed(), table.capacity());
    end = Math.min(end, network.contextLength());
    if (isHead()) {
      end = Math.min(end, session.pendingEnd() + 1);
    }
    int parent = RowBatch.COMMITTED;
    for (int p = session.read; p < end && batch.rows() < network.maxRows(); p++) {
      if (isHead() && !hasFeatures(session, p - 1)) {
        return;
      }
      boolean root = p == length - 1;
      parent = batch.add(context.token(p), p, table, table.slot(p), parent, root, session.first);
      owners[parent] = session;
      session.read = p + 1;
    }
  }

  private boolean hasFeatures(NetworkSession session, int position) {
    return session.isPending(position) || session.carriedAt == position;
  }

  /** Fills in the rows' features. */
  private void fuse() {
    if (!isHead()) {
      return;
    }
    for (int row = 0; row < batch.rows(); row++) {
      NetworkSession session = owners[row];
      int before = batch.position(row) - 1;
      carried[row] = !session.isPending(before);
      if (!carried[row]) {
        session.copyPending(before, joined, row * joinedSize);
      }
    }
    network.fuse(joined, batch.rows(), network.features());
    for (int row = 0; row < batch.rows(); row++) {
      NetworkSession session = owners[row];
      int before = batch.position(row) - 1;
      int at = row * featureSize;
      if (carried[row]) {
        System.arraycopy(session.carried, 0, network.features(), at, featureSize);
      } else if (batch.position(row) % PageTable.PAGE_SIZE == 0) {
        long hash = session.hashes()[before];
        tags.setFeatures(batch.table(row), before, hash, network.features(), at);
      }
    }
  }

  private void settle(RowOutputs outputs) {
    for (int row = 0; row < batch.rows(); row++) {
      NetworkSession session = owners[row];
      int position = batch.position(row);
      boolean sound = outputs.fault(row) == null;
      tags.set(batch.slot(row), sound ? tag(session, position) : 0);
      if (row + 1 == batch.rows() || owners[row + 1] != session) {
        session.dropPending(position);
      }
      if (batch.logitsIndex(row) >= 0) {
        startNodes(session, outputs, row, sound);
      }
    }
  }

  /** No tag that another sequence could find, where the page lacks a token. */
  private static long tag(NetworkSession session, int position) {
    boolean whole = position / PageTable.PAGE_SIZE > (session.holeEnd - 1) / PageTable.PAGE_SIZE;
    return whole || session.holeEnd == 1 ? session.hashes()[position] : 0;
  }

  private void startNodes(NetworkSession session, RowOutputs outputs, int row, boolean sound) {
    DraftContext context = session.context();
    session.rootAt = context.length();
    session.nodes.reset();
    if (!sound) {
      return;
    }
    if (isHead()) {
      System.arraycopy(outputs.hidden(0), row * featureSize, session.rootFeatures, 0, featureSize);
    }
    addChildren(session, 0, outputs, row);
  }

  /** Adds the likeliest tokens after a node by the logits of its row. */
  void addChildren(NetworkSession session, int node, RowOutputs outputs, int row) {
    DraftNodes nodes = session.nodes;
    DraftContext context = session.context();
    int depth = nodes.depth(node) + 1;
    DraftAdjustments changes = session.adjustments;
    float[] logits = outputs.logits();
    int offset = outputs.logitsOffset(row);
    if (changes != null) {
      logits = session.adjust(changes, logits, offset);
      offset = 0;
    }
    int found =
        choices.choose(
            logits,
            offset,
            context.sampling(),
            session.noise,
            context.length() + depth - 1,
            session.children());
    if (nodes.hasRoomFor(found)) {
      if (session.draws && found > 0) {
        nodes.distribution(node, choices.distribution());
      }
      for (int i = 0; i < found; i++) {
        float said = session.draws ? choices.expectedProbability() : choices.probability(i);
        nodes.add(node, choices.token(i), said, estimates.probability(depth, said));
      }
    }
  }
}
