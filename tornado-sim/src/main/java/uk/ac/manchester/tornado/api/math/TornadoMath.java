package uk.ac.manchester.tornado.api.math;

/** Mathematics that kernels may use; in float, what {@link Math} gives, rounded. */
public class TornadoMath {

  /** The lesser. */
  public static float min(float a, float b) {
    return Math.min(a, b);
  }

  /** The lesser. */
  public static double min(double a, double b) {
    return Math.min(a, b);
  }

  /** The lesser. */
  public static long min(long a, long b) {
    return Math.min(a, b);
  }

  /** The lesser. */
  public static int min(int a, int b) {
    return Math.min(a, b);
  }

  /** The lesser. */
  public static short min(short a, short b) {
    return (short) Math.min(a, b);
  }

  /** The lesser. */
  public static byte min(byte a, byte b) {
    return (byte) Math.min(a, b);
  }

  /** The greater. */
  public static float max(float a, float b) {
    return Math.max(a, b);
  }

  /** The greater. */
  public static double max(double a, double b) {
    return Math.max(a, b);
  }

  /** The greater. */
  public static long max(long a, long b) {
    return Math.max(a, b);
  }

  /** The greater. */
  public static int max(int a, int b) {
    return Math.max(a, b);
  }

  /** The greater. */
  public static short max(short a, short b) {
    return (short) Math.max(a, b);
  }

  /** The greater. */
  public static byte max(byte a, byte b) {
    return (byte) Math.max(a, b);
  }

  /** Without its sign. */
  public static float abs(float a) {
    return Math.abs(a);
  }

  /** Without its sign. */
  public static double abs(double a) {
    return Math.abs(a);
  }

  /** Without its sign. */
  public static long abs(long a) {
    return Math.abs(a);
  }

  /** Without its sign. */
  public static int abs(int a) {
    return Math.abs(a);
  }

  /** Brought between two bounds. */
  public static long clamp(long value, long min, long max) {
    return Math.min(Math.max(value, min), max);
  }

  /** Brought between two bounds. */
  public static int clamp(int value, int min, int max) {
    return Math.min(Math.max(value, min), max);
  }

  /** Brought between two bounds. */
  public static float clamp(float value, float min, float max) {
    return Math.min(Math.max(value, min), max);
  }

  /** Brought between two bounds. */
  public static double clamp(double value, double min, double max) {
    return Math.min(Math.max(value, min), max);
  }

  /** e to that power. */
  public static float exp(float value) {
    return (float) Math.exp((double) value);
  }

  /** e to that power. */
  public static double exp(double value) {
    return Math.exp(value);
  }

  /** Square root. */
  public static float sqrt(float value) {
    return (float) Math.sqrt((double) value);
  }

  /** Square root. */
  public static double sqrt(double value) {
    return Math.sqrt(value);
  }

  /** Rounded down. */
  public static float floor(float value) {
    return (float) Math.floor((double) value);
  }

  /** Rounded down. */
  public static double floor(double value) {
    return Math.floor(value);
  }

  /** Rounded up. */
  public static float ceil(float value) {
    return (float) Math.ceil((double) value);
  }

  /** Rounded up. */
  public static double ceil(double value) {
    return Math.ceil(value);
  }

  /** Natural logarithm. */
  public static float log(float value) {
    return (float) Math.log((double) value);
  }

  /** Natural logarithm. */
  public static double log(double value) {
    return Math.log(value);
  }

  /** Tangent of an angle in radians. */
  public static float tan(float value) {
    return (float) Math.tan((double) value);
  }

  /** Tangent of an angle in radians. */
  public static double tan(double value) {
    return Math.tan(value);
  }

  /** Hyperbolic tangent. */
  public static float tanh(float value) {
    return (float) Math.tanh((double) value);
  }

  /** Hyperbolic tangent. */
  public static double tanh(double value) {
    return Math.tanh(value);
  }

  /** Arc tangent. */
  public static float atan(float value) {
    return (float) Math.atan((double) value);
  }

  /** Arc tangent. */
  public static double atan(double value) {
    return Math.atan(value);
  }

  /** Arc cosine. */
  public static float acos(float value) {
    return (float) Math.acos((double) value);
  }

  /** Arc cosine. */
  public static double acos(double value) {
    return Math.acos(value);
  }

  /** Arc sine. */
  public static float asin(float value) {
    return (float) Math.asin((double) value);
  }

  /** Arc sine. */
  public static double asin(double value) {
    return Math.asin(value);
  }

  /** Cosine of an angle in radians. */
  public static float cos(float value) {
    return (float) Math.cos((double) value);
  }

  /** Cosine of an angle in radians. */
  public static double cos(double value) {
    return Math.cos(value);
  }

  /** Sine of an angle in radians. */
  public static float sin(float value) {
    return (float) Math.sin((double) value);
  }

  /** Sine of an angle in radians. */
  public static double sin(double value) {
    return Math.sin(value);
  }

  /** -1, 0 or 1. */
  public static float signum(float value) {
    return Math.signum(value);
  }

  /** -1, 0 or 1. */
  public static double signum(double value) {
    return Math.signum(value);
  }

  /** Logarithm to base 2. */
  public static float log2(float value) {
    return (float) (Math.log((double) value) / Math.log(2.0));
  }

  /** Logarithm to base 2. */
  public static double log2(double value) {
    return Math.log(value) / Math.log(2.0);
  }

  /** Power. */
  public static float pow(float a, float b) {
    return (float) Math.pow(a, b);
  }

  /** Power. */
  public static double pow(double a, double b) {
    return Math.pow(a, b);
  }

  /** Angle of a point. */
  public static float atan2(float a, float b) {
    return (float) Math.atan2(a, b);
  }

  /** Angle of a point. */
  public static double atan2(double a, double b) {
    return Math.atan2(a, b);
  }

  /** π. */
  public static float floatPI() {
    return (float) Math.PI;
  }

  /** π. */
  public static double PI() {
    return Math.PI;
  }
}
