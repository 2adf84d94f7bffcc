package updraft.sample.grammar;

import java.util.ArrayList;
import java.util.List;

/** A set of Unicode's scalar values, as ascending ranges that do not touch. Immutable. */
final class CodePoints {
  static final int LAST = 0x10FFFF;
  private static final int FIRST_SURROGATE = 0xD800;
  private static final int LAST_SURROGATE = 0xDFFF;

  static final CodePoints ALL = of(0, LAST);

  /**
   * @param first included
   * @param last included
   */
  record Range(int first, int last) {}

  private final List<Range> ranges;

  private CodePoints(List<Range> ranges) {
    this.ranges = List.copyOf(ranges);
  }

  static CodePoints of(int first, int last) {
    return of(List.of(new Range(first, last)));
  }

  /** The union of ranges in any order; surrogates, which are no characters, are left out. */
  static CodePoints of(List<Range> any) {
    List<Range> sorted = new ArrayList<>();
    for (Range range : any) {
      add(sorted, range.first(), Math.min(range.last(), FIRST_SURROGATE - 1));
      add(sorted, Math.max(range.first(), LAST_SURROGATE + 1), range.last());
    }
    sorted.sort((a, b) -> Integer.compare(a.first(), b.first()));
    List<Range> joined = new ArrayList<>();
    for (Range range : sorted) {
      Range before = joined.isEmpty() ? null : joined.getLast();
      if (before != null && range.first() <= before.last() + 1) {
        int last = Math.max(before.last(), range.last());
        joined.set(joined.size() - 1, new Range(before.first(), last));
      } else {
        joined.add(range);
      }
    }
    return new CodePoints(joined);
  }

  private static void add(List<Range> ranges, int first, int last) {
    if (first <= last) {
      ranges.add(new Range(first, last));
    }
  }

  CodePoints complement() {
    List<Range> gaps = new ArrayList<>();
    int next = 0;
    for (Range range : ranges) {
      add(gaps, next, range.first() - 1);
      next = range.last() + 1;
    }
    add(gaps, next, LAST);
    return of(gaps);
  }

  CodePoints without(CodePoints others) {
    List<Range> excluded = new ArrayList<>(complement().ranges);
    excluded.addAll(others.ranges);
    return of(excluded).complement();
  }

  boolean contains(int codePoint) {
    for (Range range : ranges) {
      if (codePoint >= range.first() && codePoint <= range.last()) {
        return true;
      }
    }
    return false;
  }

  List<Range> ranges() {
    return ranges;
  }
}
