package io.mirrorneuron.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A file system of its own that a test can fill: a tmpfs. Mounting one takes root and a kernel that
 * allows it; where that is not so, the test is skipped and says why.
 */
public final class SmallDisk implements AutoCloseable {
  private final Path folder;
  private final Deque<Path> fillers = new ArrayDeque<>();

  private SmallDisk(Path folder) {
    this.folder = folder;
  }

  /**
   * @param folder where it is mounted; made when absent
   */
  public static SmallDisk mounted(Path folder, int mebibytes) throws IOException {
    Files.createDirectories(folder);
    String refusal =
        run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", folder.toString());
    assumeTrue(
        refusal == null,
        () -> "no disk can be filled here: a tmpfs cannot be mounted (%s)".formatted(refusal));
    return new SmallDisk(folder);
  }

  public Path folder() {
    return folder;
  }

  /** Takes all the room that is left. */
  public void fill() {
    Path filler = folder.resolve("filler-" + fillers.size());
    fillers.push(filler);
    try (OutputStream out = Files.newOutputStream(filler)) {
      byte[] block = new byte[4096];
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      if (!String.valueOf(e.getMessage()).contains("No space left")) {
        throw new AssertionError(e);
      }
    }
  }

  /** Gives back what {@link #fill} took. */
  public void free() throws IOException {
    while (!fillers.isEmpty()) {
      Files.deleteIfExists(fillers.pop());
    }
  }

  public long freeBytes() throws IOException {
    return Files.getFileStore(folder).getUsableSpace();
  }

  @Override
  public void close() {
    String refusal = run("umount", folder.toString());
    if (refusal != null) {
      run("umount", "-l", folder.toString()); // a process that ends has it for a moment longer
    }
  }

  /** What it said when it failed, or null. */
  private static String run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? null : said.strip();
    } catch (IOException e) {
      return e.getMessage();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
