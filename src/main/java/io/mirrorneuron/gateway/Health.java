package io.mirrorneuron.gateway;

import io.mirrorneuron.wire.Json;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;

/** Says that the process answers; looks at nothing. Not on the bus, as {@link Ready}. */
public final class Health implements Handler<RoutingContext> {

  /** What it tells besides {@code status}. Absent texts are empty. */
  public record Facts(
      String status,
      String auth,
      String env,
      String blueprintSource,
      String blueprintRepo,
      String blueprintLocal,
      String activeBlueprintLocation,
      String runsRoot) {

    public static Facts of(boolean auth, String env, String runsRoot) {
      return new Facts("ok", auth ? "enabled" : "disabled", env, "github", "", "", "", runsRoot);
    }
  }

  private final Buffer answer;

  public Health(Facts facts) {
    answer = Buffer.buffer(Json.write(facts));
  }

  @Override
  public void handle(RoutingContext ctx) {
    ctx.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/json").end(answer);
  }
}
