package io.mirrorneuron.runtime.local;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.run.RunIndex.JobLocations;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the node of a job from the store, and its standing from the row. */
public final class StoredJobPlaces implements JobLocations {
  private static final Logger LOG = LoggerFactory.getLogger(StoredJobPlaces.class);

  private final String self;
  private final Predicate<String> works;
  private final JobStore store;

  /**
   * @param self this node as the owner of jobs
   * @param works whether this node works on a job now
   */
  public StoredJobPlaces(String self, Predicate<String> works, JobStore store) {
    this.self = self;
    this.works = works;
    this.store = store;
  }

  @Override
  public String self() {
    return self;
  }

  @Override
  public boolean isHere(String jobId) {
    return works.test(jobId);
  }

  @Override
  public Map<String, Standing> standing(Collection<String> jobIds) {
    List<Read> reads = jobIds.stream().map(job -> new Read(job, store)).toList(); // sent together
    Map<String, Standing> found = new HashMap<>();
    for (Read read : reads) {
      Standing standing = read.standing();
      if (standing != null) {
        found.put(read.job(), standing);
      }
    }
    return found;
  }

  /** Pending reads of one job. */
  private record Read(String job, CompletionStage<String> owner, CompletionStage<String> row) {

    private record Row(String runId, String status, String updatedAt) {}

    Read(String job, JobStore store) {
      this(job, store.owner(job), store.row(job));
    }

    /** Null when the job is unknown. */
    Standing standing() {
      try {
        String its = Answers.await(owner);
        String text = Answers.await(row);
        return its == null || text == null ? null : standing(its, text);
      } catch (MnException e) {
        if (!e.isJobDamaged()) {
          throw e;
        }
        LOG.debug("the run of job {} is listed as its folder has it: {}", job, e.getMessage());
        return null;
      }
    }

    private static Standing standing(String owner, String text) {
      Row row = LenientJson.read(Json.parseObject(text, "stored row"), Row.class);
      RunStatus status = new RunStatus(Objects.requireNonNullElse(row.status, ""));
      return new Standing(
          owner,
          Objects.requireNonNullElse(row.runId, ""),
          status.word(),
          status.isFinal() ? Objects.requireNonNullElse(row.updatedAt, "") : "");
    }
  }
}
