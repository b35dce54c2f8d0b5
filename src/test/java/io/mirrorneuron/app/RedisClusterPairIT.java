package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.bucket.Buckets;
import io.mirrorneuron.testing.BucketIndexes;
import io.mirrorneuron.testing.CutWire;
import io.mirrorneuron.testing.FreePort;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RedisClusterFixture;
import io.mirrorneuron.testing.Seeds;
import io.mirrorneuron.testing.Tally;
import io.mirrorneuron.testing.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two servers on a Redis Cluster, each of which runs the programs of the other one's jobs, while a
 * master is killed and the wires between both are cut again and again. {@code -Dseeds.first}
 * repeats where they are cut.
 */
@Timeout(180)
@Proof.Cluster
class RedisClusterPairIT {
  private static final int BEFORE = 4;
  private static final int AT_LEAST = 8;
  private static final int CUT_WITHIN_BYTES = 2_000;
  private static final long SEED = Seeds.one();

  @TempDir Path folder;
  private RedisClusterFixture redis;
  private final Map<String, WholeServer> servers = new HashMap<>();
  private final Map<String, CutWire> wires = new HashMap<>();
  private final Random random = new Random(SEED);

  @BeforeEach
  void start() throws IOException {
    redis = RedisClusterFixture.start(folder.resolve("redis"), true);
    for (String name : List.of("a", "b")) {
      int port = FreePort.at("127.0.0.1");
      Map<String, String> settings = new HashMap<>();
      settings.put("redis.cluster", redis.nodes().getFirst().address());
      settings.put("redis.password", redis.seeds().password().value());
      settings.put("redis.acknowledge", "replica");
      settings.put("network.join_token", "join-1");
      settings.put("network.advertise_host", "127.0.0.2");
      settings.put("grpc.host", "127.0.0.1");
      settings.put("grpc.port", String.valueOf(port));
      settings.put("node.name", "mirror_neuron@" + name);
      settings.put("node.labels", "rack=" + name);
      wires.put(name, CutWire.at(redis.vertx(), "127.0.0.2", port));
      servers.put(name, WholeServer.start(folder.resolve(name), settings));
    }
    eventually(
        "they have met",
        () ->
            servers.values().stream()
                .allMatch(one -> one.cluster().overview().nodes().size() == 2));
  }

  @AfterEach
  void stop() {
    servers.values().forEach(WholeServer::close);
    redis.close();
  }

  /** A job at one server whose program only the other one can run. */
  private String submit(String at, String script) {
    String manifest =
        """
        {"manifest_version":"1.0","graph_id":"crossed","entrypoints":["work"],
         "nodes":[{"node_id":"work","agent_type":"executor",
           "constraints":[{"attribute":"meta.rack","value":"%s"}],
           "config":{"runner_module":"MirrorNeuron.Runner.HostLocal",
             "command":["sh","-c","%s"]}}]}
        """
            .formatted(at.equals("a") ? "b" : "a", script);
    return servers.get(at).jobs().submit(Submission.of(manifest)).jobId();
  }

  private String detail(String at, String job) {
    try {
      return Trees.tree(servers.get(at).jobs().get(job)).toString();
    } catch (MnException e) {
      return e.error(); // Redis or the other server is away
    }
  }

  private void cutWires() {
    wires.values().forEach(wire -> wire.cutBehind(random.nextInt(CUT_WITHIN_BYTES)));
  }

  private int masterOfWhatIsNoJob() {
    return redis.nodes().indexOf(redis.master(Buckets.slot("all")));
  }

  @Test
  void eachJobEndsOnceThoughAMasterDiesAndWiresAreCut() throws IOException {
    Path starts = Files.createDirectories(folder.resolve("starts"));
    Path gate = folder.resolve("gate");
    Path doubled = folder.resolve("doubled");
    String begun =
        "exec 9>>%1$s/$MN_JOB_ID; flock -n 9 || echo $MN_JOB_ID >> %2$s; echo x >&9; "
            .formatted(starts, doubled);
    String waiting = begun + "until [ -e " + gate + " ]; do echo y; sleep 0.1; done";
    Map<String, String> accepted = new HashMap<>();
    for (int i = 0; i < BEFORE; i++) {
      servers.keySet().forEach(at -> accepted.put(submit(at, waiting), at));
    }
    eventually("they run", () -> starts.toFile().list().length == accepted.size());
    cutWires();

    int master = masterOfWhatIsNoJob();
    Tally.kill(redis.nodes().get(master).process().toHandle());
    int refused = 0;
    List<String> late = new ArrayList<>();
    while (!redis.isReplaced(master) || late.size() < 2 * AT_LEAST) {
      for (String at : servers.keySet()) {
        cutWires();
        try {
          late.add(submit(at, begun));
          accepted.put(late.getLast(), at);
        } catch (MnException e) {
          assertThat(e.code()).as(e.toString()).isEqualTo(ErrorCode.UNAVAILABLE);
          refused++;
        }
      }
    }
    Files.createFile(gate);

    accepted.forEach(
        (job, at) ->
            eventually(
                "each that was accepted ends: " + job,
                () -> detail(at, job).contains("\"status\":\"completed\"")));
    for (String job : starts.toFile().list()) { // a refused one may have been taken all the same
      assertThat(Files.readAllLines(starts.resolve(job))).as(job).hasSize(1);
    }
    assertThat(doubled).as("programs at two places at once").doesNotExist();
    assertThat(starts.toFile().list()).contains(accepted.keySet().toArray(String[]::new));
    assertThat(BucketIndexes.problems(redis, new Keys("mirror_neuron"))).isEmpty();
    int cuts = wires.values().stream().mapToInt(CutWire::cuts).sum();
    assertThat(cuts).isPositive();
    System.out.println(
        "a master killed under two servers, wires cut %d times (seed %d): %d jobs accepted, all ended once; %d refused"
            .formatted(cuts, SEED, accepted.size(), refused));
  }
}
