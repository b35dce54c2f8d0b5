package io.mirrorneuron.runtime.remote;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.runtime.documents.SentSignal;
import io.mirrorneuron.runtime.exec.RunSinks;
import io.mirrorneuron.runtime.exec.protocol.LogRecords.LogRecord;
import io.mirrorneuron.runtime.exec.protocol.LostLines;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.untrusted.OpenFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes resource use, output and files of a program on another node to its run. */
final class RemoteRecords {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteRecords.class);
  private static final String DRAFT = "far.new";
  private static final int DEEPEST = 32;

  private final Execution execution;
  private final RunSinks sinks;
  private final LostLines lost = new LostLines();
  private int artifacts;

  RemoteRecords(Execution execution, RunSinks sinks) {
    this.execution = execution;
    this.sinks = sinks;
  }

  void begin() {
    sinks.samples().begin(execution.runId());
  }

  /**
   * @param name of a file, else empty
   * @throws IOException when it cannot be stored, or is not allowed
   */
  void take(String kind, String name, InputStream content) throws IOException {
    String run = execution.runId();
    switch (kind) {
      case RemoteEvent.LOGS ->
          log(SentSignal.records(content.readAllBytes()).stream().map(LogRecord::new).toList());
      case RemoteEvent.SAMPLES -> sample(content.readAllBytes());
      case RemoteEvent.ARTIFACT ->
          sinks.artifacts().keep(run, execution.executionId() + "-" + artifacts++, content);
      case RemoteEvent.FILE -> file(name, content);
      default -> content.transferTo(OutputStream.nullOutputStream());
    }
  }

  /** Call it after the last record. */
  void end() {
    if (!lost.isEmpty()) {
      log(List.of());
    }
  }

  /** Unwritable lines are lost; the loss is logged before the next lines, or at the end. */
  private void log(List<LogRecord> lines) {
    List<LogRecord> all = new ArrayList<>(lost.reported(LostLines.BY_DISK));
    all.addAll(lines);
    if (isLogged(all)) {
      lost.clear();
    } else {
      lost.add(lines);
    }
  }

  private boolean isLogged(List<LogRecord> all) {
    try {
      return sinks.logs().log(execution.runId(), all);
    } catch (MnException e) {
      LOG.warn("lines of execution {} are lost: {}", execution.executionId(), e.getMessage());
      return false;
    }
  }

  private void sample(byte[] lines) {
    try {
      sinks.samples().write(execution.runId(), SentSignal.records(lines));
    } catch (MnException e) {
      LOG.warn("samples of execution {} are lost: {}", execution.executionId(), e.getMessage());
    }
  }

  private void file(String name, InputStream content) throws IOException {
    Path folder = sinks.runs().folder(execution);
    if (folder == null) {
      throw new IOException("its run has no folder");
    }
    try (OpenFolder run = OpenFolder.at(folder);
        OpenFolder hidden = run.in(RunFolder.HIDDEN)) {
      Path path = inRun(name);
      String draft = execution.executionId().replaceAll("[^A-Za-z0-9._-]", "_") + DRAFT;
      hidden.delete(draft);
      try (OutputStream out = Channels.newOutputStream(hidden.create(draft))) {
        content.transferTo(out);
      }
      move(hidden, draft, run, path);
    }
  }

  /** A file name from a node is as untrusted as one from a program. */
  private static Path inRun(String name) throws IOException {
    Path path;
    try {
      path = Path.of(name);
    } catch (InvalidPathException e) {
      throw new IOException("a file has no name of a file", e);
    }
    String first = path.getName(0).toString();
    boolean isOurs =
        first.equals(RunFolder.HIDDEN)
            || Arrays.stream(RunLog.values()).anyMatch(log -> log.isIn(first));
    if (path.isAbsolute()
        || isOurs
        || !path.equals(path.normalize())
        || name.isEmpty()
        || path.startsWith("..")
        || path.getNameCount() > DEEPEST) {
      throw new IOException(name + " is no file that a program may leave to its run");
    }
    return path;
  }

  private static void move(OpenFolder from, String draft, OpenFolder to, Path path)
      throws IOException {
    if (path.getNameCount() == 1) {
      from.move(draft, to, path.toString());
      return;
    }
    try (OpenFolder next = to.in(path.getName(0).toString())) {
      move(from, draft, next, path.subpath(1, path.getNameCount()));
    }
  }
}
