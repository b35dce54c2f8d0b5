package io.mirrorneuron.area.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.bus.Addresses;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.FakeJobs;
import io.mirrorneuron.testing.JobRunsFixture;
import io.mirrorneuron.testing.ProgressCheck;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages that the progress stream is made of, over a real bus. */
@Timeout(60)
class ProgressStreamIT {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-01-02T03:04:05.006Z"), ZoneOffset.UTC);

  private final Vertx vertx = Vertx.vertx();
  private final FakeJobs jobs = new FakeJobs(CLOCK);
  private String job;

  @BeforeEach
  void start(@TempDir Path folder) {
    JobRuns runs = JobRunsFixture.in(folder, CLOCK);
    vertx.deployVerticle(new JobsVerticle(jobs, null, runs, null, Secret.NONE, CLOCK)).await();
    job = jobs.submit(Submission.of("{\"graph_id\":\"g\"}")).jobId();
  }

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  private Future<ObjectNode> ask(String operation, ApiCall call) {
    return vertx
        .eventBus()
        .<Buffer>request(
            Addresses.area("jobs"),
            call.with("job_id", job).json(),
            new DeliveryOptions().addHeader(Addresses.OP, operation))
        .map(Message::body)
        .map(body -> Json.parseObject(body.toString(), "answer"));
  }

  private Future<ObjectNode> page(ApiCall call) {
    return ask("streamWorkflowProgress", call.with("interval", 1.0));
  }

  @Test
  void theFirstPageHasThePresentProgressAsItIsPolled() {
    ObjectNode page = page(new ApiCall()).await();

    assertThat(page.path("data").path(0))
        .isEqualTo(ask("getWorkflowProgress", new ApiCall()).await());
    ProgressCheck.fits(page.path("data").path(0));
    assertThat(page.path("next").asLong()).isEqualTo(4);
    assertThat(page.path("ended").asBoolean()).isFalse();
  }

  @Test
  void withoutPatienceThereIsAnEmptyPageWhenNothingIsNewer() {
    ObjectNode page = page(new ApiCall().with("after", 4)).await();

    assertThat(page)
        .isEqualTo(Json.parseObject("{\"data\":[],\"next\":4,\"ended\":false}", "page"));
    assertThat(page(new ApiCall().with("after", 3)).await().path("data")).hasSize(1);
  }

  @Test
  void withPatienceAPageWaitsForAChange() {
    Future<ObjectNode> page = page(new ApiCall().with("after", 4).withWait(Duration.ofSeconds(20)));
    Eventually.eventually("the reader waits", () -> jobs.watchers(job) == 1);
    assertThat(page.isComplete()).isFalse();
    jobs.append(job, "note");

    assertThat(page.await().path("next").asLong()).isEqualTo(5);
    assertThat(page.await().at("/data/0/seq").asLong()).isEqualTo(5);
  }

  @Test
  void itEndsWhenTheEndWasTold() {
    jobs.finish(job, "failed");

    ObjectNode last = page(new ApiCall().with("after", 4)).await();
    assertThat(last.path("ended").asBoolean()).isTrue();
    assertThat(last.at("/data/0/status").asText()).isEqualTo("failed");
    ObjectNode beyond =
        page(new ApiCall().with("after", 5).withWait(Duration.ofSeconds(20))).await();
    assertThat(beyond)
        .isEqualTo(Json.parseObject("{\"data\":[],\"next\":5,\"ended\":true}", "page"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"streamWorkflowProgress", "listJobEvents", "getJob"})
  void whoComesAfterTheEndOpensNoWatch(String operation) {
    jobs.finish(job, "failed");

    ApiCall call = new ApiCall().with("wait", "20s").with("include", "status").with("limit", 10);
    ask(operation, call.withWait(Duration.ofSeconds(20))).await();

    assertThat(jobs.calls()).doesNotContain("watch " + job);
  }
}
