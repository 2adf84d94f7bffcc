package updraft.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.resources.Resource;
import java.util.List;

/** What makes the spans, as a field of OTLP's {@code ResourceSpans}. */
final class OtlpResource {
  private OtlpResource() {}

  static byte[] encode(Resource resource) {
    ProtobufWriter attributes = new ProtobufWriter(512);
    resource
        .getAttributes()
        .forEach(
            (AttributeKey<?> key, Object value) -> {
              ProtobufWriter attribute = new ProtobufWriter(128);
              attribute.text(1, key.getKey());
              attribute.message(2, any(value));
              attributes.message(1, attribute);
            });
    ProtobufWriter spans = new ProtobufWriter(512);
    spans.message(1, attributes);
    return spans.toByteArray();
  }

  /** An {@code AnyValue}. */
  private static ProtobufWriter any(Object value) {
    ProtobufWriter any = new ProtobufWriter(128);
    switch (value) {
      case Boolean flag -> any.number(2, flag ? 1 : 0);
      case Long number -> any.number(3, number);
      case Double number -> any.real(4, number);
      case List<?> list -> {
        ProtobufWriter values = new ProtobufWriter(128);
        list.forEach(element -> values.message(1, any(element)));
        any.message(5, values);
      }
      default -> any.text(1, value.toString());
    }
    return any;
  }
}
