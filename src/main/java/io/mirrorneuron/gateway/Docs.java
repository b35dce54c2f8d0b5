package io.mirrorneuron.gateway;

import io.mirrorneuron.gateway.answer.PagePolicy;
import io.mirrorneuron.gateway.call.AccessCheck;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.security.Role;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;
import java.util.function.BiFunction;

/**
 * The contract and its pages, at the root. Everything comes from the jar itself, not from what was
 * unpacked of it where programs could change it; nothing is fetched.
 */
final class Docs {
  /** The JSON Schema of manifests, for editors; its path in the jar, too. */
  private static final String MANIFEST_SCHEMA = "/schemas/manifest.json";

  private static final String WEBJAR = "/META-INF/maven/org.webjars/swagger-ui/pom.properties";

  /** Swagger UI styles its elements inline and draws its icons from data addresses. */
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
    files.serve(MANIFEST_SCHEMA, "application/schema+json", MANIFEST_SCHEMA);
    ASSETS.forEach((name, type) -> files.serve("/docs/" + name, type, folder + name));
    serve(router, auth, "/docs", "text/html; charset=utf-8", Buffer.buffer(PAGE));
    serve(router, auth, "/docs/start.js", "text/javascript; charset=utf-8", Buffer.buffer(START));
  }

  /** What is read when somebody asks for it. */
  private record Files(Router router, Vertx vertx, Auth auth) {
    /**
     * @param file its path in the jar
     */
    void serve(String path, String type, String file) {
      serve(path, type, file, (content, request) -> content);
    }

    /**
     * @param shown makes of the file what is shown to who asks
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

  /** Where this server was asked, by the words of the caller or of the proxy that speaks TLS. */
  private static String address(HttpServerRequest request) {
    HostAndPort named = request.authority(); // none in a request of HTTP/1.0
    boolean tls =
        request.isSSL() || "https".equalsIgnoreCase(request.getHeader("X-Forwarded-Proto"));
    return named == null ? PageContract.USUAL : (tls ? "https://" : "http://") + named;
  }

  /** Who typed the address of the server wants to see something; to programs it has nothing. */
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
}
