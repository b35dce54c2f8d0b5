package io.mirrorneuron.gateway.call;

import io.vertx.ext.web.RoutingContext;
import io.vertx.openapi.contract.Location;
import java.util.List;

/** Where the texts of parameters come from. */
@FunctionalInterface
public interface ParameterSource {
  /** Null when absent. */
  String text(Location in, String name);

  /** Each value of a parameter that may be given several times. */
  default List<String> texts(Location in, String name) {
    String one = text(in, name);
    return one == null ? List.of() : List.of(one);
  }

  static ParameterSource of(RoutingContext ctx) {
    return new ParameterSource() {
      @Override
      public String text(Location in, String name) {
        return switch (in) {
          case PATH -> ctx.pathParam(name);
          case QUERY -> ctx.request().query() == null ? null : ctx.queryParams().get(name);
          case HEADER -> ctx.request().getHeader(name);
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
