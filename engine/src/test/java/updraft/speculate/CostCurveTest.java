package updraft.speculate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class CostCurveTest {
  @Test
  void goesThroughCalibrationInStraightLines() {
    CostCurve curve = calibrated();
    assertThat(curve.seconds(1)).isCloseTo(0.010, within(1e-9));
    assertThat(curve.seconds(4)).isCloseTo(0.012, within(1e-9));
    assertThat(curve.seconds(6)).isCloseTo(0.014, within(1e-9));
    assertThat(curve.seconds(12)).isCloseTo(0.022, within(1e-9));
    // beyond, as from the first point to the last: 0.018 s for 15 rows
    assertThat(curve.seconds(31)).isCloseTo(0.046, within(1e-9));
    assertThat(curve.seconds(256)).isCloseTo(0.316, within(1e-9));
  }

  private static CostCurve calibrated() {
    CostCurve curve = new CostCurve();
    curve.calibrate(1, 0.010);
    curve.calibrate(2, 0.0105);
    curve.calibrate(4, 0.012);
    curve.calibrate(8, 0.016);
    curve.calibrate(16, 0.028);
    return curve;
  }

  @Test
  void neverFalls() {
    CostCurve curve = new CostCurve();
    curve.calibrate(1, 0.010);
    curve.calibrate(4, 0.009);
    curve.calibrate(8, 0.020);
    Random random = new Random(1);
    for (int i = 0; i < 2000; i++) {
      int rows = 1 + random.nextInt(200);
      curve.observe(rows, 0.01 * (1 + rows / 10.0) * Math.exp(0.3 * random.nextGaussian()));
      double before = 0;
      for (int r = 1; r < 300; r++) {
        assertThat(curve.seconds(r)).isGreaterThanOrEqualTo(before);
        before = curve.seconds(r);
      }
    }
  }

  @Test
  void firstStepsGiveTheScaleWithoutCalibration() {
    CostCurve curve = new CostCurve();
    curve.observe(1, 0.02);
    assertThat(curve.seconds(1)).isCloseTo(0.02, within(1e-9));
    assertThat(curve.seconds(11)).isCloseTo(0.02 * (1 + 10 * 0.4), within(1e-9));
  }

  @Test
  void stalledStepsHardlyMatter() {
    CostCurve curve = calibrated();
    Random random = new Random(2);
    for (int i = 0; i < 500; i++) {
      double noise = Math.exp(0.02 * random.nextGaussian());
      curve.observe(4, 0.012 * noise * (random.nextInt(20) == 0 ? 10 : 1));
    }
    assertThat(curve.seconds(4)).isCloseTo(0.012, Percentage.withPercentage(3));
    assertThat(curve.seconds(1)).isCloseTo(0.010, Percentage.withPercentage(3));
  }

  @Test
  void lastingChangesAreFollowed() {
    CostCurve curve = calibrated();
    for (int i = 0; i < 300; i++) {
      curve.observe(1, 0.020);
      curve.observe(8, 0.048);
    }
    assertThat(curve.seconds(1)).isCloseTo(0.020, Percentage.withPercentage(2));
    assertThat(curve.seconds(8)).isCloseTo(0.048, Percentage.withPercentage(2));
  }

  @Test
  void whatAllStepsShareMovesAllOfThem() {
    CostCurve curve = calibrated();
    for (int i = 0; i < 300; i++) {
      curve.observe(8, 0.032); // twice as long as it was
    }
    assertThat(curve.seconds(8)).isCloseTo(0.032, Percentage.withPercentage(2));
    assertThat(curve.seconds(1)).isBetween(0.013, 0.015);
  }

  @Test
  void refusesWhatIsNoMeasurement() {
    CostCurve curve = new CostCurve();
    assertThatThrownBy(() -> curve.observe(0, 1))
        .hasMessage("rows must be at least 1 and seconds positive: rows=0, seconds=1.0");
    assertThatThrownBy(() -> curve.calibrate(1, 0))
        .hasMessage("rows must be at least 1 and seconds positive: rows=1, seconds=0.0");
  }
}
