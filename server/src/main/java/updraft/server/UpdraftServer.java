package updraft.server;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import updraft.engine.Engine;
import updraft.server.models.Models;

/**
 * OpenAI's interface over models. {@link #start} listens, {@link #stop} drains: requests under way
 * end, new ones are refused with 503.
 */
public final class UpdraftServer {
  private static final int HEADER_BYTES = 16 << 10;

  /** Platform threads for connections; requests run on virtual threads of their own. */
  private static final int CONNECTION_THREADS = 16;

  /** What remains to be written when the engine has ended every request. */
  private static final long FLUSH_MILLIS = 5_000;

  private final Models models;
  private final ServerOptions options;
  private final Json json = new Json();
  private final AtomicBoolean draining = new AtomicBoolean();
  private final AccessControl access;
  private final Javalin javalin;

  /** The server owns the engine from now on: it closes it when it stops. */
  public UpdraftServer(Engine engine, ServerOptions options) {
    this(Models.of(engine), options);
  }

  /** The server owns the models from now on: it closes them when it stops. */
  public UpdraftServer(Models models, ServerOptions options) {
    this.models = models;
    this.options = options;
    this.access = new AccessControl(options.access());
    this.javalin = Javalin.create(this::configure);
  }

  private void configure(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.startup.startupWatcherEnabled = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.http.prefer405over404 = true;
    config.jetty.threadPool = threads();
    config.jetty.modifyHttpConfiguration(
        http -> {
          http.setRequestHeaderSize(HEADER_BYTES);
          // else a header that a connection has sent before comes back in its earlier case: a key
          http.setHeaderCacheCaseSensitive(true);
        });
    config.jetty.addConnector(this::connector);
    config.jetty.modifyServer(
        server -> {
          server.setStopTimeout(FLUSH_MILLIS);
          server.insertHandler(new GracefulHandler());
        });
    new Errors(json).register(config);
    if (options.accessLog()) {
      config.requestLogger.http(new AccessLog(access)::write);
    }
    routes(config.routes);
  }

  private static QueuedThreadPool threads() {
    QueuedThreadPool threads = new QueuedThreadPool(CONNECTION_THREADS, 2);
    threads.setName("updraft-http");
    threads.setDaemon(true);
    threads.setVirtualThreadsExecutor(
        VirtualThreads.getNamedVirtualThreadsExecutor("updraft-request-"));
    return threads;
  }

  private ServerConnector connector(Server server, HttpConfiguration http) {
    HttpConnectionFactory connections = new HttpConnectionFactory(http);
    TlsOptions tls = options.tls();
    ServerConnector connector =
        tls == null
            ? new ServerConnector(server, connections)
            : new ServerConnector(server, tlsContext(tls), connections);
    connector.setHost(options.host());
    connector.setPort(options.port());
    connector.setIdleTimeout(options.idleTimeout().toMillis());
    return connector;
  }

  private static SslContextFactory.Server tlsContext(TlsOptions tls) {
    SslContextFactory.Server context = new SslContextFactory.Server();
    try {
      context.setKeyStore(tls.keyStore());
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
    context.setKeyStorePassword(TlsOptions.PASSWORD);
    return context;
  }

  private void routes(RoutesConfig routes) {
    Bodies bodies = new Bodies(json, options);
    ModelDispatch dispatch = new ModelDispatch(models, json, bodies, options);
    ServerSpans spans = new ServerSpans(models.openTelemetry(), models::traceLevel);
    ModelRoutes cards = new ModelRoutes(models, json);
    StatusRoutes status = new StatusRoutes(models, bodies, json, draining::get);
    PageRoutes page = new PageRoutes();
    routes.before(RequestIds::assign);
    routes.before(this::admit);
    generating(routes, "/v1/completions", spans, dispatch.to(ServedModel::completions));
    generating(routes, "/v1/chat/completions", spans, dispatch.to(ServedModel::chat));
    generating(routes, "/generate", spans, dispatch.to(ServedModel::generate));
    routes.post("/v1/embeddings", UpdraftServer::refuseEmbeddings);
    if (!options.access().origins().isEmpty()) {
      routes.options("/*", access::preflight);
    }
    routes.get("/v1/models", cards::list);
    routes.get("/v1/models/{model}", cards::one);
    routes.post("/tokenize", dispatch.to(model -> model.tokens()::tokenize));
    routes.post("/detokenize", dispatch.to(model -> model.tokens()::detokenize));
    routes.get("/health", status::health);
    routes.get("/metrics", status::metrics);
    DebugRoutes debug = new DebugRoutes(models, json);
    routes.get("/debug/requests", debug::list);
    routes.get("/debug/requests/{id}", debug::one);
    routes.get("/trace/level", status::traceLevel);
    routes.put("/trace/level", status::setTraceLevel);
    routes.get("/", page::index);
    routes.get("/page/<file>", page::file);
  }

  private void generating(RoutesConfig routes, String path, ServerSpans spans, Handler handler) {
    routes.post(path, spans.traced(access.limited(handler)));
  }

  private static void refuseEmbeddings(Context context) {
    throw ApiException.refused(
        501,
        null,
        "not_supported",
        "embeddings must come from another server: this one generates text alone");
  }

  /**
   * Listens.
   *
   * @return the port
   * @throws IOException if it cannot; the message is one line
   */
  public int start() throws IOException {
    try {
      javalin.start();
    } catch (RuntimeException e) {
      throw new IOException(
          "cannot listen on "
              + options.host()
              + ":"
              + options.port()
              + " ("
              + rootMessage(e)
              + "); choose another port with --port, or 0 for a free one",
          e);
    }
    return javalin.port();
  }

  private static String rootMessage(Throwable problem) {
    Throwable root = problem;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage()).lines().findFirst().orElse("");
  }

  /**
   * Refuses new requests, lets those under way end within the drain timeout, then stops listening
   * and closes the models. Idempotent; the first call waits.
   */
  public void stop() {
    if (draining.compareAndSet(false, true)) {
      models.close(options.drainTimeout());
      javalin.stop();
    }
  }

  /** Before every route: the key, and whether we still take requests. */
  private void admit(Context context) {
    access.shareWithOrigins(context);
    if (!isOpen(context.path()) && !access.isPreflight(context)) {
      access.identify(context);
    }
    if (draining.get() && context.method().equals(HandlerType.POST)) {
      throw ApiException.shuttingDown();
    }
  }

  /** What needs no key: the state, and the page, which asks for the key by itself. */
  private static boolean isOpen(String path) {
    return path.equals("/health") || PageRoutes.owns(path);
  }
}
