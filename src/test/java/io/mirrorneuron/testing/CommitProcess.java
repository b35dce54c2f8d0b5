package io.mirrorneuron.testing;

import io.mirrorneuron.config.RedisSettings.Sentinels;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RedisJobStore;
import io.mirrorneuron.store.RedisPipelines;
import io.mirrorneuron.store.connection.RedisDialer;
import io.mirrorneuron.store.connection.SentinelMaster;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * {@link CommitWriters} as a process, which may be on a host of its own. It says {@code writing};
 * told {@code stop}, it writes on until each job has committed again and tells what it has counted.
 */
public final class CommitProcess implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final int JOBS = 16;

  /** After this it is ended, whatever it does. */
  private static final Duration LIFE = Duration.ofMinutes(3);

  private final Process process;
  private final BufferedReader said;

  /**
   * @param lost acknowledged commits that are missing
   * @param gapMs the longest time without a commit
   */
  public record Counted(long lost, long commits, long gapMs) {}

  private CommitProcess(Process process) {
    this.process = process;
    this.said =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Returns when commits are made. */
  public static CommitProcess start(
      Hosts hosts, int host, Path log, Sentinels sentinels, boolean acknowledged)
      throws IOException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.add("-XX:+UseSerialGC");
    words.addAll(List.of("-cp", System.getProperty("java.class.path")));
    words.addAll(List.of(CommitProcess.class.getName(), Boolean.toString(acknowledged)));
    words.addAll(List.of(sentinels.master(), sentinels.password().value()));
    words.add(sentinels.ownPassword().value());
    words.addAll(sentinels.addresses());
    CommitProcess started =
        new CommitProcess(
            new ProcessBuilder(hosts.on(host, words.toArray(String[]::new)))
                .redirectError(log.toFile())
                .start());
    CompletableFuture.delayedExecutor(LIFE.toSeconds(), TimeUnit.SECONDS).execute(started::close);
    started.await("writing");
    return started;
  }

  private String await(String word) throws IOException {
    for (String line = said.readLine(); line != null; line = said.readLine()) {
      if (line.startsWith(word)) {
        return line;
      }
    }
    throw new AssertionError("the process has ended before it said " + word);
  }

  /** Has it write on, and count. */
  public Counted stop() throws IOException {
    process.getOutputStream().write("stop\n".getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
    long[] numbers =
        Arrays.stream(await("counted").split(" ")).skip(1).mapToLong(Long::parseLong).toArray();
    return new Counted(numbers[0], numbers[1], numbers[2]);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** Arguments: acknowledged, master, password, password of Sentinels, addresses of Sentinels. */
  public static void main(String[] words) throws IOException {
    Vertx vertx = Vertx.vertx();
    Sentinels sentinels =
        new Sentinels(
            List.of(words).subList(4, words.length),
            words[1],
            "",
            new Secret(words[2]),
            new Secret(words[3]));
    try {
      JobStore store = store(vertx, sentinels, Boolean.parseBoolean(words[0]));
      CommitWriters writers = CommitWriters.start(vertx, store, JOBS);
      writers.writeOn(50);
      System.out.println("writing");
      System.in.read();
      writers.writeOn(50);
      long lost = writers.stop();
      System.out.println(
          "counted %d %d %d".formatted(lost, writers.count(), writers.longestGapMs()));
    } finally {
      vertx.close(); // else its threads would keep the process
    }
  }

  /** Jobs that are written over lanes as a server has them. */
  public static JobStore store(Vertx vertx, Sentinels sentinels, boolean acknowledged) {
    Keys keys = new Keys("failover");
    SentinelMaster master = new SentinelMaster(sentinels, TIMEOUT);
    RedisDialer dialer =
        acknowledged
            ? RedisDialer.acknowledged(master, keys.acknowledged(), TIMEOUT)
            : RedisDialer.to(master);
    RedisPipelines pipelines =
        RedisPipelines.connect(vertx, dialer, Storage.unwatched(), TIMEOUT).await();
    return new RedisJobStore(pipelines, keys, Duration.ofHours(1), 1_000_000);
  }
}
