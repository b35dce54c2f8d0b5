package io.mirrorneuron.run.human;

import io.mirrorneuron.run.folder.Records;
import java.time.Instant;
import java.util.function.Function;

/** The order of requests in the inbox, for callers that merge the pages of several nodes. */
public final class InboxOrder {
  private InboxOrder() {}

  /**
   * The cursor behind a request.
   *
   * @param row the members of the request as the inbox shows it, by name
   * @param due whether in the order of due times, else of ages
   */
  public static String cursor(Function<String, String> row, boolean due) {
    String text = row.apply(due ? "due_at" : "requested_at");
    Instant at = text == null ? null : Records.time(text);
    long rank = at == null ? Long.MAX_VALUE : due ? at.toEpochMilli() : -at.toEpochMilli();
    return OpenRequests.cursor(rank, row.apply("run_id"), row.apply("request_id"));
  }

  /** Compares two cursors by their places in the inbox. */
  public static int compare(String one, String other) {
    return OpenRequests.compare(one, other);
  }
}
