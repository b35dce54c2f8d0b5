package io.mirrorneuron.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.e2e.Submissions.Accepted;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.Seeds;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills server and Redis again and again while jobs of all kinds run, and counts what is lost, what
 * counts twice and what is left over. {@code -Dkills=200} runs longer than the build does; {@code
 * -Dseeds.first} repeats the choices of a run (not its timing).
 */
@Whole
@Proof.Kills
class KillsE2E {
  private static final int KILLS = Integer.getInteger("kills", 3);
  private static final int KILLS_OF_A_ROUND = 20;
  private static final long SEED = Seeds.one();
  private static final Map<String, String> SETTINGS =
      Map.of("MN_REDIS_FSYNC", "always", "MN_EXECUTOR_MAX_CONCURRENCY", "8");

  @TempDir Path folder;
  private final Random random = new Random(SEED);
  private final Verdict verdict = new Verdict();
  private int jobs;

  @Test
  void nothingIsLostDoubledOrLeftOver() {
    System.out.println("-Dkills=" + KILLS);
    Deaths deaths;
    try (PackagedServer server = PackagedServer.start(folder.resolve("home"), SETTINGS)) {
      Submissions clients = new Submissions(server);
      deaths = new Deaths(server, random);
      List<Accepted> accepted = new ArrayList<>();
      for (int kill = 1; kill <= KILLS; kill++) {
        submitSome(clients);
        if (kill == 1) {
          submitSlow(server, accepted);
          deaths.ofServer();
        } else {
          deaths.next();
        }
        if (kill % KILLS_OF_A_ROUND == 0 || kill == KILLS) {
          accepted.addAll(clients.drain());
          judge(server, accepted, deaths);
          accepted.clear();
          System.out.println(report(deaths));
        }
      }
      assertThat(server.terminate()).isZero();
      verdict.requireNothingLeft(server);
    }
    verdict.requireNothingFound();
    assertThat(deaths.metOpenJobs).as("starts that met open jobs").isPositive();
  }

  private void submitSome(Submissions clients) {
    List<JobKind> kinds = JobKind.all();
    for (int i = random.nextInt(2, 9); i > 0; i--) {
      JobKind kind = kinds.get(random.nextInt(kinds.size()));
      String graph = "%s-%05d".formatted(kind.name(), ++jobs);
      clients.submit(kind, graph, kind.manifest().of(graph, random));
    }
  }

  /** Gives the server a job that runs, and will not have ended, when it dies. */
  private void submitSlow(PackagedServer server, List<Accepted> accepted) {
    Submissions client = new Submissions(server);
    JobKind kind = JobKind.slow();
    String graph = "%s-%05d".formatted(kind.name(), ++jobs);
    client.submit(kind, graph, kind.manifest().of(graph, random));
    Accepted job = client.drain().getFirst();
    Eventually.eventually(
        job.jobId() + " runs", () -> server.status(job.jobId()).equals("running"));
    accepted.add(job);
  }

  private void judge(PackagedServer server, List<Accepted> accepted, Deaths deaths) {
    Map<Accepted, List<JsonNode>> events = new LinkedHashMap<>();
    accepted.forEach(job -> events.put(job, verdict.judge(server, job)));
    verdict.requireOneJobEach(server, accepted);
    verdict.requireNothingLeft(server);
    deaths.account(events);
  }

  private String report(Deaths deaths) {
    ObjectNode report = Json.object();
    ObjectNode kills = report.putObject("kills");
    deaths.count.forEach(
        (of, count) -> kills.put(of.name().toLowerCase(java.util.Locale.ROOT), count));
    report.put("jobs", jobs).put("lost", verdict.lost.size());
    report.put("duplicated", verdict.duplicated.size()).put("orphans", verdict.orphans.size());
    List<Long> moving = deaths.movingAfterMillis.stream().sorted().toList();
    if (!moving.isEmpty()) {
      report
          .putObject("start_to_all_open_jobs_moving_ms")
          .put("p50", moving.get(moving.size() / 2))
          .put("max", moving.getLast())
          .put("starts", moving.size())
          .put("starts_cut_short_by_the_next_kill", deaths.cutShort);
    }
    return Json.write(report);
  }
}
