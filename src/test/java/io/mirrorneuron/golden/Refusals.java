package io.mirrorneuron.golden;

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
    for (Operation operation : contract.operations()) {
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
      golden.rest.keepRefusals(operation, calls, refused, operation.isPublic() ? null : good);
    }
  }

  private static Call named(Call call, String name) {
    return new Call(
        call.operation(), name, call.parameters(), call.accept(), call.contentType(), call.body());
  }

  static String body(Object body) {
    return switch (body) {
      case String text -> text;
      case JsonObject json -> json.encode();
      case Object other -> Json.encode(other);
    };
  }
}
