package io.mirrorneuron.gateway;

import io.mirrorneuron.bus.AreaBus;
import io.mirrorneuron.gateway.answer.Problem;
import io.mirrorneuron.gateway.answer.Problems;
import io.mirrorneuron.gateway.answer.Refusal;
import io.mirrorneuron.gateway.call.Cors;
import io.mirrorneuron.gateway.call.PageGuard;
import io.mirrorneuron.gateway.contract.ApiOperation;
import io.mirrorneuron.gateway.contract.Contract;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import io.vertx.openapi.contract.Operation;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Creates the router of the contract's operations. Each request that {@link
 * GatewayVerticle.RequestGuard} admits passes, in this order: the origin check, CORS, the path,
 * authentication, the body, the checks of the contract, the area.
 */
final class ApiRouter {
  private ApiRouter() {}

  /**
   * @param timeout of a call to an area
   */
  record Parts(
      PageGuard pages,
      Cors cors,
      Health health,
      Ready ready,
      BusHandler.Shared shared,
      AreaBus areas,
      Duration timeout,
      Clock clock) {}

  /** Router of all operations; {@link #close} completes it after other routes were added. */
  static Router create(Vertx vertx, Contract contract, Parts parts) {
    RouterBuilder builder = RouterBuilder.create(vertx, contract.parsed());
    SlashPaths slashPaths = new SlashPaths();
    DirectPaths directPaths = new DirectPaths();
    builder
        .rootHandler(new RequestEntry(parts.pages(), parts.cors(), directPaths))
        .rootHandler(slashPaths)
        .rootHandler(new PlainPaths());
    Map<String, Handler<RoutingContext>> handlers = new HashMap<>();
    new OperationHandlers(contract, parts)
        .forEach(
            (operation, handler) -> {
              handlers.put(operation.id(), handler);
              // Authentication and checks are our own: see Auth and OperationCheck.
              builder
                  .getRoute(operation.id())
                  .setDoValidation(false)
                  .setDoSecurity(false)
                  .addHandler(handler);
              if (operation.slashed() != null) {
                slashPaths.add(operation, handler);
              } else {
                slashPaths.leave(operation);
              }
            });
    Router router = builder.createRouter();
    router.getRoutes().stream()
        .filter(route -> route.methods() != null && route.methods().contains(HttpMethod.GET))
        .forEach(route -> route.method(HttpMethod.HEAD));
    ColonPaths.makeLiteral(router);
    List<Operation> order =
        router.getRoutes().stream()
            .map(route -> route.<Operation>getMetadata(RouterBuilder.KEY_META_DATA_OPERATION))
            .toList();
    for (ApiOperation operation : contract.operations()) {
      String id = operation.id();
      directPaths.add(operation, order.indexOf(contract.parsed().operation(id)), handlers.get(id));
    }
    return router;
  }

  /**
   * Adds the handlers for unmatched requests and for failures. Must be called after all other
   * routes were added.
   */
  static Router close(Router router, Contract contract) {
    router.route().last().handler(new AllowedMethods(contract.operations()));
    router.route().failureHandler(Problems::send);
    // Paths that cannot be decoded fail before any route is tried.
    router
        .errorHandler(400, ctx -> Problems.send(ctx, Problem.malformed("the path is malformed")))
        .errorHandler(500, Problems::send);
    return router;
  }

  /**
   * The first handler of each request that has a path: checks the origin, and calls the operation
   * if {@link DirectPaths} finds it. Every other request goes on to the router.
   */
  private record RequestEntry(PageGuard pages, Cors cors, DirectPaths paths)
      implements Handler<RoutingContext> {

    @Override
    public void handle(RoutingContext ctx) {
      if (pages.admits(ctx) && cors.admits(ctx) && !paths.handle(ctx)) {
        ctx.next();
      }
    }
  }

  /**
   * Makes paths with a verb after a colon, such as {@code /jobs:cleanup}, literal; the router would
   * treat {@code :cleanup} as a parameter that matches any text.
   */
  private static final class ColonPaths {
    private ColonPaths() {}

    /** Must run after the routes are added and before the first request. */
    static void makeLiteral(Router router) {
      router.getRoutes().stream().filter(ColonPaths::endsInVerb).forEach(ColonPaths::makeLiteral);
    }

    private static boolean endsInVerb(Route route) {
      String path = route.getPath();
      return path != null && path.substring(path.lastIndexOf('/') + 1).indexOf(':') > 0;
    }

    private static void makeLiteral(Route route) {
      String path = route.getPath();
      int colon = path.lastIndexOf(':');
      // The router has counted one parameter and expects a group for it.
      route.pathRegex(
          Pattern.quote(path.substring(0, colon))
              + "(?<p0>"
              + Pattern.quote(path.substring(colon))
              + ")");
    }
  }

