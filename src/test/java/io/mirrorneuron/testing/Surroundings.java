package io.mirrorneuron.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A machine that is other than this one, as far as a process and all that it starts can see. Where
 * this machine cannot pretend that, the test is skipped and says why.
 *
 * @param words what stands before a command that is to run there; it becomes the command
 */
public record Surroundings(List<String> words) {
  /** This machine. */
  public static final Surroundings HERE = new Surroundings(List.of());

  private static final String NOBODY = "nobody";

  /** Devices of its own: names, blanks between; each gives zeros. */
  private static final String DEVICES =
      """
      set -e
      mount -t tmpfs -o mode=755 tmpfs /dev
      mkdir -m 1777 /dev/shm
      mknod -m 666 /dev/null c 1 3; mknod -m 666 /dev/random c 1 8; mknod -m 666 /dev/urandom c 1 9
      for name in $1; do
        mkdir -p "$(dirname "/dev/$name")"; mknod -m 666 "/dev/$name" c 1 5
      done
      shift
      exec "$@"
      """;

  private static final String PROGRAM = Path.of("target", "mn").toAbsolutePath().toString();
  private static final String JAVA = System.getProperty("java.home") + "/bin/java";

  /** Fails where the packaged program or its JDK lies in somebody's closed folder. */
  private static final String LOOK =
      "for it in \"$0\" \"$1\"; do [ -x \"$it\" ] || { echo no \"$it\"; exit 1; }; done";

  public Surroundings {
    words = List.copyOf(words);
  }

  /**
   * A kernel that knows Landlock in this version.
   *
   * @param version from 0, not at all
   */
  public static Surroundings landlock(int version) {
    Path program = Path.of("src/test/resources/older-landlock.py").toAbsolutePath();
    return possible("python3", program.toString(), Integer.toString(version));
  }

  /** The account nobody, which has no rights of its own. Takes root. */
  public static Surroundings ofNobody() {
    return possible(
        "setpriv", "--reuid=" + NOBODY, "--regid=nogroup", "--clear-groups", "--inh-caps=-all");
  }

  /** Gives a folder to the account of {@link #ofNobody}. */
  public static void giveToNobody(Path folder) throws IOException {
    Files.setOwner(
        folder,
        folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(NOBODY));
  }

  /**
   * Devices that give zeros and nothing else, in a mount namespace. Takes root.
   *
   * @param names below {@code /dev}
   */
  public static Surroundings devices(List<String> names) {
    return possible("unshare", "--mount", "sh", "-c", DEVICES, "sh", String.join(" ", names));
  }

  /**
   * A clock that is set while processes run; what they measure durations with is left alone.
   *
   * @param offset a file that says by how many seconds it is fast, such as {@code +3600}
   */
  public static Surroundings clock(Path offset) {
    Path library = Path.of("faketime", "libfaketimeMT.so.1");
    Path found = null;
    try (Stream<Path> folders = Files.list(Path.of("/usr/lib"))) {
      found =
          folders
              .map(folder -> folder.resolve(library))
              .filter(Files::exists)
              .findFirst()
              .orElse(null);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    assumeTrue(found != null, "faketime is not installed: apt-get install faketime");
    return possible(
        "env",
        "LD_PRELOAD=" + found,
        "FAKETIME_TIMESTAMP_FILE=" + offset,
        "FAKETIME_CACHE_DURATION=1",
        "FAKETIME_DONT_FAKE_MONOTONIC=1",
        "FAKETIME_FORCE_MONOTONIC_FIX=0"); // else each wait of the JVM ends at once
  }

  /** A command that runs there. */
  public List<String> around(List<String> command) {
    var all = new ArrayList<>(words);
    all.addAll(command);
    return all;
  }

  private static Surroundings possible(String... words) {
    Surroundings made = new Surroundings(Arrays.asList(words));
    String refusal = made.refusal();
    assumeTrue(refusal == null, () -> "not to be had here: %s: %s".formatted(words[0], refusal));
    return made;
  }

  /** What is said when the packaged program cannot run there, or null. */
  private String refusal() {
    try {
      Process process =
          new ProcessBuilder(around(List.of("sh", "-c", LOOK, PROGRAM, JAVA)))
              .redirectErrorStream(true)
              .start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? null : said.strip();
    } catch (IOException e) {
      return e.getMessage();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
