package io.mirrorneuron.area.cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * Where this server stands, as {@code /runtime/status} tells it.
 *
 * @param mode {@code local} with the runtime in this process, {@code gateway} before one elsewhere
 * @param coreTarget {@code host:port} of the runtime's gRPC door, known once it is open
 * @param apiBaseUrl of this server, with {@code /api/v1}, known once it listens
 */
public record ServerLocation(
    String mode, Path home, Supplier<String> coreTarget, Supplier<String> apiBaseUrl) {

  /** The path of a file or folder of the home, or null when there is none. */
  String ifPresent(String name) {
    Path path = home.resolve(name);
    return Files.exists(path) ? path.toString() : null;
  }
}
