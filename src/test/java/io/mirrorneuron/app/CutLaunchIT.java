package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Shell.Ended;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code mn blueprint run} over a connection that is cut before the launch is answered. */
@Timeout(90)
class CutLaunchIT {
  private static final String LAUNCH = "POST /api/v1/blueprints/launch/runs";

  /** Passes on what is said, but for the answer to a launch: there it hangs up. */
  private static final class BadLine implements AutoCloseable {
    private final ServerSocket endpoint;
    private final URI server;
    private final AtomicInteger cuts = new AtomicInteger();

    BadLine(URI server) throws IOException {
      this.server = server;
      this.endpoint = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      Thread.ofVirtual().start(this::accept);
    }

    String address() {
      return "http://127.0.0.1:" + endpoint.getLocalPort() + "/api/v1";
    }

    private void accept() {
      try {
        while (true) {
          Socket client = endpoint.accept();
          Thread.ofVirtual().start(() -> join(client));
        }
      } catch (IOException e) {
        // the test is over
      }
    }

    private void join(Socket client) {
      try (client;
          Socket behind = new Socket(server.getHost(), server.getPort())) {
        AtomicInteger launches = new AtomicInteger();
        Thread up =
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        pass(client, behind.getOutputStream(), launches);
                      } catch (IOException e) {
                        // hung up
                      }
                    });
        byte[] bytes = new byte[8192];
        InputStream answers = behind.getInputStream();
        for (int n = answers.read(bytes); n > 0; n = answers.read(bytes)) {
          if (launches.get() > 0) {
            cuts.incrementAndGet();
            break;
          }
          client.getOutputStream().write(bytes, 0, n);
          client.getOutputStream().flush();
        }
        up.interrupt();
      } catch (IOException e) {
        // hung up
      }
    }

    private static void pass(Socket from, OutputStream to, AtomicInteger launches)
        throws IOException {
      byte[] bytes = new byte[8192];
      InputStream in = from.getInputStream();
      for (int n = in.read(bytes); n > 0; n = in.read(bytes)) {
        if (new String(bytes, 0, n, StandardCharsets.ISO_8859_1).startsWith(LAUNCH)) {
          launches.incrementAndGet();
        }
        to.write(bytes, 0, n);
        to.flush();
      }
    }

    @Override
    public void close() throws IOException {
      endpoint.close();
    }
  }

  @Test
  void aLaunchWhoseAnswerIsLostIsWatchedToItsEndAndMakesOneJob(@TempDir Path home)
      throws Exception {
    try (WholeServer server = WholeServer.start(home);
        BadLine line = new BadLine(server.uri("/health"))) {
      Ended ended =
          new Shell(Main::commandLine, home)
              .run("blueprint", "run", "word-count", "-d", "--api", line.address());

      assertThat(ended.exitCode()).as(ended.err()).isZero();
      assertThat(ended.out()).contains("✓ submit", "Job ID");
      assertThat(line.cuts).hasValue(1);
      assertThat(server.jobs().list(10, true).data()).hasSize(1);
    }
  }
}
