package io.mirrorneuron.gateway.call;

import io.vertx.ext.web.RoutingContext;
import io.vertx.openapi.contract.Location;

/** Where the texts of parameters come from. */
@FunctionalInterface
public interface ParameterSource {
  /** Null when absent. */
  String text(Location in, String name);

  static ParameterSource of(RoutingContext ctx) {
    return (in, name) ->
        switch (in) {
          case PATH -> ctx.pathParam(name);
          case QUERY -> ctx.request().query() == null ? null : ctx.queryParams().get(name);
          case HEADER -> ctx.request().getHeader(name);
          case COOKIE -> throw new IllegalStateException("cookies are not read: " + name);
        };
  }
}
