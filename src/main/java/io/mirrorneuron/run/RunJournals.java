package io.mirrorneuron.run;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.journal.RunJournal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

final class RunJournals {
  /**
   * Journals whose file positions are kept in memory; for other journals they are read from disk.
   */
  private static final int KEPT = 1000;

  private final RunWriter writer;
  private final Cache<String, RunJournal> journals =
      Caffeine.newBuilder().executor(Runnable::run).maximumSize(KEPT).build();

  RunJournals(RunWriter writer) {
    this.writer = writer;
  }

  RunJournal of(RunFolder folder) {
    return journals.get(folder.runId(), absent -> make(folder));
  }

  private RunJournal make(RunFolder folder) {
    if (!(writer instanceof RunWriter.NotHere reader)) {
      return new RunJournal(folder);
    }
    try {
      Path place = Files.createDirectories(reader.journals().resolve(folder.runId()));
      return RunJournal.aside(folder, place);
    } catch (IOException e) {
      throw MnException.unavailable("there is no room to put records in order: " + e, e);
    }
  }
}
