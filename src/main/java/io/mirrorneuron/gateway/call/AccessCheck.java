package io.mirrorneuron.gateway.call;

import io.mirrorneuron.security.Auth;
import io.mirrorneuron.security.Auth.Principal;
import io.mirrorneuron.security.Auth.Role;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Consumer;

/** Authenticates and authorises a request before its body is read. */
public final class AccessCheck {
  private AccessCheck() {}

  /**
   * The request is paused while the keys of a token issuer are being fetched; {@code enter} has to
   * resume it.
   *
   * @param authorization the header's value, or null
   * @param enter called with the admitted caller; refused requests are answered here
   */
  public static void of(
      RoutingContext ctx, Auth auth, String authorization, Role needed, Consumer<Principal> enter) {
    Future<Principal> caller = auth.authenticate(authorization);
    if (!caller.isComplete()) {
      ctx.request().pause();
    }
    caller.onComplete(found -> decide(ctx, found, needed, enter));
  }

  private static void decide(
      RoutingContext ctx, AsyncResult<Principal> caller, Role needed, Consumer<Principal> enter) {
    if (caller.failed()) {
      ctx.fail(caller.cause());
      return;
    }
    try {
      caller.result().requireRole(needed);
      enter.accept(caller.result());
    } catch (RuntimeException refused) {
      ctx.fail(refused);
    }
  }
}
