package updraft.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExpTest {
  /** A prime, so that all low bits occur. */
  private static final int STRIDE = 1009;

  @Test
  void isWithinTwoUnitsInTheLastPlace() {
    double worst = 0;
    for (float sign : new float[] {1, -1}) {
      float end = sign > 0 ? Exp.HIGH : -Exp.LOW;
      for (int bits = 0; bits <= Float.floatToRawIntBits(end); bits += STRIDE) {
        float x = sign * Float.intBitsToFloat(bits);
        double exact = StrictMath.exp(x);
        worst = Math.max(worst, Math.abs(Exp.exp(x) - exact) / Math.ulp((float) exact));
      }
    }
    assertThat(worst).isLessThan(2);
  }

  @Test
  void knowsItsSpecialValues() {
    assertThat(Exp.exp(0f)).isEqualTo(1f);
    assertThat(Exp.exp(-0f)).isEqualTo(1f);
    assertThat(Exp.exp(Float.NaN)).isNaN();
  }

  @Test
  void neverLeavesTheNormalNumbers() {
    assertThat(Exp.exp(Float.NEGATIVE_INFINITY))
        .isEqualTo(Exp.exp(Exp.LOW))
        .isGreaterThanOrEqualTo(Float.MIN_NORMAL);
    assertThat(Exp.exp(Float.POSITIVE_INFINITY)).isEqualTo(Exp.exp(Exp.HIGH)).isFinite();
    assertThat(Exp.exp(1000f)).isEqualTo(Exp.exp(Exp.HIGH));
  }

  @Test
  void neverFalls() {
    float before = 0;
    for (float x = -90; x < 90; x += 0.01f) {
      float now = Exp.exp(x);
      assertThat(now).isGreaterThanOrEqualTo(before);
      before = now;
    }
  }
}
