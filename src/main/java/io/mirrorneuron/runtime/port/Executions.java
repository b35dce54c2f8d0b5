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

/** Port: runs the programs of executors. Calls return at once; a listener hears the rest. */
public interface Executions extends RemoteExecutions {

  /**
   * Queues the execution for its pool and runs it. The listener is called from any thread, in
   * order, and ends with exactly one {@link Signal.Finished}, also when it was stopped.
   */
  void start(Execution execution, Listener listener);

  /**
   * Stops an execution wherever it is: leaves the queue, or ends its whole process group. Unknown
   * ids are ignored.
   */
  void stop(String executionId);

  /**
   * Ends every execution at once, without time to end by itself: this node may run none any more.
   * Their listeners hear of it as of {@link #stop}.
   *
   * @return completes when none is left, or when waiting for one that cannot be ended is in vain
   */
  CompletionStage<Void> stopAll();

  /**
   * Until then, and until all such have asked, only programs that had slots when a server ended get
   * some: {@code ordered} completes when all that were there before have been started again.
   */
  default void resumeFirst(CompletionStage<?> ordered) {}

  /** Where the execution waits for slots; empty when it runs, or is not known here. */
  default Optional<QueuePlace> place(String executionId) {
    return Optional.empty();
  }

  /**
   * Why the execution is held back before it asks for slots, for example that the disk is full.
   * Empty when nothing holds it, or it is not known here.
   */
  default Optional<Hold> hold(String executionId) {
    return Optional.empty();
  }

  /** For which answer of a person the program waits; empty when it does not, or is not known. */
  default Optional<PersonWait> person(String executionId) {
    return Optional.empty();
  }

  /**
   * A question that a program waits for.
   *
   * @param prompt what people read, or null
   * @param dueAt when it is closed, in milliseconds since the epoch; 0 is never
   */
  record PersonWait(String requestId, String prompt, long dueAt) {}

  /**
   * What an execution waits for before it asks for slots.
   *
   * @param sentence for people
   */
  record Hold(Cause cause, String sentence) {
    /** The cause, for records. */
    public String word() {
      return cause.name().toLowerCase(Locale.ROOT);
    }

    public enum Cause {
      /** Processors: others use them, and its job has run no program yet. */
      LOAD,
      /** Room on the disks. */
      ROOM,
      /** Payload files that this node has not and cannot reach yet. */
      PAYLOADS,
      /** Devices, ports or shares of this node that others have. */
      RESOURCES,
      /** More of this node than its operator allows programs. */
      LIMITS,
      /** Services that do not pass. */
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
      /** The member that says how many beacons before this one were dropped; absent for none. */
      public static final String DROPPED = "beacons_dropped";
    }

    /** The program is gone, its process group is empty, its slots are free. */
    record Finished(Outcome outcome) implements Signal {}
  }

  /**
   * @param requestedAt milliseconds since the epoch
   * @param acquiredAt milliseconds since the epoch
   * @param allocation what it was given besides slots; null when it did not ask for anything
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

    /** As it is stored and told: {@code {lease_id, pool, slots, allocation?, node?}}. */
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
    /** Its processes together had more memory than {@code resources.limits} gives them. */
    OUT_OF_MEMORY,
    /** They were more than {@code resources.limits} gives it. */
    TOO_MANY_PROCESSES,
    /**
     * The program cannot be started, its files not laid out, its pool not entered, here or
     * elsewhere. Where this node is why it is {@link #FAILED}.
     */
    NOT_STARTED,
    /** {@link #stop} was called. */
    STOPPED
  }

  /**
   * Where a program ran.
   *
   * @param runner the name of what ran it
   * @param name of its workspace
   * @param remoteDir the working folder it saw
   */
  record Sandbox(String runner, String name, String remoteDir) {
    /** Of what came to no workspace. */
    public static final Sandbox NONE = new Sandbox("", "", "");
  }

  /**
   * How an execution ended.
   *
   * @param error what happened, in the words of one line, and in further lines, if there are any,
   *     what can be done about it; null on success
   * @param exitCode of the program; -1 when it has none
   * @param stdout what it printed apart from lines of the stdout protocol; cut to a limit, secrets
   *     hidden
   * @param stderr cut to a limit, but for its end; secrets hidden
   * @param structured what it asked for by the stdout protocol; never null
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
    /** The last lines that a program printed on stderr which failed; empty when it is silent. */
    public String stderrTail() {
      return OutputTail.of(stderr);
    }

    /** The first line of the error. */
    public String headline() {
      return error.lines().findFirst().orElse("");
    }

    /** The other lines of the error; empty when there are none. */
    public String advice() {
      return error.lines().skip(1).collect(Collectors.joining("\n"));
    }
  }

  /**
   * The structured members of a program's answer ({@code runtime.md} 3.5). Absent members are null
   * or empty. After a failed ending only {@code events} is filled.
   *
   * @param emits objects {@code {to?, type, body, …}} as printed, {@code body_base64} included
   * @param completeStep null when the program did not ask that its step ends, as {@code
   *     completeRun} for the job
   * @param printed the output that it printed beside that, unchanged; null where the stored copy of
   *     stdout says the same
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

  /** Something that a program has observed; the payload is never null. */
  record Event(String type, ObjectNode payload) {}

  /**
   * @param output the value that the program printed; null when it printed {@code true}, which
   *     stands for the whole outcome of its execution
   */
  record Completion(JsonNode output) {}
}
