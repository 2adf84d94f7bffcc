package updraft.trace;

import io.opentelemetry.sdk.common.export.HttpSender;
import io.opentelemetry.sdk.common.export.HttpSenderConfig;
import io.opentelemetry.sdk.common.export.HttpSenderProvider;
import java.util.List;

/** Found by the SDK's exporters, which leave the way to the collector to others. */
public final class BlockingSenderProvider implements HttpSenderProvider {
  /**
   * Where {@link OpenTelemetrySetup} hears of the senders of the exporters that it has the SDK
   * make, since they do not tell: ours then go the way that the standard variables describe.
   */
  static final ScopedValue<List<HttpSender>> MADE = ScopedValue.newInstance();

  @Override
  public HttpSender createSender(HttpSenderConfig config) {
    HttpSender sender = new BlockingSender(config);
    if (MADE.isBound()) {
      MADE.get().add(sender);
    }
    return sender;
  }
}
