package io.mirrorneuron.cli.job;

import io.mirrorneuron.cli.Client;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn job backup}. */
@Command(
    name = "backup",
    description = "Writes a paused job with all it has into a zip. The job stays as it is.",
    sortOptions = false,
    footerHeading = "%nExample:%n",
    footer = {
      "  mn job pause JOB_ID",
      "  mn job backup JOB_ID --output backups/",
      "  mn job restore backups/JOB.mnbackup.zip"
    })
final class JobBackupCommand implements Callable<Integer> {
  @Mixin Client client;

  @Parameters(paramLabel = "JOB_ID", description = JobCommand.ID)
  String jobId;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FOLDER",
      required = true,
      description = "Where the zip is written; made when absent.")
  Path folder;

  private record Written(String jobId, String file) {}

  @Override
  public Integer call() throws InterruptedException {
    return client.show(
        jobId,
        (mn, job) -> new Written(job, mn.backup(job, folder).toString()),
        backup -> {
          client.output().line(backup.file());
          client.complain("nothing in a backup is hidden: it may hold secrets that the job holds");
        });
  }
}
