package io.mirrorneuron.gateway;

import io.mirrorneuron.gateway.answer.Problem;
import io.mirrorneuron.gateway.answer.Problems;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Answers 400 to paths whose bytes are no UTF-8, as different ones would become one name, and 404
 * to paths with empty segments or with {@code .} and {@code ..} as segments, plain or encoded, and
 * to addresses of webhooks with a slash more than they have. The router would normalise them: the
 * path that was sent, and that a proxy before us may have checked, would not be the one whose
 * operation runs.
 */
final class PlainPaths implements Handler<RoutingContext> {
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

  /** Whether a decoded segment is one that the router would normalise away. */
  static boolean isDots(String segment) {
    return segment.equals(".") || segment.equals("..");
  }
}
