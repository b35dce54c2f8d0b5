package io.mirrorneuron.store;

import io.mirrorneuron.model.MnException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A job's place in a list. Jobs that changed in the same millisecond have an order, too, so that a
 * page ends at a definite place.
 *
 * @param score time of the last change in milliseconds; later ones come first
 */
public record RankedJob(String jobId, double score) implements Comparable<RankedJob> {
  @Override
  public int compareTo(RankedJob other) {
    int order = Double.compare(other.score, score);
    return order != 0 ? order : other.jobId.compareTo(jobId);
  }

  /** Merges lists to their first {@code limit} jobs, each job once. */
  public static List<RankedJob> merged(List<List<RankedJob>> lists, int limit) {
    Set<String> seen = new HashSet<>();
    return lists.stream()
        .flatMap(List::stream)
        .sorted()
        .filter(job -> seen.add(job.jobId()))
        .limit(limit)
        .toList();
  }

  public String at() {
    return Long.toString((long) score);
  }

  /** The place as an opaque text for clients. */
  public String cursor() {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(
            (Instant.ofEpochMilli((long) score) + "|" + jobId).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The place that a cursor names.
   *
   * @throws MnException INVALID for a malformed cursor
   */
  public static RankedJob at(String cursor) {
    try {
      String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
      int split = text.indexOf('|');
      long score = Instant.parse(text.substring(0, split)).toEpochMilli();
      return new RankedJob(text.substring(split + 1), score);
    } catch (RuntimeException e) {
      throw MnException.invalid("cursor must be the next of a page");
    }
  }
}
