package io.mirrorneuron.area.runs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.HelperProcessMark;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The desktop of the person at this machine. Available only if the API is reachable from this
 * machine alone; a remote caller would open windows for another person.
 */
public final class Desktop {
  private static final long PATIENCE_SECONDS = 3;

  /** Environment variables that a program with a window needs; no other variable is passed on. */
  private static final Set<String> PASSED =
      Set.of(
          "DBUS_SESSION_BUS_ADDRESS",
          "DISPLAY",
          "HOME",
          "LANG",
          "PATH",
          "WAYLAND_DISPLAY",
          "XAUTHORITY",
          "XDG_CURRENT_DESKTOP",
          "XDG_DATA_DIRS",
          "XDG_RUNTIME_DIR");

  private final List<String> opener;
  private final Map<String, String> environment;

  private Desktop(List<String> opener, Map<String, String> environment) {
    this.opener = opener;
    this.environment = environment;
  }

  /**
   * @param apiHost address on which the API listens
   * @param environment of this server
   * @param system the name of the operating system
   */
  public static Desktop find(String apiHost, Map<String, String> environment, String system) {
    Map<String, String> passed = new TreeMap<>(environment);
    passed.keySet().retainAll(PASSED);
    return new Desktop(isLoopback(apiHost) ? opener(environment, system) : List.of(), passed);
  }

  /**
   * Shows the file in the file manager.
   *
   * @return {@code {ok: true, path, folder}}
   * @throws MnException UNIMPLEMENTED without a desktop, INTERNAL when it does not open
   */
  ObjectNode reveal(Path file) {
    if (opener.isEmpty()) {
      throw new MnException(
          ErrorCode.UNIMPLEMENTED,
          "no_desktop",
          "this server opens no windows: it has no desktop, or other machines can reach it");
    }
    Path folder = file.getParent();
    // The path is absolute, so it cannot be read as an option.
    String shown = (opener.size() > 1 ? file : folder).toString();
    start(Stream.concat(opener.stream(), Stream.of(shown)).toList(), file);
    return Json.object()
        .put("ok", true)
        .put("path", file.toString())
        .put("folder", folder.toString());
  }

  /** A file manager may run as long as its window; one that fails exits at once. */
  private void start(List<String> command, Path file) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(file.getParent().toFile())
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().clear();
    builder.environment().putAll(environment);
    try {
      Process process = HelperProcessMark.start(builder, "desktop");
      if (process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() != 0) {
        throw failed(file, null);
      }
    } catch (IOException e) {
      throw failed(file, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static List<String> opener(Map<String, String> environment, String system) {
    boolean mac = system.startsWith("Mac");
    boolean screen =
        mac || Stream.of("DISPLAY", "WAYLAND_DISPLAY").anyMatch(environment::containsKey);
    String name = mac ? "open" : "xdg-open";
    return Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator))
        .map(folder -> Path.of(folder).resolve(name))
        .filter(program -> screen && program.isAbsolute() && Files.isExecutable(program))
        .findFirst()
        .map(program -> mac ? List.of(program.toString(), "-R") : List.of(program.toString()))
        .orElse(List.of());
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static MnException failed(Path file, Throwable cause) {
    return new MnException(
        ErrorCode.INTERNAL, "reveal_failed", "failed to open " + file.getFileName(), null, cause);
  }
}
