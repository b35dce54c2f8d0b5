package io.mirrorneuron.gateway;

import io.mirrorneuron.bus.AreaBus;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.bus.LocalAreas;
import io.mirrorneuron.bus.RemoteReads;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.gateway.answer.BadHeads;
import io.mirrorneuron.gateway.answer.CommonHeaders;
import io.mirrorneuron.gateway.answer.PagePolicy;
import io.mirrorneuron.gateway.call.AccessCheck;
import io.mirrorneuron.gateway.call.Bodies;
import io.mirrorneuron.gateway.call.BodyBudget;
import io.mirrorneuron.gateway.call.Cors;
import io.mirrorneuron.gateway.call.OpenCalls;
import io.mirrorneuron.gateway.call.Origins;
import io.mirrorneuron.gateway.call.PageGuard;
import io.mirrorneuron.gateway.call.Uploads;
import io.mirrorneuron.gateway.contract.ApiOperation;
import io.mirrorneuron.gateway.contract.Contract;
import io.mirrorneuron.gateway.contract.ContractCheck;
import io.mirrorneuron.gateway.stream.Streams;
import io.mirrorneuron.listen.BadRequest;
import io.mirrorneuron.listen.Http2RequestHead;
import io.mirrorneuron.listen.Limits;
import io.mirrorneuron.model.UploadQuota;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.security.Auth.Role;
import io.mirrorneuron.security.StreamTokens;
import io.mirrorneuron.storage.Readiness;
import io.mirrorneuron.storage.Storage;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The HTTP endpoint. Several instances may be deployed; they share only the port.
 *
 * <p>The constructor fails when the contract and the areas differ.
 */
public final class GatewayVerticle extends VerticleBase {

  /**
   * @param uploadFolder for uploads in progress; must exist
   * @param docsNeedToken whether the contract and its pages require a token
   * @param timeout of a call to an area
   * @param requestIds for requests without one; must be cheap and thread-safe
   * @param storage of uploads
   * @param readiness of this server and of its runtime
   * @param clock for socket messages
   * @param uploads disk quota of uploads
   * @param nodes read files of other nodes
   * @param streamTokens the same for all instances
   */
  public record Settings(
      Config.Api api,
      Path uploadFolder,
      boolean docsNeedToken,
      Duration timeout,
      Supplier<String> requestIds,
      Storage storage,
      Readiness readiness,
      Clock clock,
      UploadQuota uploads,
      RemoteReads nodes,
      StreamTokens streamTokens) {}

  private static final long DRAIN_SECONDS = 5;

  /**
   * Time in a shutdown after which unanswered calls are refused; early enough for the answer to
   * arrive.
   */
  private static final long REFUSE_MILLIS = 4000;

  /** Bodies of callers with a token may together take this part of the heap: an eighth. */
  private static final int SHARE_OF_BODIES = 8;

  private static final int SHARE_OF_RAW_BODIES = 32;
  private static final int RAW_BYTES = 1 << 20;

  /** Concurrent requests per HTTP/2 connection. */
  private static final long MAX_STREAMS =
      HttpServerOptions.DEFAULT_INITIAL_SETTINGS_MAX_CONCURRENT_STREAMS;

  /** Limit of a client's WebSocket message; messages to the client are not limited. */
  private static final int SOCKET_MESSAGE_BYTES = 16 << 10;

  private final Settings settings;
  private final Contract contract;
  private final Auth auth;
  private final Health health;
  private final AreaBus elsewhere;
  private final OpenCalls calls = new OpenCalls();
  private HttpServer server;
  private Streams streams;

  public GatewayVerticle(
      Settings settings,
      Contract contract,
      Collection<? extends AreaVerticle> areas,
      Auth auth,
      Health.Facts facts) {
    this(settings, contract, (AreaBus) null, auth, facts);
    ContractCheck.verify(contract.document(), areas);
  }

