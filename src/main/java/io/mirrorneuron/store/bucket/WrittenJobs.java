package io.mirrorneuron.store.bucket;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mirrorneuron.store.JobStore.Commit;
import io.mirrorneuron.store.JobStore.NewJob;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Remembers all writes of open jobs since their creation, so that a job can be packed at its end
 * without being read again. A job that is large, has blobs, or was not followed from its creation
 * is not remembered and stays unpacked. Thread-safe, except for two calls at once about one job.
 */
public final class WrittenJobs {
  /** Most characters of one job; compressing as many takes less than a millisecond. */
  private static final int MOST_OF_ONE = 65_536;

  /** Most characters of all jobs. */
  private static final long MOST = 8L << 20;

  private final int mostEvents;
  private final Cache<String, Written> jobs =
      Caffeine.newBuilder()
          .executor(Runnable::run)
          .maximumWeight(MOST)
          .weigher((String jobId, Written written) -> written.length)
          .build();

  /**
   * @param mostEvents a job with more events is not packed, as the oldest may be gone
   */
  public WrittenJobs(int mostEvents) {
    this.mostEvents = mostEvents;
  }

  private static final class Written {
    private final String owner;
    private String manifest;
    private final Map<String, String> fields = new LinkedHashMap<>();
    private final List<String> events = new ArrayList<>();
    private long lastSeq;
    private int length;

    Written(String owner, String manifest) {
      this.owner = owner;
      this.manifest = manifest;
      this.length = owner.length() + manifest.length();
    }

    void add(Commit commit) {
      commit.set().forEach(this::put);
      if (commit.manifest() != null) {
        length += commit.manifest().length() - manifest.length();
        manifest = commit.manifest();
      }
      for (String field : commit.delete()) {
        String gone = fields.remove(field);
        length -= gone == null ? 0 : field.length() + gone.length();
      }
      for (String event : commit.events()) {
        events.add(event);
        length += event.length() + 1;
      }
      lastSeq = commit.lastSeq();
    }

    private void put(String field, String value) {
      String before = fields.put(field, value);
      length += value.length() - (before == null ? -field.length() : before.length());
    }

    PackedJob with(String row) {
      return new PackedJob(row, owner, lastSeq, String.join("\n", events), manifest, fields);
    }
  }

  public void made(NewJob job, Commit first) {
    Written written = new Written(job.owner(), job.manifest());
    if (isPackable(written, first)) {
      jobs.put(first.jobId(), written);
    }
  }

  /**
   * The packed form of a job that is created and ends in one commit; null when it is not packed.
   */
  public byte[] endedAtOnce(NewJob job, Commit only) {
    Written written = new Written(job.owner(), job.manifest());
    return isPackable(written, only) ? written.with(only.row()).pack() : null;
  }

  /** Adds a turn of an open job. */
  public void went(Commit turn) {
    Written written = jobs.getIfPresent(turn.jobId());
    if (written != null && isPackable(written, turn)) {
      jobs.put(turn.jobId(), written); // updates its weight
    } else {
      jobs.invalidate(turn.jobId());
    }
  }

  /** The packed form of a job that this turn ends; null when it is not packed. Forgets the job. */
  public byte[] ended(Commit last) {
    Written written = jobs.asMap().remove(last.jobId());
    return written != null && last.allocations().given().isEmpty() && isPackable(written, last)
        ? written.with(last.row()).pack()
        : null;
  }

  /** Forgets a job whose stored data is not known any more. */
  public void forget(String jobId) {
    jobs.invalidate(jobId);
  }

  private boolean isPackable(Written written, Commit commit) {
    long first = commit.lastSeq() - commit.events().size();
    if (!written.events.isEmpty() && first != written.lastSeq || !commit.blobs().isEmpty()) {
      return false;
    }
    written.add(commit);
    return written.length <= MOST_OF_ONE && written.events.size() <= mostEvents;
  }
}
