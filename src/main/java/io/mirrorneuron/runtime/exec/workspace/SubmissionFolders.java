package io.mirrorneuron.runtime.exec.workspace;

import io.mirrorneuron.model.RunId;
import io.mirrorneuron.model.Sha256;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.RunPlaces;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.WrittenVariables;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.storage.ScatteredFolders;
import io.mirrorneuron.untrusted.OpenFolder;
import io.mirrorneuron.untrusted.UntrustedFiles.RefusedFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folders of submissions of this node: {@code <id>/{inputs,outputs/user,outputs/runs}}. They
 * are made when a job's first program starts. What programs write to {@code outputs/runs/<run>} and
 * {@code outputs/user} lies in the folder of the run: both are links to it. Thread-safe.
 */
public final class SubmissionFolders {
  private static final Logger LOG = LoggerFactory.getLogger(SubmissionFolders.class);
  private static final int HEX_DIGITS = 16;
  private static final int ATTEMPTS = 5;

  private final Path root;
  private final RunPlaces runs;
  private final FolderOwners holders;
  private final FolderClaims claims;

  /** Where the root was when it was last looked for; null before. */
  private volatile Path found;

  /**
   * @param root of all submissions; made when it is needed
   */
  public SubmissionFolders(Path root, RunPlaces runs) {
    this.root = root.toAbsolutePath().normalize();
    this.runs = runs;
    this.holders = new FolderOwners(this.root);
    this.claims = new FolderClaims(this.root, holders);
  }

  /** Says whose the folders are. */
  public FolderClaims claims() {
    return claims;
  }

  /**
   * The folder for a program, made or mended where something of it is missing.
   *
   * @throws IOException when that cannot be done
   */
  public SubmissionFolder open(Execution execution) throws IOException {
    Path real = real();
    Optional<GivenStorage> given = GivenStorage.of(execution);
    String job = execution.jobId();
    String local = given.flatMap(storage -> storage.local(root, real)).orElse(null);
    boolean mine = local != null && isMine(local, given.get(), job, real);
    String id = mine ? local : ownId(execution);
    Path lent = local != null && !mine && holders.isLent(local, job) ? real.resolve(local) : null;
    SubmissionFolder submission =
        new SubmissionFolder(
            id,
            real.resolve(id),
            execution.runId(),
            runs.folder(execution),
            WrittenVariables.of(execution),
            given.orElse(null),
            lent);
    if (!isLaid(submission)) {
      lay(submission, real);
    }
    return submission;
  }

  private Path real() throws IOException {
    Path known = found;
    if (known == null || !Files.isDirectory(known)) {
      known = Files.createDirectories(root).toRealPath();
      ScatteredFolders.in(known);
      found = known;
    }
    return known;
  }

