package io.mirrorneuron.wire;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One violation of the contract by a request.
 *
 * @param type such as {@code missing} or {@code int_parsing}
 * @param loc {@code query}, {@code path}, {@code header} or {@code body}, then names and indexes
 * @param input the value that was sent, or null
 */
public record Fault(String type, List<Object> loc, String msg, Object input) {

  public String sentence() {
    StringBuilder where = new StringBuilder();
    loc.forEach(step -> where.append(where.isEmpty() ? "" : ".").append(step));
    return where + ": " + msg;
  }

  public static String sentence(List<Fault> faults) {
    return faults.stream().map(Fault::sentence).collect(Collectors.joining("; "));
  }

  /** INVALID {@code invalid_request} with these faults. */
  public static MnException refusal(List<Fault> faults) {
    return new MnException(
        ErrorCode.INVALID, "invalid_request", sentence(faults), json(faults), null);
  }

  /**
   * The same failure, also listed in {@code errors} as {@code {code, message, severity}} when that
   * is empty: the web page of release 1.2.5 shows those entries, else only the error code.
   */
  public static MnException listed(MnException failure) {
    if (failure.validation() != null) {
      return failure;
    }
    ArrayNode errors = Json.MAPPER.createArrayNode();
    errors
        .addObject()
        .put("code", failure.error())
        .put("message", failure.getMessage())
        .put("severity", "error");
    return new MnException(
            failure.code(), failure.error(), failure.getMessage(), errors, failure.getCause())
        .withRetryAfter(failure.retryAfterMs())
        .with(failure.members());
  }

  /** The faults as in {@code errors}: {@code {type, loc, msg, input}} each. */
  public static ArrayNode json(List<Fault> faults) {
    ArrayNode list = Json.MAPPER.createArrayNode();
    for (Fault fault : faults) {
      ObjectNode json = list.addObject().put("type", fault.type());
      json.set("loc", Json.MAPPER.valueToTree(fault.loc()));
      json.put("msg", fault.msg());
      json.set("input", Json.MAPPER.valueToTree(plain(fault.input())));
    }
    return list;
  }

  private static Object plain(Object value) {
    return switch (value) {
      case JsonObject object -> object.getMap();
      case JsonArray array -> array.getList();
      case null, default -> value;
    };
  }
}
