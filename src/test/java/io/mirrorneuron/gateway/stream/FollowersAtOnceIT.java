package io.mirrorneuron.gateway.stream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.GatewayFixture;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RunFiles;
import io.mirrorneuron.testing.WithGuardedGateway;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Thousands begin to follow at the same moment: each is served, and hears what comes next. */
@Timeout(120)
@Proof.Limits
class FollowersAtOnceIT extends WithGuardedGateway {
  private static final int FOLLOWERS = 2000;
  private static final int RECORDS = 200;
  private static final String NEWS = "the-news";

  @Test
  void ofOneRun() throws Exception {
    String run = run("busy");
    mustAllBeServed(i -> events(run, ""), List.of(run));
  }

  @Test
  void ofOneRunInEveryForm() throws Exception {
    String run = run("busy");
    mustAllBeServed(
        i ->
            switch (i % 4) {
              case 0 -> socket(run, "");
              case 1 -> topic(run);
              default -> events(run, "");
            },
        List.of(run));
  }

  @Test
  void ofOneRunEachBehindAnotherRecord() throws Exception {
    String run = run("busy");
    mustAllBeServed(
        i -> {
          String after =
              "&after=" + i % RECORDS + "&level=" + (i / RECORDS % 2 == 0 ? "INFO" : "DEBUG");
          return i % 2 == 0 ? events(run, after) : socket(run, after);
        },
        List.of(run));
  }

  @Test
  void ofHundredsOfRuns() throws Exception {
    List<String> runs = IntStream.range(0, FOLLOWERS / 4).mapToObj(i -> run("run-" + i)).toList();
    mustAllBeServed(i -> events(runs.get(i % runs.size()), ""), runs);
  }

  private String run(String id) {
    Path run = folder.resolve("runs").resolve(id);
    RunFiles.write(run, "run.json", "{\"run_id\":\"%s\",\"status\":\"running\"}".formatted(id));
    RunFiles.write(
        run,
        "logs.jsonl",
        IntStream.range(0, RECORDS)
            .mapToObj("{\"level\":\"INFO\",\"message\":\"line %d\"}\n"::formatted)
            .collect(Collectors.joining()));
    return id;
  }

  /** All ask before the first reads its answer. */
  private void mustAllBeServed(IntFunction<Ask> asks, List<String> runs) throws Exception {
    List<Follower> followers = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        for (int i = 0; i < FOLLOWERS; i++) {
          followers.add(new Follower(gateway.port(), asks.apply(i)));
        }
        for (Follower follower : followers) {
          follower.write(follower.ask.head());
        }
        List<Future<String>> served = each(followers, f -> threads.submit(f::begin));
        assertThat(all(served)).allMatch(answer -> answer.matches("HTTP/1.1 (200|101) .*"));
        for (String run : runs) {
          Files.writeString(
              folder.resolve("runs").resolve(run).resolve("logs.jsonl"),
              "{\"level\":\"INFO\",\"message\":\"" + NEWS + "\"}\n",
              StandardOpenOption.APPEND);
        }
        all(each(followers, f -> threads.submit(() -> f.readTo(NEWS))));
      } finally {
        for (Follower follower : followers) {
          follower.socket.close(); // lets the threads end
        }
      }
    }
  }

  private static List<Future<String>> each(
      List<Follower> followers, Function<Follower, Future<String>> work) {
    return followers.stream().map(work).toList();
  }

  private static List<String> all(List<Future<String>> futures) throws Exception {
    List<String> results = new ArrayList<>();
    for (Future<String> future : futures) {
      results.add(((Callable<String>) future::get).call());
    }
    return results;
  }

  /**
   * How a follower asks.
   *
   * @param message what it says once it is heard; null for nothing
   */
  private record Ask(String head, String message) {}

  private static Ask events(String run, String query) {
    return new Ask(head("/runs/" + run + "/stream?channels=logs" + query, ""), null);
  }

  private static Ask socket(String run, String query) {
    return new Ask(head("/runs/" + run + "/stream/ws?channels=logs" + query, UPGRADE), null);
  }

  private static Ask topic(String run) {
    return new Ask(
        head("/realtime", UPGRADE), "{\"action\":\"subscribe\",\"topic\":\"run:" + run + "\"}");
  }

  private static final String UPGRADE =
      "upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n"
          + "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

  private static String head(String path, String more) {
    return "GET /api/v1%s HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer %s\r\n%s\r\n"
        .formatted(path, GatewayFixture.TOKEN, more);
  }

  /** One connection; what comes is looked at as text, whatever the frames. */
  private static final class Follower {
    private static final int PATIENCE_MILLIS = (int) Duration.ofSeconds(60).toMillis();

    final Socket socket;
    final InputStream in;
    final Ask ask;

    Follower(int port, Ask ask) throws IOException {
      this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
      this.in = new BufferedInputStream(socket.getInputStream(), 1 << 10);
      this.ask = ask;
      socket.setSoTimeout(PATIENCE_MILLIS);
    }

    void write(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    /** The status line, once the stream has begun. */
    String begin() throws IOException {
      String head = readTo("\r\n\r\n");
      if (ask.message() != null) {
        byte[] payload = ask.message().getBytes(ISO_8859_1);
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(0x81);
        frame.write(0x80 | payload.length);
        frame.writeBytes(new byte[4]);
        frame.writeBytes(payload);
        socket.getOutputStream().write(frame.toByteArray());
        assertThat(readTo("}")).contains("\"subscribed\"");
      }
      return head.substring(0, head.indexOf('\r'));
    }

    /** Reads until this has come; returns what came before, and this. */
    String readTo(String mark) throws IOException {
      StringBuilder seen = new StringBuilder();

      while (seen.indexOf(mark, Math.max(0, seen.length() - mark.length())) < 0) {
        int next = in.read();
        if (next < 0) {
          throw new EOFException("the stream ended behind " + seen);
        }
        seen.append((char) next);
      }
      return seen.toString();
    }
  }
}
