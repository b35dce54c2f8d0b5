package io.mirrorneuron.golden;

import io.mirrorneuron.security.Auth.Role;
import io.mirrorneuron.testing.ContractCalls;
import io.mirrorneuron.testing.ContractCalls.Call;
import io.mirrorneuron.testing.PublishedContract;
import io.mirrorneuron.testing.PublishedContract.Operation;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/**
 * How each operation refuses: what the contract forbids, ids that nobody knows, callers without a
 * token, sockets that are not opened as such. New operations are refused here by being in the
 * contract.
 */
final class Refusals {
  private final GoldenServer golden;
  private final PublishedContract contract = PublishedContract.read();
  private final ContractCalls calls = new ContractCalls(contract);

  Refusals(GoldenServer golden) {
    this.golden = golden;
  }

  void all() {
    String viewer = golden.bearer("vera", Role.VIEWER);
    for (Operation operation : contract.operations()) {
      StringBuilder text = new StringBuilder();
      refused(operation).forEach(call -> text.append(refusal(call)));
      Call good = calls.good(operation).getFirst();
      if (!operation.isPublic()) {
        text.append(refusal(named(good, "wrong token"), "Authorization", "Bearer wrong"));
        if (!operation.declared().getString("x-mn-role").equals("viewer")) {
          text.append(refusal(named(good, "viewer"), "Authorization", viewer));
        }
      }
      golden.files.add(
          "refusals/" + operation.id() + ".txt", text.isEmpty() ? "none" : text.toString());
    }
  }

  private String refusal(Call call, String... headers) {
    String body = call.body() == null ? null : body(call.body());
    return "==== " + call.name() + "\n" + golden.rest.refusal(call, body, headers);
  }

  private List<Call> refused(Operation operation) {
    List<Call> refused = new ArrayList<>(calls.bad(operation));
    Call good = calls.good(operation).getFirst();
    for (String id : List.of("job_id", "run_id")) {
      if (operation.path().contains("{" + id + "}")) {
        refused.add(named(good.with(id, "nobody-knows"), "unknown " + id));
        refused.add(named(good.with(id, "../r1"), id + " that leads out"));
      }
    }
    if (operation.isSocket()) {
      refused.add(named(good, "no upgrade"));
    }
    return refused;
  }

  /** What no operation is meant by. */
  void others() {
    RestDoor rest = golden.rest;
    String jobs = "/api/v1/jobs";
    rest.keepOther("unknown-path", "GET", "/api/v1/nothing", null);
    rest.keepOther("unknown-root", "GET", "/nothing", null);
    rest.keepOther("wrong-method", "DELETE", jobs, null);
    rest.keepOther("foreign-page", "POST", jobs, "{}", "Origin", "https://evil.example");
    rest.keepOther("own-page", "GET", jobs + "?limit=1", null, "Origin", "https://ui.example");
    rest.keepOther(
        "preflight",
        "OPTIONS",
        jobs,
        null,
        "Origin",
        "https://ui.example",
        "Access-Control-Request-Method",
        "POST");
    rest.keepOther(
        "foreign-preflight",
        "OPTIONS",
        jobs,
        null,
        "Origin",
        "https://evil.example",
        "Access-Control-Request-Method",
        "POST");
    rest.keepOther(
        "too-large", "POST", jobs, " ".repeat(6 << 20), "Content-Type", "application/json");
    rest.keepOther("no-type", "POST", jobs, "{}");
    rest.keepOther("openapi", "GET", "/openapi.json", null);
    rest.keepOther("docs", "GET", "/docs", null);
  }

  private static Call named(Call call, String name) {
    return new Call(
        call.operation(), name, call.parameters(), call.accept(), call.contentType(), call.body());
  }

  private static String body(Object body) {
    return switch (body) {
      case String text -> text;
      case JsonObject json -> json.encode();
      case Object other -> Json.encode(other);
    };
  }
}
