package io.mirrorneuron.gateway.stream;

import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.gateway.answer.Refusal;
import io.mirrorneuron.gateway.call.AreaCall;
import io.mirrorneuron.gateway.call.OperationCheck;
import io.mirrorneuron.gateway.call.ParameterSource;
import io.mirrorneuron.gateway.contract.ApiOperation;
import io.mirrorneuron.gateway.contract.ApiOperation.StreamSpec;
import io.mirrorneuron.security.StreamTokens;
import java.time.Duration;
import java.time.Instant;

/** An operation that can be followed, and how it is asked. */
public record LiveStream(ApiOperation operation, OperationCheck check, AreaCall area) {
  private static final Duration HEARTBEAT = Duration.ofSeconds(15);
  private static final int PAGE = 500;

  /** What these parameters ask for. */
  Subscription subscribe(ParameterSource parameters, Instant expiry) {
    ApiCall call = check.read(parameters, null);
    call.json().remove(StreamTokens.PARAMETER); // it has let the caller in, and that is all
    return subscribe(call, null, expiry);
  }

  /**
   * @param call that fits the contract; becomes part of the subscription
   * @param lastId the record that the client had last; null to begin where the call says
   * @param expiry when the client's token ends; null when it does not
   * @throws Refusal when that is no cursor
   */
  public Subscription subscribe(ApiCall call, String lastId, Instant expiry) {
    StreamSpec spec = operation.stream();
    Object cursor = call.json().remove(spec.cursor());
    if (lastId != null && !lastId.isEmpty()) {
      cursor = check.decode(spec.cursor(), lastId, "header", "Last-Event-ID");
    }
    Duration heartbeat = HEARTBEAT;
    if (spec.heartbeat() != null) {
      heartbeat = Duration.ofMillis(Math.round(1000 * call.number(spec.heartbeat())));
      call.json().remove(spec.heartbeat());
    }
    if (!spec.isSnapshot()) {
      call.with(StreamSpec.LIMIT, PAGE);
    }
    return new Subscription(this, call, cursor == null ? 0L : cursor, heartbeat, expiry);
  }
}
