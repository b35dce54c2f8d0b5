package io.mirrorneuron.runtime.exec.confine;

import io.mirrorneuron.config.Confinement.Mode;
import io.mirrorneuron.runtime.exec.confine.Confiner.Reach;
import io.mirrorneuron.runtime.exec.confine.Confiner.Report;
import io.mirrorneuron.runtime.exec.confine.Confiner.State;
import io.mirrorneuron.runtime.exec.spawn.Domain;
import io.mirrorneuron.runtime.exec.spawn.FileCuts;
import io.mirrorneuron.runtime.exec.spawn.Landlock;
import io.mirrorneuron.runtime.exec.spawn.Program;
import io.mirrorneuron.runtime.exec.spawn.SearchPath;
import io.mirrorneuron.runtime.exec.spawn.Spawner;
import io.mirrorneuron.runtime.exec.workspace.FolderTree;
import io.mirrorneuron.storage.OutOfRoom;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Tests at start what a confined program can do: some sandboxes accept all calls and enforce
 * nothing, so the version of the interface is not sufficient.
 */
final class ConfinementProbe {
  private static final int PATIENCE_SECONDS = 10;

  /**
   * Prints a keyword for each successful access. Arguments: the program's own folder, another
   * folder.
   */
  private static final String ATTEMPTS =
      """
      echo began
      (: >"$1/mine") 2>/dev/null && echo own
      (read -r line <"$2/secret") 2>/dev/null && echo read
      (: >"$2/made") 2>/dev/null && echo write
      kill -0 "$PPID" 2>/dev/null && echo signal
      """;

  private final SystemRules system;
  private final Path workspaces;
  private final Spawner spawner;

  ConfinementProbe(SystemRules system, Path workspaces, Spawner spawner) {
    this.system = system;
    this.workspaces = workspaces;
    this.spawner = spawner;
  }

  /**
   * @throws UncheckedIOException when the disk is full
   */
  Report report(Mode mode) {
    Path folder = null;
    try {
      folder = Files.createTempDirectory(workspaces, "probe");
      Path own = Files.createDirectory(folder.resolve("own"));
      Path others = Files.createDirectory(folder.resolve("others"));
      Path secret = Files.writeString(others.resolve("secret"), "secret\n");
      Domain domain = Confiner.domain(system, Reach.writing(own), List.of());
      List<String> done = attempt(domain, own, others);
      FileCuts.cut(
          own.resolve("absent")); // loads the class: inside the domain its file may be unreadable
      if (Landlock.tried(
              Confiner.domain(system, Reach.writing(own), List.of()), () -> FileCuts.cut(secret))
          == 0) {
        done = new ArrayList<>(done);
        done.add("cut");
      }
      return judged(mode, done);
    } catch (IOException e) {
      if (OutOfRoom.isIn(e)) { // no statement about the kernel
        throw new UncheckedIOException("confinement cannot be tried in " + workspaces, e);
      }
      return new Report(mode, State.OFF, e.getMessage());
    } finally {
      delete(folder);
    }
  }

  private static Report judged(Mode mode, List<String> done) {
    if (!done.contains("own")) {
      return new Report(
          mode, State.OFF, "a confined program does not run: it did " + String.join(", ", done));
    }
    if (done.contains("read") || done.contains("write")) {
      return new Report(
          mode,
          State.OFF,
          "the kernel takes Landlock's calls and refuses nothing, as some sandboxes do");
    }
    var missing = new ArrayList<String>();
    if (done.contains("cut")) {
      missing.add("programs can empty files of the account (Linux 6.2 refuses it)");
    }
    if (done.contains("signal")) {
      missing.add("programs can signal this server (Linux 6.12 refuses it)");
    }
    return missing.isEmpty()
        ? new Report(mode, State.ON, "")
        : new Report(mode, State.PARTIAL, String.join(", and ", missing));
  }

  private List<String> attempt(Domain domain, Path own, Path others) throws IOException {
    var program =
        new Program(
            Path.of("/bin/sh"),
            List.of("sh", "-c", ATTEMPTS, "sh", own.toString(), others.toString()),
            Map.of("PATH", SearchPath.DEFAULT),
            own,
            domain);
    var heard = new Heard();
    try (Spawner.Child child = spawner.spawn(program, heard)) {
      boolean ended = heard.awaitEnd();
      if (!ended) {
        child.signal(Spawner.Signal.KILL);
        heard.awaitExit();
      }
      child.reap();
      return heard.words();
    }
  }

  private static void delete(Path folder) {
    if (folder != null) {
      FolderTree.delete(folder);
    }
  }

  private static final class Heard implements Spawner.Watcher {
    private final CountDownLatch exit = new CountDownLatch(1);
    private final CountDownLatch drained = new CountDownLatch(1);
    private final StringBuffer out = new StringBuffer();

    @Override
    public void stdout(ByteBuffer bytes) {
      out.append(StandardCharsets.UTF_8.decode(bytes));
    }

    @Override
    public void stderr(ByteBuffer bytes) {
      // The script prints nothing there.
    }

    @Override
    public void drained() {
      drained.countDown();
    }

    @Override
    public void exited() {
      exit.countDown();
    }

    boolean awaitEnd() {
      return await(exit) && await(drained);
    }

    void awaitExit() {
      await(exit);
    }

    private static boolean await(CountDownLatch latch) {
      try {
        return latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }

    List<String> words() {
      return out.toString().lines().toList();
    }
  }
}
