package uk.ac.manchester.tornado.api.types;

import java.util.Locale;

/** An IEEE binary16 number; arithmetic is done in float and rounded. */
public class HalfFloat {

  private final short bits;

  /** The nearest binary16 number. */
  public HalfFloat(float halfFloat) {
    this.bits = Float.floatToFloat16(halfFloat);
  }

  /** The number with these bits. */
  public HalfFloat(short halfFloat) {
    this.bits = halfFloat;
  }

  /** Sum. */
  public static HalfFloat add(HalfFloat a, HalfFloat b) {
    return new HalfFloat(a.getFloat32() + b.getFloat32());
  }

  /** Difference. */
  public static HalfFloat sub(HalfFloat a, HalfFloat b) {
    return new HalfFloat(a.getFloat32() - b.getFloat32());
  }

  /** Product. */
  public static HalfFloat mult(HalfFloat a, HalfFloat b) {
    return new HalfFloat(a.getFloat32() * b.getFloat32());
  }

  /** Quotient. */
  public static HalfFloat div(HalfFloat a, HalfFloat b) {
    return new HalfFloat(a.getFloat32() / b.getFloat32());
  }

  /** The bits. */
  public short getHalfFloatValue() {
    return bits;
  }

  /** The value, exactly. */
  public float getFloat32() {
    return Float.float16ToFloat(bits);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "HalfFloat: %.4f", getFloat32());
  }
}