  /** The last handler: answers 405 with all methods of a known path, else 404. */
  private static final class AllowedMethods implements Handler<RoutingContext> {
    private record Known(Pattern path, HttpMethod method) {}

    private final List<Known> known;

    AllowedMethods(List<ApiOperation> operations) {
      known =
          operations.stream()
              .map(
                  operation ->
                      new Known(Pattern.compile(operation.pathRegex() + "/?"), operation.method()))
              .toList();
    }

    @Override
    public void handle(RoutingContext ctx) {
      TreeSet<String> allowed = new TreeSet<>();
      String path = ctx.normalizedPath();
      for (Known operation : known) {
        if (operation.path().matcher(path).matches()) {
          allowed.add(operation.method().name());
          if (operation.method().equals(HttpMethod.GET)) {
            allowed.add(HttpMethod.HEAD.name());
          }
        }
      }
      if (allowed.isEmpty()) {
        Problems.send(ctx, Problem.notFound());
      } else {
        ctx.response().putHeader("Allow", String.join(", ", allowed));
        Problems.send(ctx, Problem.methodNotAllowed());
      }
    }
  }

  /**
   * Operations with a parameter that is a path itself. Matches the raw path, before dots and
   * doubled slashes are normalised, and decodes each segment once: the area sees exactly what the
   * client requested, and decides whether to refuse it.
   */
  private static final class SlashPaths implements Handler<RoutingContext> {
    private record Known(
        HttpMethod method,
        String template,
        Pattern path,
        List<String> names,
        Handler<RoutingContext> handler) {}

    private final List<Known> known = new ArrayList<>();
    private final Set<String> plain = new HashSet<>();

    /** Adds an operation with a slashed parameter; the most specific path wins. */
    void add(ApiOperation operation, Handler<RoutingContext> handler) {
      known.add(
          new Known(
              operation.method(),
              operation.path(),
              Pattern.compile(operation.pathRegex(), Pattern.DOTALL),
              operation.pathParameters(),
              handler));
      known.sort(Comparator.comparingInt((Known one) -> one.template().length()).reversed());
    }

    /** Adds an operation whose plain path takes precedence over slashed ones. */
    void leave(ApiOperation operation) {
      if (operation.pathParameters().isEmpty()) {
        plain.add(operation.method() + operation.path());
      }
    }

    @Override
    public void handle(RoutingContext ctx) {
      HttpMethod method = ctx.request().method();
      HttpMethod declared = method == HttpMethod.HEAD ? HttpMethod.GET : method;
      for (Known operation : known) {
        if (operation.method().equals(declared)) {
          Matcher path = operation.path().matcher(ctx.request().path());
          if (path.matches() && !plain.contains(declared + ctx.request().path())) {
            answer(ctx, operation, path);
            return;
          }
        }
      }
      ctx.next();
    }

    private static void answer(RoutingContext ctx, Known operation, Matcher path) {
      for (int i = 0; i < operation.names().size(); i++) {
        String value = decoded(path.group(i + 1));
        if (PlainPaths.isDots(value)) {
          Problems.send(ctx, Problem.notFound());
          return;
        }
        ctx.pathParams().put(operation.names().get(i), value);
      }
      operation.handler().handle(ctx);
    }

    private static String decoded(String text) {
      try {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
      } catch (IllegalArgumentException e) {
        throw Refusal.malformed("the path is malformed", List.of());
      }
    }
  }

  /**
   * Finds the operation of a plainly written path by its segments, faster than the router, which
   * tries one route after the other. Returns nothing for other spellings (encoded, with redundant
   * dots or slashes, with a final slash), for unknown paths, and for paths that a slashed parameter
   * may match; the router and {@link SlashPaths} handle those with the same result.
   */
  static final class DirectPaths {
    private static final String MARKS = "-._~:";

    /** Marks operations of {@link ApiRouter.SlashPaths}, which come before all others. */
    private static final Ending SLASHED = new Ending(-1, null, List.of(), null);

    /**
     * An operation whose path ends here.
     *
     * @param order the lowest wins where several match
     * @param names of the parameters, by segment; null for a literal segment
     */
    record Ending(
        int order, HttpMethod method, List<String> names, Handler<RoutingContext> handler) {}

    private static final class Node {
      private final String word;
      private final List<Node> words = new ArrayList<>();
      private final List<Ending> endings = new ArrayList<>();
      private Node parameter;
      private boolean slashed;

      Node(String word) {
        this.word = word;
      }

      Node word(String segment) {
        for (Node known : words) {
          if (known.word.equals(segment)) {
            return known;
          }
        }
        words.add(new Node(segment));
        return words.getLast();
      }

      Node parameter() {
        parameter = parameter == null ? new Node(null) : parameter;
        return parameter;
      }
    }

