package io.mirrorneuron;

/**
 * Which jobs {@link MirrorNeuron#listJobs} tells.
 *
 * @param limit jobs at most
 * @param includeTerminal whether jobs that have ended count too
 * @param status only jobs that have it; null for any
 * @param name only jobs that have it, or are of the workflow of this name; null for any
 */
public record ListOptions(int limit, boolean includeTerminal, String status, String name) {
  /** The hundred jobs that changed last. */
  public static final ListOptions DEFAULT = new ListOptions(100, true);

  public ListOptions {
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be 1 or more");
    }
  }

  public ListOptions(int limit, boolean includeTerminal) {
    this(limit, includeTerminal, null, null);
  }

  public ListOptions atMost(int jobs) {
    return new ListOptions(jobs, includeTerminal, status, name);
  }

  /** Only jobs that have not ended. */
  public ListOptions unfinished() {
    return new ListOptions(limit, false, status, name);
  }
}