  /**
   * A gateway for areas of other processes.
   *
   * @param elsewhere the bus to them; null for areas of this process
   */
  public GatewayVerticle(
      Settings settings, Contract contract, AreaBus elsewhere, Auth auth, Health.Facts facts) {
    this.elsewhere = elsewhere;
    this.settings = settings;
    this.contract = contract;
    this.auth = auth;
    this.health = new Health(facts, settings.readiness());
  }

  @Override
  public Future<?> start() {
    streams = new Streams(vertx, settings.clock(), settings.timeout().dividedBy(2));
    Config.Api api = settings.api();
    BadHeads badHeads = new BadHeads(settings.requestIds());
    server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setInitialSettings(
                        new Http2Settings()
                            .setMaxConcurrentStreams(MAX_STREAMS)
                            .setMaxHeaderListSize(Limits.HEADER_BYTES))
                    .setHost(api.host())
                    .setPort(api.port())
                    .setMaxInitialLineLength(Limits.LINE_BYTES)
                    .setMaxHeaderSize(Limits.HEADER_BYTES)
                    .setIdleTimeout(ApiOperation.IDLE_SECONDS)
                    .setMaxWebSocketFrameSize(SOCKET_MESSAGE_BYTES)
                    .setMaxWebSocketMessageSize(SOCKET_MESSAGE_BYTES)
                    // Each subscriber would need its own compressor for the same bytes.
                    .setPerMessageWebSocketCompressionSupported(false)
                    .setPerFrameWebSocketCompressionSupported(false))
            .requestHandler(
                new RequestGuard(new CommonHeaders(settings.requestIds()), badHeads, router(api)))
            .invalidRequestHandler(badHeads);
    return server.listen();
  }

  /**
   * Ends the streams, answers waiting calls, lets other requests finish for a few seconds and
   * refuses the rest.
   */
  @Override
  public Future<?> stop() {
    streams.close();
    calls.hurry();
    long refusal = vertx.setTimer(REFUSE_MILLIS, late -> calls.refuseAll());
    return server
        .shutdown(DRAIN_SECONDS, TimeUnit.SECONDS)
        .onComplete(closed -> vertx.cancelTimer(refusal));
  }

  /** The actual port, also when 0 was configured. */
  public int port() {
    return server.actualPort();
  }

  private Router router(Config.Api api) {
    var uploads =
        new Uploads(
            vertx,
            settings.uploadFolder(),
            api.uploadLimitBytes(),
            settings.requestIds(),
            settings.storage(),
            settings.uploads());
    Origins origins = new Origins(api.corsAllowOrigins(), api.baseUrl());
    var parts =
        new ApiRouter.Parts(
            new PageGuard(
                api.hostNames(), !api.allowedHosts().isEmpty(), auth != Auth.NOBODY_ASKS, origins),
            new Cors(origins),
            health,
            new Ready(settings.readiness()),
            new BusHandler.Shared(
                auth,
                settings.streamTokens(),
                new Bodies(api.bodyLimitBytes(), BodyBudget.ofHeap(SHARE_OF_BODIES)),
                new Bodies(RAW_BYTES, BodyBudget.ofHeap(SHARE_OF_RAW_BODIES)),
                uploads,
                streams,
                calls,
                settings.nodes()),
            elsewhere == null ? new LocalAreas(vertx.eventBus()) : elsewhere,
            settings.timeout(),
            settings.clock());
    Router router = ApiRouter.create(vertx, contract, parts);
    Docs.mount(router, vertx, settings.docsNeedToken() ? auth : Auth.NOBODY_ASKS);
    return ApiRouter.close(router, contract);
  }

  /**
   * Entry point of each request. Sets the common headers of its answer first; checks the heads of
   * HTTP/2 requests (those of HTTP/1.1 were checked by the decoder); answers {@code OPTIONS *},
   * which has no path to route.
   */
  private record RequestGuard(CommonHeaders headers, BadHeads badHeads, Router router)
      implements Handler<HttpServerRequest> {
    private static final String METHODS =
        Stream.of(
                HttpMethod.GET,
                HttpMethod.HEAD,
                HttpMethod.POST,
                HttpMethod.PUT,
                HttpMethod.PATCH,
                HttpMethod.DELETE,
                HttpMethod.OPTIONS)
            .map(HttpMethod::name)
            .collect(Collectors.joining(", "));

    @Override
    public void handle(HttpServerRequest request) {
      headers.apply(request);
      BadRequest fault =
          request.version() == HttpVersion.HTTP_2 ? Http2RequestHead.fault(request) : null;
      if (fault != null) {
        badHeads.refuse(request, fault);
      } else if (request.uri().equals("*")) {
        request.response().setStatusCode(204).putHeader(HttpHeaders.ALLOW, METHODS).end();
      } else {
        router.handle(request);
      }
    }
  }

  /**
   * Serves the contract and its pages at the root. Everything is read from the jar itself, not from
   * an unpacked copy that programs could change; nothing is fetched.
   */
  private static final class Docs {
    /** The JSON Schema of manifests, for editors; also its path in the jar. */
    private static final String MANIFEST_SCHEMA = "/schemas/manifest.json";

    private static final String WEBJAR = "/META-INF/maven/org.webjars/swagger-ui/pom.properties";

    /** Swagger UI uses inline styles and data URLs for icons. */
    private static final PagePolicy POLICY =
        PagePolicy.of(
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
                + "img-src 'self' data:; connect-src 'self'; font-src 'self'; "
                + "frame-ancestors 'none'",
            "no-cache");

    private static final Map<String, String> ASSETS =
        Map.of(
            "swagger-ui.css", "text/css; charset=utf-8",
            "swagger-ui-bundle.js", "text/javascript; charset=utf-8",
            "favicon-32x32.png", "image/png");

    private static final String CONTRACT = "/openapi/mirrorneuron";

    private static final String PAGE =
        """
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <title>MirrorNeuron API</title>
          <link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
          <link rel="stylesheet" href="/docs/swagger-ui.css">
        </head>
        <body>
          <p>The commands of the terminal: <a href="/docs/cli">mn</a></p>
          <div id="api"></div>
          <script src="/docs/swagger-ui-bundle.js"></script>
          <script src="/docs/start.js"></script>
        </body>
        </html>
        """;

    private static final String START =
        "SwaggerUIBundle({url: '/docs/openapi.json', dom_id: '#api', deepLinking: true});\n";

    private Docs() {}

    static void mount(Router router, Vertx vertx, Auth auth) {
      String folder = "/META-INF/resources/webjars/swagger-ui/" + version() + "/";
      router
          .route("/")
          .method(HttpMethod.GET)
          .method(HttpMethod.HEAD)
          .handler(Docs::showBrowsersTheWay);
      Files files = new Files(router, vertx, auth);
      files.serve("/openapi.json", "application/json", CONTRACT + ".json");
      files.serve("/openapi.yaml", "application/yaml", CONTRACT + ".yaml");
      files.serve(
          "/docs/openapi.json",
          "application/json",
          CONTRACT + ".json",
          (contract, request) -> PageContract.of(contract, address(request)));
      files.serve("/docs/cli", "text/html; charset=utf-8", "/docs/cli.html");
      files.serve(MANIFEST_SCHEMA, "application/schema+json", MANIFEST_SCHEMA);
      ASSETS.forEach((name, type) -> files.serve("/docs/" + name, type, folder + name));
      serve(router, auth, "/docs", "text/html; charset=utf-8", Buffer.buffer(PAGE));
      serve(router, auth, "/docs/start.js", "text/javascript; charset=utf-8", Buffer.buffer(START));
    }

    /** Serves files of the jar; each is read on request. */
    private record Files(Router router, Vertx vertx, Auth auth) {
      /**
       * @param file its path in the jar
       */
      void serve(String path, String type, String file) {
        serve(path, type, file, (content, request) -> content);
      }

      /**
       * @param shown transforms the file for the request
       */
      void serve(
          String path,
          String type,
          String file,
          BiFunction<Buffer, HttpServerRequest, Buffer> shown) {
        route(
            router,
            auth,
            path,
            ctx ->
                vertx
                    .executeBlocking(() -> shown.apply(content(file), ctx.request()), false)
                    .onComplete(content -> send(ctx, type, content), ctx::fail));
      }
    }

    /** The address of this server by the request, or by the proxy that terminates TLS. */
    private static String address(HttpServerRequest request) {
      HostAndPort named = request.authority(); // absent in a request of HTTP/1.0
      boolean tls =
          request.isSSL() || "https".equalsIgnoreCase(request.getHeader("X-Forwarded-Proto"));
      return named == null ? PageContract.USUAL : (tls ? "https://" : "http://") + named;
    }

    /** A browser at the server's root is redirected to a page; a program gets no page. */
    private static void showBrowsersTheWay(RoutingContext ctx) {
      String accepts = ctx.request().getHeader(HttpHeaders.ACCEPT);
      if (accepts == null || !accepts.contains("text/html")) {
        ctx.next();
        return;
      }
      POLICY.apply(ctx.response());
      ctx.response().setStatusCode(302).putHeader(HttpHeaders.LOCATION, "/docs").end();
    }

    private static void serve(Router router, Auth auth, String path, String type, Buffer content) {
      route(router, auth, path, ctx -> send(ctx, type, content));
    }

    private static void route(
        Router router, Auth auth, String path, Handler<RoutingContext> handler) {
      router
          .route(path)
          .method(HttpMethod.GET)
          .method(HttpMethod.HEAD)
          .handler(
              ctx ->
                  AccessCheck.of(
                      ctx,
                      auth,
                      ctx.request().getHeader(HttpHeaders.AUTHORIZATION),
                      Role.VIEWER,
                      caller -> {
                        handler.handle(ctx);
                        ctx.request().resume();
                      }));
    }

    private static void send(RoutingContext ctx, String type, Buffer content) {
      POLICY.apply(ctx.response());
      ctx.response().putHeader(HttpHeaders.CONTENT_TYPE, type).end(content);
    }

    private static Buffer content(String name) throws IOException {
      try (InputStream in = resource(name)) {
        return Buffer.buffer(in.readAllBytes());
      }
    }

    private static InputStream resource(String name) {
      return Docs.class.getResourceAsStream(name);
    }

    private static String version() {
      try (InputStream in = resource(WEBJAR)) {
        Properties properties = new Properties();
        properties.load(in);
        return properties.getProperty("version");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /**
     * The contract for the documentation page. The page fills in every parameter that has an
     * example and sends it, which would add unwanted filters and reuse an idempotency key. So
     * examples of optional parameters move to their descriptions. Example commands use the address
     * of the request.
     */
    private static final class PageContract {
      /** The address in the published contract: that of a server with default settings. */
      static final String USUAL = "http://localhost:54001";

      private PageContract() {}

      /**
       * @param json the published contract
       * @param address of this server for the client, as {@code https://mn.example:8443}
       */
      static Buffer of(Buffer json, String address) {
        JsonObject document = json.toJsonObject();
        emptyOptions(document);
        JsonObject info = document.getJsonObject("info");
        info.put("description", info.getString("description").replace(USUAL, address));
        return document.toBuffer();
      }

      private static void emptyOptions(Object node) {
        if (node instanceof JsonObject object) {
          if (isOption(object)) {
            String example = "Example: `" + object.remove("example") + "`";
            String text = object.getString("description");
            object.put("description", text == null ? example : text + "\n\n" + example);
          }
          object.forEach(member -> emptyOptions(member.getValue()));
        } else if (node instanceof JsonArray list) {
          list.forEach(PageContract::emptyOptions);
        }
      }

      private static boolean isOption(JsonObject object) {
        return object.getValue("in") instanceof String
            && object.getValue("schema") instanceof JsonObject
            && object.containsKey("example")
            && !object.getBoolean("required", false);
      }
    }
  }
}
