package io.mirrorneuron.runtime.port;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Allocation;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** Port: runs the programs of executors. Calls return at once; results come through a listener. */
public interface Executions extends RemoteExecutions {

  /**
   * Queues the execution for its pool and runs it. The listener is called from any thread, in
   * order; its last signal is exactly one {@link Signal.Finished}, also when the execution was
   * stopped.
   */
  void start(Execution execution, Listener listener);

  /**
   * Stops an execution: removes it from the queue, or ends its whole process group. Ignores unknown
   * ids.
   */
  void stop(String executionId);

  /**
   * Kills every execution at once, without grace period: this node may run none any more. Listeners
   * are called as for {@link #stop}.
   *
   * @return completes when none is left, or when waiting for one that cannot be killed has timed
   *     out
   */
  CompletionStage<Void> stopAll();

  /**
   * After a restart of the server, gives slots first to the programs that had slots before; the
   * rest waits until all of those have been started again.
   *
   * @param ordered completes when all executions that existed before the restart have been started
   *     again
   */
  default void resumeFirst(CompletionStage<?> ordered) {}

  /** The execution's place in the queue for slots; empty when it runs, or is not known here. */
  default Optional<QueuePlace> place(String executionId) {
    return Optional.empty();
  }

  /**
   * Why the execution is held back before it asks for slots, for example a full disk. Empty when it
   * is not held back, or is not known here.
   */
  default Optional<Hold> hold(String executionId) {
    return Optional.empty();
  }

  /** The question that the program waits for; empty when it does not, or is not known here. */
  default Optional<PersonWait> person(String executionId) {
    return Optional.empty();
  }

  /**
   * A question to people that a program waits for.
   *
   * @param prompt text for people, or null
   * @param dueAt when it is closed, in milliseconds since the epoch; 0 is never
   */
  record PersonWait(String requestId, String prompt, long dueAt) {}

  /**
   * Why an execution does not ask for slots yet.
   *
   * @param sentence for people
   */
  record Hold(Cause cause, String sentence) {
    public String word() {
      return cause.name().toLowerCase(Locale.ROOT);
    }

    public enum Cause {
      /** The node is overloaded, and the job has run no program yet. */
      LOAD,
      /** Disk space. */
      ROOM,
      /** Payload files that are not on this node and cannot be fetched yet. */
      PAYLOADS,
      /** Devices, ports or shares of this node that other programs hold. */
      RESOURCES,
      /** More of this node than its operator allows for programs. */
      LIMITS,
      /** Services whose checks do not pass. */
      SERVICES
    }
  }

  /**
   * A place in the queue of a pool.
   *
   * @param position from 1
   * @param length how many wait
   * @param capacity slots that the pool has
   * @param inUse slots that are given out
   */
  record QueuePlace(String pool, int position, int length, int capacity, int inUse) {}

  interface Listener {
    void signal(Signal signal);
  }

  sealed interface Signal {
    /** It waits for something of the node besides slots. */
    record Held(Hold hold) implements Signal {}

    /** The pool gave its slots; the program starts now. */
    record Leased(Lease lease) implements Signal {}

    /** The program printed a beacon; {@code payload} is {@code mn.agent.beacon.v1}. */
    record Beacon(ObjectNode payload) implements Signal {
      /** Member with the number of beacons that were dropped before this one; absent for none. */
      public static final String DROPPED = "beacons_dropped";
    }

    /** The program has ended, its process group is empty, its slots are free. */
    record Finished(Outcome outcome) implements Signal {}
  }

  /**
   * @param requestedAt milliseconds since the epoch
   * @param acquiredAt milliseconds since the epoch
   * @param allocation the resources besides slots; null when it did not ask for any
   * @param node that gave it; null when it is the job's own
   */
  record Lease(
      String leaseId,
      String pool,
      int slots,
      long requestedAt,
      long acquiredAt,
      Allocation allocation,
      String node) {

    /** As stored and reported: {@code {lease_id, pool, slots, allocation?, node?}}. */
    public ObjectNode json() {
      ObjectNode json = Json.object().put("lease_id", leaseId).put("pool", pool);
      json.put("slots", slots);
      if (allocation != null) {
        json.set("allocation", Json.MAPPER.valueToTree(allocation));
      }
      return node == null ? json : json.put("node", node);
    }
  }

  enum Ending {
    /** Exit code 0. */
    SUCCEEDED,
    /** Another exit code. */
    FAILED,
    TIMED_OUT,
    /** Required beacons stayed away. */
    BEACON_MISSED,
    /** Its processes together used more memory than {@code resources.limits} allows. */
    OUT_OF_MEMORY,
    /** It had more processes than {@code resources.limits} allows. */
    TOO_MANY_PROCESSES,
    /**
     * The program cannot start on any node: for example its command, files or pool are wrong. A
     * failure for a reason of this node is {@link #FAILED}.
     */
    NOT_STARTED,
    /** {@link #stop} was called. */
    STOPPED
  }

  /**
   * Where a program ran.
   *
   * @param runner name of the runner
   * @param name of its workspace
   * @param remoteDir the working folder it saw
   */
  record Sandbox(String runner, String name, String remoteDir) {
    /** Of an execution that got no workspace. */
    public static final Sandbox NONE = new Sandbox("", "", "");
  }

  /**
   * How an execution ended.
   *
   * @param error null on success; else one line that says what happened, perhaps followed by lines
   *     with advice
   * @param exitCode -1 when there is none
   * @param stdout without the lines of the stdout protocol; cut to a limit, secrets hidden
   * @param stderr cut to a limit, but for its end; secrets hidden
   * @param structured what the program asked for by the stdout protocol; never null
   * @param lease null when no slots were given
   */
  record Outcome(
      Ending ending,
      String error,
      int exitCode,
      Sandbox sandbox,
      String stdout,
      String stderr,
      Structured structured,
      Lease lease) {
    /** The last lines that a failed program printed on stderr; may be empty. */
    public String stderrTail() {
      return OutputTail.of(stderr);
    }

    /** The first line of the error. */
    public String headline() {
      return error.lines().findFirst().orElse("");
    }

    /** The other lines of the error; may be empty. */
    public String advice() {
      return error.lines().skip(1).collect(Collectors.joining("\n"));
    }
  }

  /**
   * The structured members of a program's answer ({@code runtime.md} 3.5). Absent members are null
   * or empty. After a failed ending only {@code events} is filled.
   *
   * @param emits objects {@code {to?, type, body, …}} as printed, {@code body_base64} included
   * @param completeStep null when the program did not ask to end its step, like {@code completeRun}
   *     for the job
   * @param printed the rest of the output, unchanged; null where the stored copy of stdout says the
   *     same
   */
  record Structured(
      List<ObjectNode> emits,
      List<Event> events,
      JsonNode nextState,
      Completion completeStep,
      Completion completeRun,
      JsonNode printed) {
    public static final Structured NONE =
        new Structured(List.of(), List.of(), null, null, null, null);
  }

  /** An event that a program reported; the payload is never null. */
  record Event(String type, ObjectNode payload) {}

  /**
   * @param output the value that the program printed; null when it printed {@code true}, which
   *     stands for the whole outcome of its execution
   */
  record Completion(JsonNode output) {}
}
