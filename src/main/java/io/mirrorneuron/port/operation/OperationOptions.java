package io.mirrorneuron.port.operation;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.model.GivenReason;
import io.mirrorneuron.model.MnException;
import java.util.Map;
import java.util.Set;

/**
 * What whoever starts an operation says of it; null for what was not said. Operations on all jobs
 * have none.
 *
 * @param nodeName of the node that it is about
 * @param reason in the caller's words
 * @param dryRun whether only to say what would happen
 * @param deadlineMs of a drain: how long programs of batch jobs may take to end by themselves
 * @param ignoreSystemJobs of a drain: whether jobs of type system and sysbatch stay
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OperationOptions(
    String nodeName, String reason, Boolean dryRun, Long deadlineMs, Boolean ignoreSystemJobs) {
  public static final OperationOptions NONE = new OperationOptions(null, null, null, null, null);

  private static final Set<String> OF_RECONCILIATIONS = Set.of("node_name", "reason", "dry_run");
  private static final Set<String> OF_DRAINS =
      Set.of("node_name", "reason", "dry_run", "deadline_ms", "ignore_system_jobs");

  /** What clients of release 1.2.31 may write into any object. */
  private static final String INTERFACE_VERSION = "version";

  /**
   * Reads what a caller wrote.
   *
   * @param given members of a JSON object
   * @throws MnException INVALID for what the kind has not, or is of another type
   */
  public static OperationOptions of(OperationKind kind, Map<String, Object> given) {
    Set<String> known =
        switch (kind) {
          case CANCEL_ALL_JOBS, CLEAR_JOBS -> Set.of();
          case RECONCILE_NODE -> OF_RECONCILIATIONS;
          case DRAIN_NODE -> OF_DRAINS;
        };
    for (Map.Entry<String, Object> member : given.entrySet()) {
      boolean isVersion = member.getKey().equals(INTERFACE_VERSION);
      if (!known.contains(member.getKey())
          && !(isVersion && member.getValue() instanceof Integer)) {
        throw MnException.invalid(
            "options_json of %s has the unknown member %s; %s"
                .formatted(
                    kind.word(),
                    member.getKey(),
                    known.isEmpty()
                        ? "it has none"
                        : "it may have " + known.stream().sorted().toList()));
      }
    }
    if (kind.isOfNode() && !(given.get("node_name") instanceof String name && !name.isBlank())) {
      throw MnException.invalid("node_name is required");
    }
    return new OperationOptions(
        member(given, "node_name", String.class, "a text"),
        GivenReason.checked(member(given, "reason", String.class, "a text")),
        member(given, "dry_run", Boolean.class, "true or false"),
        wholeNumber(given),
        member(given, "ignore_system_jobs", Boolean.class, "true or false"));
  }

  private static <T> T member(
      Map<String, Object> given, String name, Class<T> type, String expected) {
    Object value = given.get(name);
    if (value != null && !type.isInstance(value)) {
      throw MnException.invalid("%s must be %s".formatted(name, expected));
    }
    return type.cast(value);
  }

  private static Long wholeNumber(Map<String, Object> given) {
    Object value = given.get("deadline_ms");
    if (value == null || value instanceof Integer || value instanceof Long) {
      return value == null ? null : ((Number) value).longValue();
    }
    throw MnException.invalid("deadline_ms must be an integer");
  }

  /** Whether only to say what would happen. */
  public boolean onlySays() {
    return Boolean.TRUE.equals(dryRun);
  }

  public boolean leavesSystemJobs() {
    return Boolean.TRUE.equals(ignoreSystemJobs);
  }
}