  /** Whether all is as it was made, as nearly every program leaves it: a few looks tell. */
  private static boolean isLaid(SubmissionFolder submission) {
    Path own = submission.folder();
    Path run = submission.run();
    if (run == null || !isFolder(own.resolve(SubmissionFolder.INPUTS))) {
      return false;
    }
    Path kept = run.resolve(SubmissionFolder.OUTPUTS);
    Path user = Path.of(SubmissionFolder.OUTPUTS, SubmissionFolder.USER);
    if (!isFolder(kept) || !leads(own.resolve(user), kept)) {
      return false;
    }
    for (Path link : submission.runLinks()) {
      if (!leads(own.resolve(link), run)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isFolder(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  private static boolean leads(Path link, Path target) {
    try {
      return Files.readSymbolicLink(link).equals(target);
    } catch (IOException e) {
      return false; // whatever is there instead is looked at closely then
    }
  }

  /** Without a path, the folder must be there: anybody can write an id. */
  private boolean isMine(String local, GivenStorage given, String job, Path real)
      throws IOException {
    return !holders.isLent(local, job)
        && (!given.paths().isEmpty() || Files.isDirectory(real.resolve(local)))
        && holders.take(local, job);
  }

  /** A name that nobody else has, the same for each program of the job. */
  private String ownId(Execution execution) throws IOException {
    String job = execution.jobId();
    String run = execution.runId();
    String prefix = run.equals(RunId.of(job)) || !RunId.isRunId(run) ? "job" : run;
    for (int i = 0; true; i++) {
      String id = prefix + "-" + Sha256.of(i + " " + job).substring(0, HEX_DIGITS);
      if (holders.takeAlone(id, job)) {
        return id;
      }
    }
  }

  private static void lay(SubmissionFolder submission, Path real) throws IOException {
    try (OpenFolder all = OpenFolder.at(real);
        OpenFolder own = all.in(submission.id());
        OpenFolder _ = own.in(SubmissionFolder.INPUTS);
        OpenFolder outputs = own.in(SubmissionFolder.OUTPUTS)) {
      if (submission.run() == null) {
        outputs.in(SubmissionFolder.RUNS).close();
        outputs.in(SubmissionFolder.USER).close();
        return;
      }
      try (OpenFolder run = OpenFolder.at(submission.run());
          OpenFolder kept = run.in(SubmissionFolder.OUTPUTS)) {
        for (Path link : submission.runLinks()) {
          lead(own, link, run, submission.run());
        }
        Path user = Path.of(SubmissionFolder.USER);
        lead(outputs, user, kept, submission.run().resolve(SubmissionFolder.OUTPUTS));
      }
    }
  }

  /** Makes a link; what is in a folder in its place is moved to where it leads. */
  private static void lead(OpenFolder from, Path link, OpenFolder to, Path target)
      throws IOException {
    if (link.getNameCount() > 1) {
      try (OpenFolder next = from.in(link.getName(0).toString())) {
        lead(next, link.subpath(1, link.getNameCount()), to, target);
      }
    } else {
      lead(from, link.toString(), to, target);
    }
  }

  private static void lead(OpenFolder in, String name, OpenFolder to, Path target)
      throws IOException {
    for (int i = 0; !in.link(name, target); i++) {
      if (i == ATTEMPTS) {
        throw new IOException(name + " is filled again all the time");
      }
      try (OpenFolder there = in.in(name)) {
        new MergedFolder().move(there, to);
      }
    }
  }

  /** After a program has ended: takes in what it has written into a folder of its own making. */
  public void settle(SubmissionFolder submission) {
    try {
      if (!isLaid(submission)) {
        lay(submission, submission.folder().getParent());
      }
    } catch (IOException e) {
      LOG.warn(
          "what programs of run {} have written to {} is not all in their run: {}",
          submission.runId(),
          submission.folder(),
          e.toString());
    }
  }

  /**
   * Moves what programs have put into a folder of their own making into the one where it belongs,
   * by names in folders that are held open: no link is followed. On one disk everything is renamed
   * as it is; else regular files are copied, and links and the like are dropped. What has the same
   * name there gives way, but for what is the server's own. For one use.
   */
  static final class MergedFolder {
    /** Nobody's but the server's; see {@code docs/runs.md}. */
    private static final Set<String> OF_THE_SERVER = Set.of(".mn", "job.json");

    /** More levels of folders than a path can have names of a usual length. */
    private static final int LEVELS = 64;

    /** Bytes that are copied at most; nothing is copied on one disk. */
    private static final long MOST_COPIED = 4L << 30;

    private long copied;

    /** Afterwards the first folder is empty, unless a program is still writing to it. */
    void move(OpenFolder from, OpenFolder to) throws IOException {
      for (String name : OF_THE_SERVER) {
        from.deleteTree(name);
      }
      move(from, to, LEVELS);
    }

    private void move(OpenFolder from, OpenFolder to, int levels) throws IOException {
      for (String name : from.names()) {
        try {
          from.move(name, to, name);
        } catch (NoSuchFileException gone) {
          // a program has removed it meanwhile
        } catch (FileSystemException hindered) {
          moveInto(from, name, to, levels, hindered instanceof AtomicMoveNotSupportedException);
        }
      }
    }

    /** Of two folders of this name, the second gets what the first has; else the first wins. */
    private void moveInto(
        OpenFolder from, String name, OpenFolder to, int levels, boolean onAnotherDisk)
        throws IOException {
      if (levels == 0) {
        throw new IOException(name + " lies too deep");
      }
      try (OpenFolder inner = from.present(name)) {
        try (OpenFolder there = to.in(name)) {
          move(inner, there, levels - 1);
        }
        from.deleteTree(name);
      } catch (RefusedFile noFolder) {
        if (onAnotherDisk) {
          copy(from, name, to);
          from.delete(name);
        } else {
          to.deleteTree(name);
          from.move(name, to, name);
        }
      }
    }

    private void copy(OpenFolder from, String name, OpenFolder to) throws IOException {
      try (InputStream in = from.read(name)) {
        to.deleteTree(name);
        try (OutputStream out = Channels.newOutputStream(to.create(name))) {
          byte[] buffer = new byte[64 << 10];
          for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            copied += read;
            if (copied > MOST_COPIED) {
              throw new IOException(name + " is more than is copied to another disk");
            }
            out.write(buffer, 0, read);
          }
        }
      } catch (RefusedFile noFile) {
        // a link, a pipe or the like: nobody would show it
      }
    }
  }
}
