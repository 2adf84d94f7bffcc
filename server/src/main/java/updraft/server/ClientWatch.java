package updraft.server;

import io.javalin.http.Context;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;

/**
 * Notices that a client has gone while its request is being served. HTTP/1.1 has no signal for it,
 * and Jetty does not read a connection between a request's body and its answer; so this does,
 * without waiting: nothing there means that the client is waiting, the end that it has gone (or has
 * shut down its side, which counts as gone, as it does for nginx).
 *
 * <p>A byte that is there belongs to a pipelined request. It is handed to Jetty's connection, whose
 * next parse begins with it, and the watch ends.
 *
 * <p>For the thread that serves the request, after the body has been read.
 */
final class ClientWatch {
  private final Connection connection;
  private final ByteBuffer oneByte = ByteBuffer.allocate(1);
  private boolean watching;

  ClientWatch(Context context) {
    this.connection =
        ServletContextRequest.getServletContextRequest(context.req())
            .getConnectionMetaData()
            .getConnection();
    this.watching = connection instanceof Connection.UpgradeTo;
  }

  /** Whether nobody waits for the answer any more. */
  boolean clientGone() {
    if (!watching) {
      return false;
    }
    try {
      oneByte.clear().flip(); // empty, as Jetty fills buffers behind their limit
      EndPoint endPoint = connection.getEndPoint();
      int read = endPoint.fill(oneByte);
      if (read > 0 && connection instanceof Connection.UpgradeTo pipelining) {
        pipelining.onUpgradeTo(oneByte);
        watching = false;
      }
      return read < 0;
    } catch (IOException e) {
      return true;
    }
  }
}
