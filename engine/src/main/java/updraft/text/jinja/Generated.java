package updraft.text.jinja;

import java.util.AbstractList;
import java.util.List;

/** What Jinja yields lazily ({@code map}, {@code select}, ...): like a list, but always true. */
final class Generated extends AbstractList<Object> {
  private final List<Object> items;

  Generated(List<Object> items) {
    this.items = items;
  }

  @Override
  public Object get(int index) {
    return items.get(index);
  }

  @Override
  public int size() {
    return items.size();
  }
}
