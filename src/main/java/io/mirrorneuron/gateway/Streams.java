package io.mirrorneuron.gateway;

import io.mirrorneuron.bus.ApiCall;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Function;

final class Streams {
  void open(
      RoutingContext ctx, String cursor, ApiCall call, Function<ApiCall, Future<Buffer>> read) {
    ctx.fail(501);
  }
}
