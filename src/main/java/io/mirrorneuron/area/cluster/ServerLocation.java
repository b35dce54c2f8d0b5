package io.mirrorneuron.area.cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * Addresses and folders of this server, as {@code /runtime/status} reports them.
 *
 * @param mode {@code local} with the runtime in this process, {@code gateway} with a remote one
 * @param sharedStorage folder that programs and terminals share; it need not exist
 * @param coreTarget {@code host:port} of the runtime's gRPC endpoint, known once it is open
 * @param apiBaseUrl with {@code /api/v1}, known once the server listens
 * @param webUi a page for people; empty when none is known
 */
public record ServerLocation(
    String mode,
    Path home,
    Path sharedStorage,
    Supplier<String> coreTarget,
    Supplier<String> apiBaseUrl,
    String webUi) {

  /** The path of a file or folder of the home, or null when it does not exist. */
  String ifPresent(String name) {
    return ifPresent(home.resolve(name));
  }

  /** The path of the shared storage, or null when it does not exist. */
  String sharedIfPresent() {
    return ifPresent(sharedStorage);
  }

  private static String ifPresent(Path path) {
    return Files.exists(path) ? path.toString() : null;
  }
}
