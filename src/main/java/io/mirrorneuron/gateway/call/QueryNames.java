package io.mirrorneuron.gateway.call;

import io.mirrorneuron.config.NearestMatch;
import io.mirrorneuron.gateway.answer.Refusal;
import io.mirrorneuron.gateway.contract.ApiOperation;
import io.mirrorneuron.wire.Fault;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import io.vertx.openapi.contract.Location;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.contract.Parameter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;

/**
 * The query parameters of an operation. Refuses unknown and repeated ones, as they would be
 * silently ignored. Only lists may be repeated.
 */
public final class QueryNames {
  private static final String UNKNOWN = "unknown_parameter";
  static final String REPEATED = "repeated_parameter";

  private final boolean any;
  private final Collection<String> known;
  private final Collection<String> lists;

  private QueryNames(boolean any, Collection<String> known, Collection<String> lists) {
    this.any = any;
    this.known = known;
    this.lists = lists;
  }

  public static QueryNames of(ApiOperation operation, Operation parsed) {
    Collection<String> known = new TreeSet<>();
    Collection<String> lists = new TreeSet<>();
    for (Parameter parameter : parsed.getParameters()) {
      if (parameter.getIn() == Location.QUERY) {
        known.add(parameter.getName());
        if ("array".equals(parameter.getSchema().<String>get("type"))) {
          lists.add(parameter.getName());
        }
      }
    }
    return new QueryNames(operation.takesAnyQuery(), known, lists);
  }

  /**
   * @throws Refusal as {@link #check(Collection)}
   */
  public void check(RoutingContext ctx) {
    if (any || ctx.request().query() == null) {
      return;
    }
    MultiMap query = ctx.queryParams();
    List<String> names = new ArrayList<>(2);
    query.forEach((name, value) -> names.add(name));
    if (names.size() != 1 || !known.contains(names.getFirst())) {
      check(names);
    }
  }

  /**
   * @param names with repetitions
   * @throws Refusal that names every unknown parameter, or else every repeated one
   */
  public void check(Collection<String> names) {
    List<Fault> unknown = new ArrayList<>(0);
    List<Fault> repeated = new ArrayList<>(0);
    for (String name : new TreeSet<>(names)) {
      if (!known.contains(name)) {
        unknown.add(fault(UNKNOWN, name, "is not known; " + hint(name)));
      } else if (!lists.contains(name) && Collections.frequency(names, name) > 1) {
        repeated.add(fault(REPEATED, name, "was given more than once; send one value"));
      }
    }
    if (!unknown.isEmpty()) {
      throw Refusal.parameters(UNKNOWN, unknown);
    }
    if (!repeated.isEmpty()) {
      throw Refusal.parameters(REPEATED, repeated);
    }
  }

  private static Fault fault(String type, String name, String message) {
    return new Fault(type, List.of("query", name), message, null);
  }

  private String hint(String name) {
    return NearestMatch.of(name, known)
        .map(near -> "did you mean " + near + "?")
        .orElseGet(
            () ->
                known.isEmpty()
                    ? "this operation takes no query"
                    : "this operation takes " + String.join(", ", known));
  }
}
