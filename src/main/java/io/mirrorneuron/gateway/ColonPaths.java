package io.mirrorneuron.gateway;

import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import java.util.regex.Pattern;

/**
 * Makes paths with a verb behind a colon, such as {@code /jobs:cleanup}, literal. The router takes
 * {@code :cleanup} for a parameter that any text fills.
 */
final class ColonPaths {
  private ColonPaths() {}

  /** Must run after the routes are made and before the first request. */
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
