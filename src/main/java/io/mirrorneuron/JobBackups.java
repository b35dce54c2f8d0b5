package io.mirrorneuron;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Backup;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.RestoredJob;
import io.mirrorneuron.storage.WriteFailure;
import io.mirrorneuron.store.BackupArchive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;

/** Copies of jobs in files. */
record JobBackups(JobsPort jobs) {

  Path write(String jobId, Path folder) {
    Backup backup = jobs.backup(jobId);
    Path file = folder.resolve(BackupArchive.fileName(backup, Clock.systemUTC().instant()));
    try {
      Files.createDirectories(folder);
      return Files.write(file, BackupArchive.pack(backup));
    } catch (IOException e) {
      throw WriteFailure.of(file, e);
    }
  }

  RestoredJob restore(Path archive, String blueprintId, String runId) {
    if (!Files.isRegularFile(archive)) {
      throw MnException.notFound("backup", archive.toString());
    }
    Path scratch = Path.of(System.getProperty("java.io.tmpdir"));
    return jobs.restore(BackupArchive.unpack(archive, scratch), blueprintId, runId);
  }
}
