package io.mirrorneuron.runtime.local;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobDetail;
import io.mirrorneuron.port.JobPage;
import io.mirrorneuron.port.Why;
import io.mirrorneuron.runtime.documents.JobViews;
import io.mirrorneuron.runtime.documents.ShownRows;
import io.mirrorneuron.runtime.loop.Engine;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.wire.JobDetailForm;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What is told of jobs in short. */
record StoredJobViews(Engine engine, JobStore store) {
  private static final int DEFAULT_ROWS = 100;
  private static final int MAX_ROWS = 10_000;

  /** See {@link io.mirrorneuron.port.JobsPort#brief}. */
  JobDetail brief(String jobId) {
    CompletionStage<String> row = store.row(jobId);
    CompletionStage<Optional<StoredJob>> stored = store.outline(jobId);
    StoredJob job = Answers.job(store, jobId, stored);
    return JobDetailForm.read(
        engine.views().brief(job, ShownRows.sound(Answers.row(store, jobId, row))));
  }

  /** See {@link io.mirrorneuron.port.JobsPort#why}. */
  Why why(String jobId) {
    CompletionStage<String> row = store.row(jobId);
    CompletionStage<Optional<StoredJob>> stored = store.outline(jobId);
    try {
      StoredJob job = Answers.job(store, jobId, stored);
      return engine.views().why(job, ShownRows.sound(Answers.row(store, jobId, row)));
    } catch (MnException e) {
      String status = e.isJobDamaged() ? Answers.await(store.status(jobId)) : null;
      if (status == null) {
        throw e;
      }
      return JobViews.why(jobId, status, e);
    }
  }

  /** See {@link io.mirrorneuron.port.JobsPort#list}. */
  JobPage list(int limit, boolean includeTerminal) {
    int rows = limit <= 0 ? DEFAULT_ROWS : Math.min(limit, MAX_ROWS);
    return new JobPage(
        Answers.await(store.rows(rows, includeTerminal)).stream()
            .flatMap(row -> ShownRows.of(row, job -> Answers.await(store.status(job))).stream())
            .toList(),
        null);
  }
}
