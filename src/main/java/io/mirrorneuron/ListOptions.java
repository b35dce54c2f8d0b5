package io.mirrorneuron;

/**
 * Which jobs {@link MirrorNeuron#listJobs} tells.
 *
 * @param limit jobs at most
 * @param includeTerminal whether jobs that have ended count too
 */
public record ListOptions(int limit, boolean includeTerminal) {
  /** The hundred jobs that changed last. */
  public static final ListOptions DEFAULT = new ListOptions(100, true);

  public ListOptions {
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be 1 or more");
    }
  }

  public ListOptions atMost(int jobs) {
    return new ListOptions(jobs, includeTerminal);
  }

  /** Only jobs that have not ended. */
  public ListOptions unfinished() {
    return new ListOptions(limit, false);
  }
}
