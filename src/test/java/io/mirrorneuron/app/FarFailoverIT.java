package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.RedisSettings.Sentinels;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RedisTrio;
import io.mirrorneuron.testing.Tally;
import io.mirrorneuron.testing.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two servers, each of which runs the programs of the other one's jobs, while the master of their
 * Redis is killed: what was acknowledged is there afterwards, and happens once.
 */
@Timeout(240)
@Proof.Cluster
class FarFailoverIT {
  private static final int BEFORE = 3;
  private static final int AT_LEAST = 5;

  @TempDir Path folder;
  private RedisTrio redis;
  private final Map<String, WholeServer> servers = new HashMap<>();

  @BeforeEach
  void start() throws IOException {
    redis = RedisTrio.start(folder.resolve("redis"));
    for (String name : List.of("a", "b")) {
      Sentinels sentinels = redis.sentinels();
      Map<String, String> settings = new HashMap<>();
      settings.put("redis.sentinels", String.join(",", sentinels.addresses()));
      settings.put("redis.master_name", sentinels.master());
      settings.put("redis.password", sentinels.password().value());
      settings.put("redis.sentinel_password", sentinels.ownPassword().value());
      settings.put("redis.acknowledge", "replica");
      settings.put("network.join_token", "join-1");
      settings.put("node.name", "mirror_neuron@" + name);
      settings.put("node.labels", "rack=" + name);
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
            .formatted(other(at), script);
    return servers.get(at).jobs().submit(Submission.of(manifest)).jobId();
  }

  private static String other(String name) {
    return name.equals("a") ? "b" : "a";
  }

  private String detail(String at, String job) {
    try {
      return Trees.tree(servers.get(at).jobs().get(job)).toString();
    } catch (MnException e) {
      return e.error(); // Redis is away
    }
  }

  @Test
  void programsOfEachOthersJobsOutliveTheMaster() throws IOException {
    Path starts = Files.createDirectories(folder.resolve("starts"));
    Path gate = folder.resolve("gate");
    String begun = "echo x >> " + starts + "/$MN_JOB_ID; ";
    String waiting = begun + "until [ -e " + gate + " ]; do sleep 0.05; done; echo '{}'";
    Map<String, String> accepted = new HashMap<>();
    for (int i = 0; i < BEFORE; i++) {
      for (String at : servers.keySet()) {
        accepted.put(submit(at, waiting), at);
      }
    }
    eventually("they run", () -> starts.toFile().list().length == accepted.size());

    Tally.kill(redis.first().redis().toHandle());
    int refused = 0;
    List<String> late = new ArrayList<>();
    while (!redis.isReplaced() || late.size() < 2 * AT_LEAST) {
      for (String at : servers.keySet()) {
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
    for (Map.Entry<String, String> one : accepted.entrySet()) {
      assertThat(Files.readAllLines(starts.resolve(one.getKey()))).as(one.getKey()).hasSize(1);
      assertThat(detail(one.getValue(), one.getKey()))
          .contains("\"node_name\":\"mirror_neuron@" + other(one.getValue()));
    }
    for (String job : starts.toFile().list()) { // a refused one may have been taken all the same
      assertThat(Files.readAllLines(starts.resolve(job))).as(job).hasSize(1);
    }
    System.out.println(
        "master killed under two servers: %d jobs accepted, all ended once; %d refused"
            .formatted(accepted.size(), refused));
  }
}
