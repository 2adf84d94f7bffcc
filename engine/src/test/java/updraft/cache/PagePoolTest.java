package updraft.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PagePoolTest {
  private final PagePool pool = new PagePool(4);

  @Test
  void growsATableToHoldPositions() {
    PageTable table = new PageTable();
    assertThat(pool.grow(table, 0)).isTrue();
    assertThat(table.size()).isZero();
    assertThat(pool.grow(table, 1)).isTrue();
    assertThat(pool.grow(table, 16)).isTrue();
    assertThat(table.size()).isEqualTo(1);
    assertThat(pool.grow(table, 17)).isTrue();
    assertThat(table.capacity()).isEqualTo(32);
    assertThat(pool.grow(table, 5)).isTrue(); // never shrinks
    assertThat(table.capacity()).isEqualTo(32);
    assertThat(pool.free()).isEqualTo(2);
  }

  @Test
  void growsAllTheWayOrNotAtAll() {
    PageTable one = new PageTable();
    PageTable two = new PageTable();
    pool.grow(one, 32);
    assertThat(pool.grow(two, 33)).isFalse();
    assertThat(two.size()).isZero();
    assertThat(pool.free()).isEqualTo(2);
    assertThat(pool.grow(two, 32)).isTrue();
    assertThat(pool.free()).isZero();
    assertThat(pool.allocate()).isEqualTo(PagePool.NONE);
  }

  @Test
  void shrinksToThePagesThatPositionsNeed() {
    PageTable table = new PageTable();
    pool.grow(table, 64);
    pool.shrink(table, 33);
    assertThat(table.size()).isEqualTo(3);
    pool.shrink(table, 32);
    assertThat(table.size()).isEqualTo(2);
    pool.release(table);
    assertThat(table.size()).isZero();
    assertThat(pool.free()).isEqualTo(4);
  }

  @Test
  void freesASharedPageWithItsLastHolder() {
    PageTable one = new PageTable();
    PageTable two = new PageTable();
    pool.grow(one, 40);
    assertThat(pool.share(one, 40, two)).isEqualTo(32);
    assertThatThrownBy(() -> pool.share(one, 40, two)).hasMessage("table must be empty: pages=2");
    assertThat(two.page(1)).isEqualTo(one.page(1));
    assertThat(pool.isShared(one.page(1))).isTrue();
    assertThat(pool.isShared(one.page(2))).isFalse();
    pool.release(one);
    assertThat(pool.free()).isEqualTo(2);
    assertThat(pool.isShared(two.page(1))).isFalse();
    pool.release(two);
    assertThat(pool.free()).isEqualTo(4);
  }

  @Test
  void refusesMisuse() {
    assertThatThrownBy(() -> new PagePool(0)).hasMessage("pages must be at least 1: pages=0");
    assertThatThrownBy(() -> pool.release(3))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a page must be in use to be released: page=3");
    assertThatThrownBy(() -> pool.retain(3))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a page must be in use to be retained: page=3");
    assertThatThrownBy(() -> pool.retain(4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("page must be in [0, 3]: page=4");
    int page = pool.allocate();
    pool.release(page);
    assertThatThrownBy(() -> pool.release(page)).isInstanceOf(IllegalStateException.class);
  }
}
