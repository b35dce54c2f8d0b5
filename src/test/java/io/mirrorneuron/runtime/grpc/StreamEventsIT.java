package io.mirrorneuron.runtime.grpc;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.proto.observability.v1.ObservabilityServiceGrpcClient;
import io.mirrorneuron.proto.observability.v1.StreamEventsRequest;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Vertx;
import io.vertx.grpc.common.GrpcStatus;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StreamEventsIT {
  private static final int ALL = 1_000_000;

  private GrpcRuntime runtime;
  private Wire wire;

  @BeforeEach
  void start() {
    runtime = GrpcRuntime.start();
    wire = new Wire(runtime);
    runtime.jobs.submit(Submission.of("{}"));
  }

  @AfterEach
  void stop() {
    wire.close();
    runtime.close();
  }

  @Test
  void withoutFollowTheHistoryIsAllThereIs() {
    Wire.Stream stream = wire.stream(events());
    eventually("the stream ends", stream::hasEnded);
    assertThat(stream.events).isEqualTo(stored());
    assertThat(stream.status()).isEqualTo(GrpcStatus.OK);
  }

  @Test
  void withFollowNewsComesUntilTheJobHasEnded() {
    Wire.Stream stream = wire.stream(events().setFollow(true));
    eventually("history arrives", () -> stream.events.size() == 4);
    runtime.jobs.append("fake-1", "tick");
    eventually("news arrives", () -> stream.events.size() == 5);
    runtime.jobs.append("fake-1", "job_paused");
    runtime.jobs.append("fake-1", "job_resumed");
    runtime.jobs.finish("fake-1", "completed");
    eventually("the stream ends", stream::hasEnded);
    assertThat(stream.events).isEqualTo(stored());
    assertThat(stream.status()).isEqualTo(GrpcStatus.OK);
    assertThat(runtime.jobs.watchers("fake-1")).isZero();
  }

  @Test
  void followingAFinishedJobEndsAtOnce() {
    runtime.jobs.finish("fake-1", "failed");
    Wire.Stream stream = wire.stream(events().setFollow(true));
    eventually("the stream ends", stream::hasEnded);
    assertThat(stream.events).isEqualTo(stored());
  }

  @Test
  void nothingIsLostOrDoubledWhileEventsPourIn() throws InterruptedException {
    Thread writer =
        Thread.ofVirtual()
            .start(
                () -> {
                  for (int i = 0; i < 5000; i++) {
                    runtime.jobs.append("fake-1", "tick");
                  }
                  runtime.jobs.finish("fake-1", "completed");
                });
    Wire.Stream first = wire.stream(events().setFollow(true));
    Wire.Stream second = wire.stream(events().setFollow(true));
    writer.join();
    eventually("both streams end", () -> first.hasEnded() && second.hasEnded());
    assertThat(first.events).isEqualTo(stored());
    assertThat(second.events).isEqualTo(stored());
  }

  @Test
  void anIdleStreamBeats() throws Exception {
    Wire.Stream stream = wire.stream(events().setFollow(true).setHeartbeatIntervalMs(1));
    eventually("it beats twice", () -> stream.events.size() >= 6);
    assertThat(Json.parse(stream.events.getLast()))
        .isEqualTo(
            Json.parse(
                "{\"type\":\"stream_heartbeat\",\"job_id\":\"fake-1\","
                    + "\"timestamp\":\"2026-01-02T03:04:05.100Z\"}"));
    assertThat(stored()).hasSize(4);
    stream.cancel();
  }

  @Test
  void aLimitKeepsTheLastOnes() {
    Wire.Stream last = wire.stream(events().setLimit(2));
    eventually("the stream ends", last::hasEnded);
    assertThat(last.events).isEqualTo(stored().subList(2, 4));

    Wire.Stream following = wire.stream(events().setLimit(1).setFollow(true));
    eventually("history arrives", () -> following.events.size() == 1);
    runtime.jobs.finish("fake-1", "completed");
    eventually("the stream ends", following::hasEnded);
    assertThat(following.events).isEqualTo(stored().subList(3, 5));
  }

  @Test
  void aCursorContinuesWhereItStopped() {
    Wire.Stream stream = wire.stream(events().setAfter(1).setMax(2));
    eventually("the stream ends", stream::hasEnded);
    assertThat(stream.events).isEqualTo(stored().subList(1, 3));
  }

  @Test
  void theLatestIsEnoughForThoseWhoOnlyWantToKnow() {
    Wire.Stream stream = wire.stream(events().setFollow(true).setLimit(1).setLatestOnly(true));
    eventually("the last event arrives", () -> stream.events.size() == 1);
    for (int i = 0; i < 1000; i++) {
      runtime.jobs.append("fake-1", "tick");
    }
    runtime.jobs.finish("fake-1", "completed");
    eventually("the stream ends", stream::hasEnded);
    assertThat(stream.events.getLast()).isEqualTo(stored().getLast());
    assertThat(stream.events).doesNotHaveDuplicates().isSubsetOf(stored());
  }

  @Test
  void ofAJobThatIsNotKnownNothingIsRead() {
    StreamEventsRequest.Builder unknown = StreamEventsRequest.newBuilder().setJobId("nope");
    for (StreamEventsRequest.Builder asked :
        List.of(
            unknown.clone(),
            unknown.clone().setFollow(true),
            unknown.clone().setLimit(1),
            unknown.clone().setAfter(1).setMax(2))) {
      var answer = wire.call(ObservabilityServiceGrpcClient.StreamEvents, asked.build());
      assertThat(answer.status()).isEqualTo(GrpcStatus.NOT_FOUND);
      assertThat(answer.message()).isEqualTo("job nope was not found");
    }
  }

  @Test
  void aCancelledStreamLeavesNothingBehind() {
    Wire.Stream stream = wire.stream(events().setFollow(true).setHeartbeatIntervalMs(60_000));
    eventually("history arrives", () -> stream.events.size() == 4);
    assertThat(runtime.jobs.watchers("fake-1")).isEqualTo(1);
    stream.cancel();
    eventually("the watch is closed", () -> runtime.jobs.watchers("fake-1") == 0);
    eventually("the stream is closed", () -> runtime.server.openStreams() == 0);
  }

  @Test
  void soDoesAClientWhoseConnectionBreaks() {
    Vertx elsewhere = Vertx.vertx();
    Wire.Stream stream =
        new Wire(elsewhere, runtime.server.port()).stream(events().setFollow(true));
    eventually("history arrives", () -> stream.events.size() == 4);
    elsewhere.close().await();
    eventually("the watch is closed", () -> runtime.jobs.watchers("fake-1") == 0);
    eventually("the stream is closed", () -> runtime.server.openStreams() == 0);
  }

  @Test
  void manyCancelsDoNotCostTheConnection() {
    for (int i = 0; i < 600; i++) {
      Wire.Stream stream = wire.stream(events().setFollow(true).setLimit(1));
      eventually("history arrives", () -> stream.events.size() == 1);
      stream.cancel();
    }
    Wire.Stream last = wire.stream(events());
    eventually("the connection still works", last::hasEnded);
    assertThat(last.events).isEqualTo(stored());
    eventually("no stream stays", () -> runtime.server.openStreams() == 0);
  }

  @Test
  void aSlowClientHoldsUpOnlyItself() {
    String text = "x".repeat(10_000);
    for (int i = 0; i < 2000; i++) {
      runtime.jobs.append("fake-1", Json.object().put("type", "tick").put("text", text));
    }
    runtime.jobs.finish("fake-1", "completed");
    Wire.Stream slow = wire.pausedStream(events());
    eventually("it opens", slow::isOpen);
    try (Wire other = new Wire(runtime)) {
      Wire.Stream quick = other.stream(events().setLimit(5));
      eventually("the quick one is served", quick::hasEnded);
    }
    long read =
        runtime.jobs.calls().stream().filter(call -> call.startsWith("events fake-1")).count();
    assertThat(read).as("pages read for a client that takes nothing").isLessThan(4);
    slow.resume();
    eventually("the slow one gets everything", slow::hasEnded);
    assertThat(slow.events).isEqualTo(stored());
  }

  @Test
  void aServerThatStopsSaysSo() {
    Wire.Stream stream = wire.stream(events().setFollow(true));
    eventually("history arrives", () -> stream.events.size() == 4);
    runtime.server.close();
    eventually("the stream ends", stream::hasEnded);
    assertThat(stream.status()).isEqualTo(GrpcStatus.UNAVAILABLE);
    assertThat(runtime.jobs.watchers("fake-1")).isZero();
  }

  private static StreamEventsRequest.Builder events() {
    return StreamEventsRequest.newBuilder().setJobId("fake-1");
  }

  private List<String> stored() {
    EventPage page = runtime.jobs.events("fake-1", 0, ALL);
    return page.events();
  }
}
