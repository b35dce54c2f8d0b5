package io.mirrorneuron.runtime.local;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobDetail;
import io.mirrorneuron.port.JobPage;
import io.mirrorneuron.port.Why;
import io.mirrorneuron.runtime.documents.JobViews;
import io.mirrorneuron.runtime.documents.RowFilter;
import io.mirrorneuron.runtime.documents.ShownRows;
import io.mirrorneuron.runtime.loop.Engine;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.store.ListedRow;
import io.mirrorneuron.store.RowsWanted;
import io.mirrorneuron.wire.JobDetailForm;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What is told of jobs in short. */
record StoredJobViews(Engine engine, JobStore store) {
  private static final int DEFAULT_ROWS = 100;
  private static final int MAX_ROWS = 10_000;

  /** Rows that are read at once while those are looked for that fit. */
  private static final int BATCH = 1000;

  /** Rows that are looked at for one page. */
  private static final int MOST_LOOKED = 20_000;

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
  JobPage list(JobPage.Query query) {
    int limit = query.limit() <= 0 ? DEFAULT_ROWS : Math.min(query.limit(), MAX_ROWS);
    RowFilter filter = new RowFilter(query);
    int batch = filter.isNone() ? limit + (query.isPaged() ? 1 : 0) : BATCH;
    RowsWanted wanted = filter.wanted(batch);
    List<JobPage.Row> found = new ArrayList<>();
    int looked = 0;
    while (wanted.open() || !wanted.ended().isEmpty()) {
      List<ListedRow> rows = Answers.await(store.rows(wanted));
      for (ListedRow row : rows) {
        if (found.size() == limit || looked++ == MOST_LOOKED) {
          return query.isPaged()
              ? new JobPage(found, null, wanted.after().cursor())
              : new JobPage(found, found.size() < limit ? true : null, null);
        }
        ShownRows.of(row, job -> Answers.await(store.status(job)))
            .filter(shown -> filter.isNone() || filter.accepts(shown))
            .ifPresent(found::add);
        wanted = wanted.behind(row.place());
      }
      if (rows.size() < batch || found.size() == limit && !query.isPaged()) {
        break;
      }
    }
    return JobPage.of(found);
  }
}
