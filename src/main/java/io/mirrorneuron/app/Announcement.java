package io.mirrorneuron.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.server.SecretFile;
import io.mirrorneuron.server.ServerFolders;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;

/**
 * Our part of {@code runtime-endpoints.json}, by which clients of this home find the server. A
 * gateway and a runtime of the same home share the file; closing removes only entries that are
 * still this server's.
 */
final class Announcement implements AutoCloseable {
  private final Path file;
  private final Clock clock;
  private final ObjectNode ours;

  private Announcement(Path file, Clock clock, ObjectNode ours) {
    this.file = file;
    this.clock = clock;
    this.ours = ours;
  }

  static Announcement of(Path home, Endpoints endpoints, Clock clock) throws IOException {
    ServerFolders.make(home);
    Announcement announcement =
        new Announcement(home.resolve("runtime-endpoints.json"), clock, endpoints.announcement());
    announcement.write(announcement.present().setAll(announcement.ours));
    return announcement;
  }

  private ObjectNode present() {
    try {
      return Json.parse(Files.readString(file)) instanceof ObjectNode object
          ? object
          : Json.object();
    } catch (IOException e) {
      return Json.object();
    }
  }

  private void write(ObjectNode content) throws IOException {
    content.put("version", 1).put("updated_at", Json.timestamp(clock.instant()));
    SecretFile.write(file, Json.write(content) + "\n");
  }

  @Override
  public void close() throws IOException {
    ObjectNode content = present();
    ours.properties()
        .forEach(
            door -> {
              if (door.getValue().equals(content.get(door.getKey()))) {
                content.remove(door.getKey());
              }
            });
    if (content.has("api") || content.has("grpc") || content.has("web_ui")) {
      write(content);
    } else {
      Files.deleteIfExists(file);
    }
  }
}
