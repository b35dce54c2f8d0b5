package io.mirrorneuron.gateway;

import io.mirrorneuron.gateway.answer.Problem;
import io.mirrorneuron.gateway.answer.Problems;
import io.mirrorneuron.gateway.answer.Refusal;
import io.mirrorneuron.gateway.contract.ApiOperation;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Operations with a parameter that is a path itself. They are found by the path as it was sent,
 * before dots and doubled slashes are normalised, and each segment is decoded once: so the area
 * sees what the client asked for, and is the one to refuse it.
 */
final class SlashPaths implements Handler<RoutingContext> {
  private record Known(
      HttpMethod method,
      String template,
      Pattern path,
      List<String> names,
      Handler<RoutingContext> handler) {}

  private final List<Known> known = new ArrayList<>();
  private final Set<String> plain = new HashSet<>();

  /** Adds an operation of which a slashed path is a part; those with the most around it win. */
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

  /** Notes an operation that has its path for itself, though one with slashes may fit it. */
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
