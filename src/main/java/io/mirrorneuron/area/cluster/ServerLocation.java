package io.mirrorneuron.area.cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * Where this server stands, as {@code /runtime/status} tells it.
 *
 * @param mode {@code local} with the runtime in this process, {@code gateway} before one elsewhere
 * @param sharedStorage what programs and terminals share; it need not exist
 * @param coreTarget {@code host:port} of the runtime's gRPC door, known once it is open
 * @param apiBaseUrl of this server, with {@code /api/v1}, known once it listens
 * @param webUi a page for people; empty when none is known
 */
public record ServerLocation(
    String mode,
    Path home,
    Path sharedStorage,
    Supplier<String> coreTarget,
    Supplier<String> apiBaseUrl,
    String webUi) {

  /** The path of a file or folder of the home, or null when there is none. */
  String ifPresent(String name) {
    return ifPresent(home.resolve(name));
  }

  /** The path of the shared storage, or null when there is none. */
  String sharedIfPresent() {
    return ifPresent(sharedStorage);
  }

  private static String ifPresent(Path path) {
    return Files.exists(path) ? path.toString() : null;
  }
}
