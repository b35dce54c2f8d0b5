package io.mirrorneuron.gateway;

import io.mirrorneuron.gateway.answer.Problem;
import io.mirrorneuron.gateway.answer.Problems;
import io.mirrorneuron.gateway.contract.ApiOperation;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The last handler: says 405 with every method that the path does know, or 404. */
final class AllowedMethods implements Handler<RoutingContext> {
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
