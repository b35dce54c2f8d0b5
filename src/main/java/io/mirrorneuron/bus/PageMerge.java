package io.mirrorneuron.bus;

import io.mirrorneuron.port.node.NodeMembers.NodeAddress;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Merges the pages {@code {data, next?, total?}} of several nodes for the same call into one. Each
 * page has the first rows of its node, so the first of all rows are correct; the cursor of the last
 * row works at every node. Rows with the same place are shown once. A row with an {@link #OWNER}
 * (the node that has it now) is shown only when that node does not answer.
 *
 * @param cursors computes the cursor after a row from the row's members
 * @param order of rows by these cursors
 */
public record PageMerge(Cursors cursors, Comparator<String> order) {
  /** Member of a row with its place, for calls that are {@link ApiCall#isMarked}. */
  public static final String PLACE = "$place";

  /** Member of a row with the node whose row replaces it, for the same calls. */
  public static final String OWNER = "$owner";

  /** Member of a page with its node, where rows have owners. */
  public static final String NODE = "$node";

  /** Computes places of rows. */
  @FunctionalInterface
  public interface Cursors {
    String of(ApiCall call, Function<String, String> row);
  }

  /**
   * @param pages of this node, then of the others; all have ended
   * @return fails as the page of this node has
   */
  Future<Buffer> answer(ApiCall call, List<NodeAddress> others, List<Future<Buffer>> pages) {
    if (pages.getFirst().failed()) {
      return pages.getFirst();
    }
    JsonArray unreached = new JsonArray();
    List<JsonObject> reported = new ArrayList<>();
    for (int i = 0; i < pages.size(); i++) {
      if (pages.get(i).succeeded()) {
        reported.add(pages.get(i).result().toJsonObject());
      } else {
        unreached.add(others.get(i - 1).name());
      }
    }
    JsonObject page = merge(call, reported);
    return Future.succeededFuture(
        (unreached.isEmpty() ? page : page.put("unreached", unreached)).toBuffer());
  }

  /**
   * @param pages of this node and of others, with a page or more
   */
  JsonObject merge(ApiCall call, List<JsonObject> pages) {
    NavigableMap<String, JsonObject> rows = new TreeMap<>(order);
    long total = 0;
    boolean more = false;
    Set<String> answered =
        pages.stream().map(page -> page.getString(NODE, "")).collect(Collectors.toSet());
    for (JsonObject page : pages) {
      page.getJsonArray("data").stream()
          .map(JsonObject.class::cast)
          .filter(row -> !answered.contains(row.getString(OWNER)))
          .forEach(row -> rows.merge(cursors.of(call, row::getString), row, PageMerge::better));
      total += page.getLong("total", 0L);
      more |= page.getString("next") != null;
    }
    total += rows.values().stream().filter(row -> row.containsKey(OWNER)).count();
    JsonObject merged = pages.getFirst().copy();
    merged.remove(NODE);
    JsonArray data = new JsonArray();
    String last = null;
    for (var row : rows.entrySet()) {
      if (data.size() == call.integer("limit")) {
        more = true;
        break;
      }
      row.getValue().remove(PLACE);
      row.getValue().remove(OWNER);
      data.add(row.getValue());
      last = row.getKey();
    }
    merged.put("data", data);
    if (merged.containsKey("total")) {
      merged.put("total", total);
    }
    if (more && last != null) {
      merged.put("next", last);
    }
    return merged;
  }

  private static JsonObject better(JsonObject row, JsonObject other) {
    return row.containsKey(OWNER) ? other : row;
  }
}