    private final Node root = new Node("");

    /**
     * Must be called before the first request.
     *
     * @param order of its route
     */
    void add(ApiOperation operation, int order, Handler<RoutingContext> handler) {
      Node node = root;
      List<String> names = new ArrayList<>();
      for (String segment : operation.path().substring(1).split("/")) {
        String name = segment.startsWith("{") ? segment.substring(1, segment.length() - 1) : null;
        if (name != null && name.equals(operation.slashed())) {
          node.slashed = true;
          return;
        }
        names.add(name);
        node = name == null ? node.word(segment) : node.parameter();
      }
      node.endings.add(new Ending(order, operation.method(), names, handler));
      if (operation.method().equals(HttpMethod.GET)) {
        node.endings.add(new Ending(order, HttpMethod.HEAD, names, handler));
      }
    }

    /** Returns whether the request was handled. */
    boolean handle(RoutingContext ctx) {
      String path = ctx.request().path();
      Ending found = find(ctx.request().method(), path);
      if (found == null) {
        return false;
      }
      int from = 1;
      for (String name : found.names) {
        int to = end(path, from);
        if (name != null) {
          ctx.pathParams().put(name, path.substring(from, to));
        }
        from = to + 1;
      }
      found.handler.handle(ctx);
      return true;
    }

    /** Null when the router has to find it. */
    Ending find(HttpMethod method, String path) {
      Ending found = isPlain(path) ? find(root, path, 0, method) : null;
      return found == SLASHED ? null : found;
    }

    /**
     * @param at index of the next slash; the length of the path after its last segment
     */
    private static Ending find(Node node, String path, int at, HttpMethod method) {
      if (at == path.length()) {
        return ending(node, method);
      }
      if (node.slashed) {
        return SLASHED;
      }
      int from = at + 1;
      int to = end(path, from);
      Ending found = null;
      for (Node next : node.words) {
        if (next.word.length() == to - from && path.startsWith(next.word, from)) {
          found = find(next, path, to, method);
          break;
        }
      }
      return node.parameter == null ? found : first(found, find(node.parameter, path, to, method));
    }

    private static Ending ending(Node node, HttpMethod method) {
      for (Ending one : node.endings) {
        if (one.method.equals(method)) {
          return one;
        }
      }
      return null;
    }

    private static Ending first(Ending one, Ending other) {
      return one == null || other != null && other.order < one.order ? other : one;
    }

    private static int end(String path, int from) {
      int slash = path.indexOf('/', from);
      return slash < 0 ? path.length() : slash;
    }

    /** Whether the path needs no decoding and no normalisation. */
    static boolean isPlain(String path) {
      boolean begins = true; // a segment
      for (int i = 0; path != null && i < path.length(); i++) {
        char c = path.charAt(i);
        boolean letter = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z';
        if (!letter && (c == '/' ? begins && i > 0 : begins && c == '.' || MARKS.indexOf(c) < 0)) {
          return false;
        }
        begins = c == '/';
      }
      return path != null && !begins && path.charAt(0) == '/';
    }
  }

  /**
   * Answers 400 to paths that are not UTF-8, as different byte sequences would become one name, and
   * 404 to paths with empty, {@code .} or {@code ..} segments, plain or encoded, and to webhook
   * addresses with an extra slash. The router would normalise these, so the operation would differ
   * from the path that was sent and that a proxy in front may have checked.
   */
  private static final class PlainPaths implements Handler<RoutingContext> {
    private static final Pattern ESCAPES = Pattern.compile("(?:%\\p{XDigit}{2})+");
    private static final Pattern SMOOTHED =
        Pattern.compile(
            "/(?:\\.|%2e){0,2}/|/(?:\\.|%2e){1,2}$|^/api/v1/hooks/.*/$", Pattern.CASE_INSENSITIVE);

    @Override
    public void handle(RoutingContext ctx) {
      String path = ctx.request().path();
      if (!isUtf8(path)) {
        Problems.send(ctx, Problem.malformed("the path has %-escapes that are no UTF-8"));
      } else if (isPlain(path)) {
        ctx.next();
      } else {
        Problems.send(ctx, Problem.notFound());
      }
    }

    static boolean isUtf8(String path) {
      Matcher escapes = ESCAPES.matcher(path);
      while (escapes.find()) {
        byte[] bytes = HexFormat.of().parseHex(escapes.group().replace("%", ""));
        try {
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
        } catch (CharacterCodingException e) {
          return false;
        }
      }
      return true;
    }

    static boolean isPlain(String path) {
      return !SMOOTHED.matcher(path).find();
    }

    /** Whether the router would normalise this decoded segment away. */
    static boolean isDots(String segment) {
      return segment.equals(".") || segment.equals("..");
    }
  }
}
