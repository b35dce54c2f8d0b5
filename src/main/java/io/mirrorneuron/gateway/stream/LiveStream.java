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

/** An operation that can be followed, with its check and its call. */
public record LiveStream(ApiOperation operation, OperationCheck check, AreaCall area) {
  private static final Duration HEARTBEAT = Duration.ofSeconds(15);
  private static final int PAGE = 500;

  Subscription subscribe(ParameterSource parameters, Instant expiry) {
    ApiCall call = check.read(parameters, null);
    call.json().remove(StreamTokens.PARAMETER); // the stream token is only used to authenticate
    return subscribe(call, null, expiry);
  }

  /**
   * @param call that fits the contract; becomes part of the subscription
   * @param lastId the client's last record; null to begin at the call's cursor
   * @param expiry of the client's token; null for never
   * @throws Refusal when {@code lastId} is no cursor
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
