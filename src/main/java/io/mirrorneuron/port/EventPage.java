package io.mirrorneuron.port;

import java.util.List;

/**
 * A slice of a job's event log.
 *
 * @param events JSON texts in order; each carries its sequence number as {@code seq}
 * @param next the cursor to continue from: the sequence number of the last event read
 * @param ended true when the job is terminal and nothing follows this page; a page of {@link
 *     JobsPort#events} with as many events as were asked for never says so, the one behind it does
 */
public record EventPage(List<String> events, long next, boolean ended) {
  /** The name under which the events of the cluster are read, as if they were those of a job. */
  public static final String CLUSTER = "__cluster__";

  public EventPage {
    events = List.copyOf(events);
  }
}
