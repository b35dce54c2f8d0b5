package io.mirrorneuron.cli.job;

import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.port.RestoredJob;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn job restore}. */
@Command(
    name = "restore",
    description = "Makes a new, paused job of a backup; it goes on when it is resumed.",
    sortOptions = false,
    footerHeading = "%nExample:%n",
    footer = {"  mn job restore JOB.mnbackup.zip", "  mn job resume NEW_JOB_ID"})
final class JobRestoreCommand implements Callable<Integer> {
  @Mixin Client client;

  @Parameters(paramLabel = "ZIP", description = "A file that mn job backup wrote.")
  Path zip;

  @Option(
      names = "--blueprint",
      paramLabel = "ID",
      description = "The blueprint of the new job; else that of the backup.")
  String blueprintId;

  @Option(names = "--run-id", paramLabel = "ID", description = "Its run; else a new one.")
  String runId;

  @Override
  public Integer call() throws InterruptedException {
    return client.show(mn -> mn.restore(zip, blueprintId, runId), this::print);
  }

  private void print(RestoredJob restored) {
    String jobId = restored.jobId();
    String source = Output.printable(restored.sourceJobId());
    client.output().line("Job " + jobId + ": paused, restored from " + source);
    client.output().line("Go on with: mn job resume " + jobId);
  }
}
