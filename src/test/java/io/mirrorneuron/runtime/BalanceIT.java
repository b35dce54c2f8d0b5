package io.mirrorneuron.runtime;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.Submission;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RuntimeFixture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten nodes that share the programs of jobs, all of which are given to one of them: more at a time
 * than all have room for. {@code -Dbalance.jobs=1000} takes a minute.
 */
@Timeout(180)
@Proof.Limits
class BalanceIT {
  private static final int NODES = 10;
  private static final int JOBS = Integer.getInteger("balance.jobs", 400);
  private static final int CLIENTS = 100;
  private static final Pattern NODE = Pattern.compile("\"node_name\":\"mirror_neuron@(n\\d)\"");

  private static final String SPREAD =
      """
      {"manifest_version":"1.0","graph_id":"spread","entrypoints":["work"],
       "policies":{"scheduler":{"strategy":"spread"}},
       "nodes":[{"node_id":"work","agent_type":"executor",
         "config":{"runner_module":"MirrorNeuron.Runner.HostLocal","command":["sleep","1"]}}]}
      """;

  @TempDir Path folder;

  @Test
  void eachRunsAsMany() {
    List<AutoCloseable> open = new ArrayList<>();
    List<RuntimeFixture> nodes = new ArrayList<>();
    try {
      for (int i = 0; i < NODES; i++) {
        Path home = folder.resolve("n" + i);
        Map<String, String> settings = Map.of("MN_NODE_NAME", "mirror_neuron@n" + i);
        RuntimeFixture node =
            i == 0
                ? new RuntimeFixture(home, RuntimeFixture.config(home, settings))
                : RuntimeFixture.beside(nodes.getFirst(), home, settings);
        nodes.add(node);
        open.addFirst(node);
        open.addFirst(GrpcRuntime.before(node));
      }
      eventually("all have met", () -> nodes.getFirst().runtime().hasNeighbours());
      Map<String, Integer> programs = run(nodes.getFirst());
      System.out.println("programs of each node: " + programs);
      assertThat(programs).hasSize(NODES);
      assertThat(programs.values())
          .allSatisfy(
              each -> assertThat(each).isBetween(JOBS * 8 / 10 / NODES, JOBS * 12 / 10 / NODES));
    } finally {
      open.forEach(BalanceIT::close);
    }
  }

  private static void close(AutoCloseable one) {
    try {
      one.close();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** How many programs ran on each node. */
  private static Map<String, Integer> run(RuntimeFixture endpoint) {
    AtomicInteger next = new AtomicInteger();
    Map<String, Integer> programs = new ConcurrentSkipListMap<>();
    List<Thread> clients =
        IntStream.range(0, CLIENTS)
            .mapToObj(
                client ->
                    Thread.startVirtualThread(
                        () -> {
                          while (next.getAndIncrement() < JOBS) {
                            String job = endpoint.jobs().submit(Submission.of(SPREAD)).jobId();
                            Matcher node = NODE.matcher(endpoint.awaitEnd(job).toString());
                            assertThat(node.find()).as(job).isTrue();
                            programs.merge(node.group(1), 1, Integer::sum);
                          }
                        }))
            .toList();
    clients.forEach(BalanceIT::join);
    return programs;
  }

  private static void join(Thread client) {
    try {
      client.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
