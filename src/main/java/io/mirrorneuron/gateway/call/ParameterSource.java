package io.mirrorneuron.gateway.call;

import io.mirrorneuron.gateway.answer.Refusal;
import io.mirrorneuron.wire.Fault;
import io.vertx.ext.web.RoutingContext;
import io.vertx.openapi.contract.Location;
import java.util.List;

/** Supplies the texts of parameters. */
@FunctionalInterface
public interface ParameterSource {
  /** Null when absent. */
  String text(Location in, String name);

  /** Each value of a parameter that may be repeated. */
  default List<String> texts(Location in, String name) {
    String one = text(in, name);
    return one == null ? List.of() : List.of(one);
  }

  /** One value, possibly repeated; two different values are ambiguous and refused. */
  private static String header(RoutingContext ctx, String name) {
    String first = ctx.request().getHeader(name);
    if (first != null
        && !ctx.request().headers().getAll(name).stream().allMatch(value -> value.equals(first))) {
      throw Refusal.parameters(
          QueryNames.REPEATED,
          List.of(
              new Fault(
                  QueryNames.REPEATED,
                  List.of("header", name),
                  "was given more than once with different values; send one",
                  null)));
    }
    return first;
  }

  static ParameterSource of(RoutingContext ctx) {
    return new ParameterSource() {
      @Override
      public String text(Location in, String name) {
        return switch (in) {
          case PATH -> ctx.pathParam(name);
          case QUERY -> ctx.request().query() == null ? null : ctx.queryParams().get(name);
          case HEADER -> header(ctx, name);
          case COOKIE -> throw new IllegalStateException("cookies are not read: " + name);
        };
      }

      @Override
      public List<String> texts(Location in, String name) {
        return in == Location.QUERY && ctx.request().query() != null
            ? ctx.queryParams().getAll(name)
            : ParameterSource.super.texts(in, name);
      }
    };
  }
}
