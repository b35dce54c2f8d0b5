package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.port.schedule.ScheduleView;
import io.mirrorneuron.port.schedule.SchedulesPort.Page;
import io.mirrorneuron.port.schedule.SchedulesPort.Query;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.runtime.schedule.ChildJobs.Child;
import io.mirrorneuron.runtime.schedule.event.InputLimits;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RecordStore.StoredRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/** Lists schedules page by page. Blocking. */
record ScheduleRows(RecordStore records, ScheduleMachine machine, ChildJobs jobs) {
  private static final int MOST_ROWS = 1_000;
  private static final int PAGE = 100;

  /** Most characters of a list, and about the most of one row. */
  private static final int MOST_CHARS = 4 << 20;

  private static final int MOST_ROW_CHARS = 6 * InputLimits.LARGEST_DETAILS;

  Page page(Query query) {
    int limit = query.limit() <= 0 ? MOST_ROWS : Math.min(query.limit(), MOST_ROWS);
    List<ScheduleView> rows = new ArrayList<>();
    String after = query.after() == null ? "" : query.after();
    int size = Math.min(limit + 1, PAGE);
    long chars = 0;
    while (true) {
      List<StoredRecord> page = Answers.await(stored(query.kind(), after, size));
      List<Schedule> all = page.stream().map(one -> machine.read(one.json()).schedule()).toList();
      Set<String> open = open(all.stream());
      for (int i = 0; i < all.size(); i++) {
        ScheduleView row = ScheduleViews.row(all.get(i), open);
        if (!ScheduleMachine.isGone(all.get(i)) && fits(row, query)) {
          if (rows.size() == limit || chars > MOST_CHARS) {
            return new Page(rows, rows.getLast().scheduleId());
          }
          rows.add(row);
          chars += Math.min(page.get(i).json().length(), MOST_ROW_CHARS);
        }
      }
      if (page.size() < size) {
        return new Page(rows, null);
      }
      after = page.getLast().id();
    }
  }

  private CompletionStage<List<StoredRecord>> stored(String kind, String after, int size) {
    return kind == null
        ? records.list(ScheduleMachine.KIND, after, size)
        : records.list(ScheduleMachine.KIND, kind, after, size);
  }

  /** Those of their jobs that have not ended. */
  Set<String> open(Stream<Schedule> all) {
    return jobs.open(all.flatMap(one -> one.work().jobs()).map(Child::jobId).toList());
  }

  private static boolean fits(ScheduleView row, Query query) {
    return (query.status() == null || query.status().equals(row.status()))
        && (query.enabled() == null || query.enabled() == row.enabled());
  }
}
