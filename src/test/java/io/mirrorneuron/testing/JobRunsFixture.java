package io.mirrorneuron.testing;

import io.mirrorneuron.area.jobs.JobRuns;
import io.mirrorneuron.run.RedactedRuns;
import io.mirrorneuron.run.RunIndex;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.RunWriter;
import io.mirrorneuron.run.folder.AllowedRoots;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/** What the area of jobs knows of runs, on folders below another. */
public final class JobRunsFixture {
  private JobRunsFixture() {}

  public static JobRuns in(Path folder, Clock clock) {
    RunStore runs = new RunStore(folder.resolve("runs"), new RunWriter.Elsewhere());
    return new JobRuns(
        runs,
        new RedactedRuns(runs, new AllowedRoots(List.of(), folder)),
        RunIndex.of(runs, clock),
        clock);
  }
}
