package io.mirrorneuron.store.bucket;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A job in a list.
 *
 * @param score when it was changed last; what is changed later comes first
 */
public record RankedJob(String jobId, double score) {
  /** The first of several lists, each job once. */
  public static List<RankedJob> merged(List<List<RankedJob>> lists, int limit) {
    Set<String> seen = new HashSet<>();
    return lists.stream()
        .flatMap(List::stream)
        .sorted(Comparator.comparingDouble(RankedJob::score).reversed())
        .filter(job -> seen.add(job.jobId()))
        .limit(limit)
        .toList();
  }
}
