package io.mirrorneuron.runtime.documents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.port.Executions.Completion;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Event;
import io.mirrorneuron.runtime.port.Executions.Hold;
import io.mirrorneuron.runtime.port.Executions.Lease;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import io.mirrorneuron.runtime.port.Executions.Sandbox;
import io.mirrorneuron.runtime.port.Executions.Signal;
import io.mirrorneuron.runtime.port.Executions.Structured;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Signals and records of programs as bytes of JSON. */
public final class SentSignal {
  /** Kinds of events that are signals. */
  public static final String HELD = "held";

  public static final String LEASED = "leased";
  public static final String BEACON = "beacon";
  public static final String FINISHED = "finished";

  private SentSignal() {}

  /**
   * A lease in transit. It has no absolute time, as the clocks of nodes may differ.
   *
   * @param heldFor milliseconds for which it was held when it was sent
   */
  record SentLease(Lease lease, long heldFor) {}

  /**
   * @param given whether there is a completion
   * @param isValue whether there is an output, which may be JSON's null
   */
  record SentCompletion(boolean given, boolean isValue, JsonNode output) {
    static SentCompletion of(Completion one) {
      return one == null
          ? new SentCompletion(false, false, null)
          : new SentCompletion(true, one.output() != null, one.output());
    }

    Completion completion() {
      return given ? new Completion(value(isValue, output)) : null;
    }
  }

  /**
   * @param isState whether there is a next state, which may be JSON's null
   * @param isPrinted whether there is an output, which may be JSON's null
   */
  record SentOutcome(
      Ending ending,
      String error,
      int exitCode,
      Sandbox sandbox,
      String stdout,
      String stderr,
      List<ObjectNode> emits,
      List<Event> events,
      boolean isState,
      JsonNode nextState,
      SentCompletion completeStep,
      SentCompletion completeRun,
      boolean isPrinted,
      JsonNode printed,
      SentLease lease) {

    static SentOutcome of(Outcome one, long now) {
      Structured reported = one.structured();
      return new SentOutcome(
          one.ending(),
          one.error(),
          one.exitCode(),
          one.sandbox(),
          one.stdout(),
          one.stderr(),
          reported.emits(),
          reported.events(),
          reported.nextState() != null,
          reported.nextState(),
          SentCompletion.of(reported.completeStep()),
          SentCompletion.of(reported.completeRun()),
          reported.printed() != null,
          reported.printed(),
          one.lease() == null ? null : sent(one.lease(), now));
    }

    Outcome outcome(String node, long now) {
      return new Outcome(
          ending,
          error,
          exitCode,
          sandbox,
          stdout,
          stderr,
          new Structured(
              emits,
              events,
              value(isState, nextState),
              completeStep.completion(),
              completeRun.completion(),
              value(isPrinted, printed)),
          lease == null ? null : received(lease, node, now));
    }
  }

  private static JsonNode value(boolean isThere, JsonNode value) {
    return !isThere ? null : value == null ? NullNode.getInstance() : value;
  }

  private static SentLease sent(Lease lease, long now) {
    return new SentLease(lease, Math.max(0, now - lease.acquiredAt()));
  }

  private static Lease received(SentLease sent, String node, long now) {
    Lease lease = sent.lease();
    long at = now - sent.heldFor();
    long waited = Math.max(0, lease.acquiredAt() - lease.requestedAt());
    return new Lease(
        lease.leaseId(), lease.pool(), lease.slots(), at - waited, at, lease.allocation(), node);
  }

  public static String kind(Signal signal) {
    return switch (signal) {
      case Signal.Held _ -> HELD;
      case Signal.Leased _ -> LEASED;
      case Signal.Beacon _ -> BEACON;
      case Signal.Finished _ -> FINISHED;
    };
  }

  /**
   * @param now clock of the sending node, in milliseconds since the epoch
   */
  public static byte[] bytes(Signal signal, long now) {
    return bytes(
        switch (signal) {
          case Signal.Held held -> held.hold();
          case Signal.Leased leased -> sent(leased.lease(), now);
          case Signal.Beacon beacon -> beacon.payload();
          case Signal.Finished finished -> SentOutcome.of(finished.outcome(), now);
        });
  }

  /**
   * @param kind one of those above
   * @param node the sender
   * @param now clock of this node, in milliseconds since the epoch
   */
  public static Signal read(String kind, byte[] bytes, String node, long now) {
    ObjectNode json = object(new String(bytes, StandardCharsets.UTF_8));
    return switch (kind) {
      case HELD -> new Signal.Held(Json.read(json, Hold.class, kind));
      case LEASED -> new Signal.Leased(received(Json.read(json, SentLease.class, kind), node, now));
      case BEACON -> new Signal.Beacon(json);
      default -> new Signal.Finished(Json.read(json, SentOutcome.class, kind).outcome(node, now));
    };
  }

  private static ObjectNode object(String text) {
    return Json.parseObject(text, "signal");
  }

  /** One record per line. */
  public static byte[] lines(List<ObjectNode> records) {
    StringBuilder text = new StringBuilder();
    records.forEach(record -> text.append(Json.write(record)).append('\n'));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** The inverse of {@link #lines}. */
  public static List<ObjectNode> records(byte[] lines) {
    return Arrays.stream(new String(lines, StandardCharsets.UTF_8).split("\n"))
        .filter(line -> !line.isBlank())
        .map(SentSignal::object)
        .toList();
  }

  private static byte[] bytes(Object value) {
    return Json.write(value).getBytes(StandardCharsets.UTF_8);
  }
}
