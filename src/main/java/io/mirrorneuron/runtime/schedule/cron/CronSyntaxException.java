package io.mirrorneuron.runtime.schedule.cron;

/** A cron expression that is refused; the message quotes it and says where it is wrong and why. */
public final class CronSyntaxException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;
  private static final int QUOTED = 200;

  CronSyntaxException(String expression, String reason) {
    super("invalid cron expression \"%s\": %s".formatted(excerpt(expression), reason));
  }

  private static String excerpt(String expression) {
    return expression.length() <= QUOTED ? expression : expression.substring(0, QUOTED) + "…";
  }
}
