import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Makes the executable file {@code mn} of the launcher and the jar that has everything, and beside
 * it {@code mn.aot}. That is a rehearsal's record of what a start loads and what is worth
 * compiling, so that a server is quick from the first second on. Without it, or with one that does
 * not fit, mn starts as well.
 *
 * <p>A file stays as it is where making it again would change nothing: mn where it would have the
 * same bytes, mn.aot where {@code mn.aot.made-of} says that this mn, this JVM and these options
 * made it. Arguments: the launcher, the jar, the file mn, and {@code true} where there is to be no
 * rehearsal; then no mn.aot is left that is not of this mn.
 */
final class Executable {
  private static final int REHEARSAL_MINUTES = 5;

  private final Path mn;
  private final Path aot;
  private final Path aotHome;
  private final Path madeOf;

  private Executable(Path mn) {
    this.mn = mn;
    this.aot = mn.resolveSibling("mn.aot");
    this.aotHome = mn.resolveSibling("aot-home");
    this.madeOf = mn.resolveSibling("mn.aot.made-of");
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path jar = Path.of(arguments[1]);
    CheckableClasses.in(jar);
    Executable executable = new Executable(Path.of(arguments[2]));
    executable.make(List.of(Path.of(arguments[0]), jar));
    executable.cache(!Boolean.parseBoolean(arguments[3]));
  }

  /** A jar may follow anything: its directory is found from the end of the file. */
  private void make(List<Path> parts) throws IOException {
    Path made = mn.resolveSibling("mn.new");
    try (OutputStream out = Files.newOutputStream(made)) {
      for (Path part : parts) {
        Files.copy(part, out);
      }
    }
    Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
    if (Files.exists(mn) && Files.mismatch(mn, made) == -1) {
      Files.delete(made);
    } else {
      // A server that runs keeps the file it was started from; written over, that would end it.
      Files.move(made, mn, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private void cache(boolean rehearse) throws IOException, InterruptedException {
    String now = parts();
    if (Files.exists(aot) && Files.exists(madeOf) && Files.readString(madeOf).equals(now)) {
      return;
    }
    Files.deleteIfExists(madeOf);
    Files.deleteIfExists(aot);
    Files.deleteIfExists(aot.resolveSibling("mn.aot.config"));
    if (rehearse && rehearsed()) {
      Files.writeString(madeOf, now);
    }
  }

  /** All that a JVM compares before it takes mn.aot, and the options that it was made with. */
  private String parts() throws IOException {
    Path modules = Path.of(System.getProperty("java.home"), "lib", "modules");
    return String.join(
        "\n",
        digest(mn) + " of " + Files.getLastModifiedTime(mn),
        System.getProperty("java.vm.version") + " of " + Files.getLastModifiedTime(modules),
        String.join(" ", rehearsal()),
        "");
  }

  private static String digest(Path file) throws IOException {
    try (InputStream content = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 16];
      for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
        digest.update(buffer, 0, read);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("each JDK has SHA-256", e);
    }
  }

  private List<String> rehearsal() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:AOTCacheOutput=" + aot,
        "-XX:+UseSerialGC",
        "-Xms64m",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-Dio.netty.jfr.enabled=false",
        "-jar",
        mn.toString(),
        "rehearse",
        "--home=" + aotHome,
        "--api-port=0",
        "--grpc-port=0");
  }

  /**
   * False when the rehearsal failed, which its log tells; what it recorded until then may be used.
   */
  private boolean rehearsed() throws IOException, InterruptedException {
    endLeftovers();
    Path log = mn.resolveSibling("mn.aot.log");
    ProcessBuilder java = new ProcessBuilder(rehearsal());
    // Settings of who builds are not those of who uses it.
    Map<String, String> environment = java.environment();
    environment.keySet().retainAll(List.of("PATH"));
    Process process = java.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    process.getOutputStream().close();
    boolean ended = process.waitFor(REHEARSAL_MINUTES, TimeUnit.MINUTES);
    if (!ended) {
      end(process);
      Files.deleteIfExists(aot);
    }
    boolean good = ended && process.exitValue() == 0 && Files.exists(aot);
    if (!good) {
      System.err.println("The rehearsal failed; mn may start more slowly. See " + log);
    }
    return good;
  }

  /** The Redis of a rehearsal outlives a build that was killed. */
  private void endLeftovers() {
    ProcessHandle.allProcesses()
        .filter(one -> one.info().command().orElse("").startsWith(aotHome + "/"))
        .forEach(ProcessHandle::destroyForcibly);
  }

  /** With the programs of its jobs, its Redis, and a JVM that may be writing mn.aot. */
  private static void end(Process process) throws InterruptedException {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    all.add(process.toHandle());
    all.forEach(ProcessHandle::destroyForcibly);
    process.waitFor();
  }
}
