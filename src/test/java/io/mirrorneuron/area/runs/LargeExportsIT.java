package io.mirrorneuron.area.runs;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.GatewayFixture;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RunFiles;
import io.mirrorneuron.wire.Json;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Exports of runs whose programs left more than anybody wants to have copied. */
@Timeout(120)
@Proof.Limits
class LargeExportsIT {
  private static final long GIB = 1L << 30;
  private static final long LARGE = GIB / 2;
  private static final Duration SOON = Duration.ofSeconds(10);

  @TempDir Path folder;
  private GatewayFixture gateway;

  @BeforeEach
  void start() throws Exception {
    RunFiles.write(folder, "exports/export-1.zip", "left by a server that was killed");
    gateway = GatewayFixture.guarded(folder);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void whatAKilledServerLeftGoesAtTheNextStart() throws Exception {
    assertThat(exports()).isEmpty();
  }

  @Test
  void aRunThatIsTooLargeIsRefusedBeforeAnythingIsWritten() throws Exception {
    run("vast", 5 * GIB);
    long begin = System.nanoTime();

    HttpResponse<String> answer = gateway.get("/api/v1/runs/vast/export?format=zip");

    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(Json.parseObject(answer.body(), "problem").path("error").asText())
        .isEqualTo("run_too_large");
    assertThat(answer.body()).contains("5368709120", "4294967296", "big.bin");
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(SOON);
    assertThat(exports()).isEmpty();
  }

  @Test
  void whoLeavesEndsTheWork() throws Exception {
    run("large", 3 * GIB);
    try (Socket _ = ask("large")) {
      eventually("a part is written", () -> written() > GIB / 16);
    }
    eventually("nothing is left", () -> exports().isEmpty());
  }

  @Test
  void aThirdAtATimeIsAskedToComeBack() throws Exception {
    run("large", 3 * GIB);
    List<Socket> clients = new ArrayList<>(List.of(ask("large"), ask("large")));
    try {
      eventually(
          "two are being made",
          () -> exports().stream().filter(f -> f.getName().startsWith("export-")).count() == 2);
      HttpResponse<String> third = gateway.get("/api/v1/runs/large/export?format=zip");
      assertThat(third.statusCode()).isEqualTo(429);
      assertThat(third.headers().firstValue("Retry-After")).hasValue("5");
    } finally {
      for (Socket client : clients) {
        client.close();
      }
    }
    eventually("nothing is left", () -> exports().isEmpty());
  }

  @Test
  void aLargeOneThatIsAllowedArrivesWhole() throws Exception {
    run("fair", LARGE);
    try (Socket client = ask("fair")) {
      InputStream in = client.getInputStream();
      byte[] head = in.readNBytes(12);
      assertThat(new String(head, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200");
      byte[] buffer = new byte[1 << 20];
      long bytes = 0;
      while (bytes < LARGE) { // reading on would wait for an answer that nobody asked for
        int read = in.read(buffer);
        assertThat(read).isPositive();
        bytes += read;
      }
    }
    eventually("nothing is left", () -> exports().isEmpty());
  }

  /** A run with a file of so many bytes, all of them a hole. */
  private void run(String id, long bytes) throws IOException {
    Path run = folder.resolve("runs").resolve(id);
    RunFiles.write(run);
    try (RandomAccessFile file = new RandomAccessFile(run.resolve("big.bin").toFile(), "rw")) {
      file.setLength(bytes);
    }
  }

  private Socket ask(String run) throws IOException {
    Socket client = new Socket(InetAddress.getLoopbackAddress(), gateway.port());
    client
        .getOutputStream()
        .write(
            "GET /api/v1/runs/%s/export?format=zip HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer %s\r\n\r\n"
                .formatted(run, GatewayFixture.TOKEN)
                .getBytes(StandardCharsets.US_ASCII));
    return client;
  }

  private List<File> exports() {
    try (Stream<Path> files = Files.list(folder.resolve("exports"))) {
      return files.map(Path::toFile).toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private long written() {
    return exports().stream().mapToLong(File::length).sum();
  }
}
