package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.app.ApiUnderTest.State;
import io.mirrorneuron.redis.RedisServer;
import io.mirrorneuron.testing.AnswerCheck;
import io.mirrorneuron.testing.ContractCalls;
import io.mirrorneuron.testing.ContractCalls.Call;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.Frozen;
import io.mirrorneuron.testing.PublishedContract;
import io.mirrorneuron.testing.RedisFixture;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/** Each operation of the contract while Redis is away, and afterwards. */
final class RedisOutage {
  private static final PublishedContract CONTRACT = PublishedContract.read();
  private static final Duration SOON = Duration.ofSeconds(2);

  /** Longest answer while Redis has the connection open and says nothing. */
  private static final Duration STILL = Duration.ofSeconds(3);

  /** Operations that are tried at the moment at which Redis begins to stand still. */
  private static final Set<String> FIRST =
      Set.of("getJob", "listJobs", "submitJob", "pauseJob", "listJobEvents", "explainJob");

  /** What may have reached Redis before it stood still; a submission reads something first. */
  private static final Set<String> CHANGING = Set.of("pauseJob");

  /** What these answer does not come from Redis. */
  private static final Set<String> INDEPENDENT =
      Set.of(
          "getHealth",
          "getRuntimeStatus",
          "getResourcePorts",
          "checkServices", // that Redis is away is what it reports
          "checkServicesByPath",
          "uploadBundle",
          "listBlueprints",
          "getBlueprint",
          "updateBlueprints",
          "installBlueprint",
          "uninstallBlueprint",
          "validateBlueprint",
          "validateLaunch",
          "getLaunchProgress",
          "streamLaunchProgress",
          "validateJob",
          "planJob");

  /** In the examples these ask for a server that nobody has started, which is told as 503 too. */
  private static final Set<String> ASKING_NOBODY = Set.of("addNode", "joinNode");

  /** Which job an operation needs where it is not one that runs. */
  private static final Map<String, State> STATES =
      Map.of("resumeJob", State.PAUSED, "backupJob", State.PAUSED);

  /** What is answered where it is not 200: the job that runs has no dead letter and no steps. */
  private static final Map<String, Set<Integer>> ANSWERS =
      Map.of(
          "replayDeadLetter",
          Set.of(404),
          "forkJob",
          Set.of(200, 404, 412),
          "receiveHook",
          Set.of(202));

  private final ContractCalls calls = new ContractCalls(CONTRACT);
  private final AnswerCheck check = new AnswerCheck(CONTRACT);
  private final Path folder;

  /** A server, or a gateway and a runtime, before a Redis. */
  @FunctionalInterface
  interface SetUp {
    ApiUnderTest start(Path home, ContractCalls calls, Map<String, String> settings);
  }

  RedisOutage(Path folder) {
    this.folder = folder;
  }

  /** Redis ends and is started again. */
  void ends(SetUp setUp) {
    with(setUp, this::outlives);
  }

  /** Redis keeps its connections open, and says nothing for a while. */
  void standsStill(SetUp setUp) {
    with(setUp, this::standsStill);
  }

  private void with(SetUp setUp, BiConsumer<RedisServer, ApiUnderTest> outage) {
    try (RedisServer redis = RedisFixture.server(folder);
        ApiUnderTest api =
            setUp.start(folder.resolve("home"), calls, Map.of("redis.url", redis.uri()))) {
      outage.accept(redis, api);
    }
  }

  /** The first calls meet a connection that is still believed in, the last ones none. */
  private void standsStill(RedisServer redis, ApiUnderTest api) {
    List<Call> prepared = prepared(api);
    for (Call call : prepared) {
      if (FIRST.contains(call.operation().id())) {
        try (var _ = Frozen.process(redis.pid())) {
          HttpResponse<String> answer = isRefusedWithin(STILL, api, call);
          assertThat(answer.body().contains("may_have_happened"))
              .as("%s: %s", call, answer.body())
              .isEqualTo(CHANGING.contains(call.operation().id()));
        }
        goesOn(api, prepared);
      }
    }
    try (var _ = Frozen.process(redis.pid())) {
      Eventually.eventually(
          "the server is not ready any more",
          () ->
              prepared.stream()
                  .filter(call -> call.operation().id().equals("getReadiness"))
                  .allMatch(call -> status(api, call) == 503));
      prepared.forEach(call -> isRefusedWithin(STILL, api, call));
    }
    goesOn(api, prepared);
  }

  private List<Call> prepared(ApiUnderTest api) {
    List<Call> prepared = new ArrayList<>();
    for (var operation : CONTRACT.operations()) {
      State state = STATES.getOrDefault(operation.id(), State.RUNNING);
      for (Call call : calls.good(operation)) {
        if (!call.accept().equals("text/event-stream")) { // of a running job: it has no end
          prepared.add(api.prepared(call, state));
        }
      }
    }
    return prepared;
  }

  private void goesOn(ApiUnderTest api, List<Call> prepared) {
    Eventually.eventually(
        "Redis answers again",
        () -> prepared.stream().filter(this::lists).allMatch(call -> status(api, call) == 200));
  }

  private void outlives(RedisServer redis, ApiUnderTest api) {
    List<Call> prepared = prepared(api);

    redis.close();
    prepared.forEach(call -> isRefusedWithin(SOON, api, call));

    RedisServer again = RedisFixture.server(folder);
    try {
      goesOn(api, prepared);
      for (Call call : prepared) {
        if (ASKING_NOBODY.contains(call.operation().id())) {
          continue;
        }
        HttpResponse<String> answer = persistent(api, call);
        if (!needsFilesOnly(call)) {
          assertThat(answer.statusCode())
              .as("%s: %s", call, answer.body())
              .isIn(ANSWERS.getOrDefault(call.operation().id(), Set.of(200, 426)));
        }
        check.fits(call.operation(), answer);
      }
    } finally {
      again.close();
    }
  }

  /** Runs are files, models another server's; how they are answered is shown elsewhere. */
  private static boolean needsFilesOnly(Call call) {
    String path = call.operation().path();
    return path.startsWith("/runs")
        || path.startsWith("/human")
        || path.startsWith("/models")
        || path.equals("/realtime");
  }

  private boolean lists(Call call) {
    return call.operation().id().equals("listJobs") || call.operation().id().equals("getJob");
  }

  /** As a client that heeds Retry-After: a job takes a moment longer than the connection. */
  private static HttpResponse<String> persistent(ApiUnderTest api, Call call) {
    List<HttpResponse<String>> answers = new ArrayList<>();
    Eventually.eventually(
        "an answer other than 503",
        () -> {
          answers.add(api.send(call));
          return answers.getLast().statusCode() != 503;
        });
    return answers.getLast();
  }

  private static int status(ApiUnderTest api, Call call) {
    return api.send(call).statusCode();
  }

  private HttpResponse<String> isRefusedWithin(Duration patience, ApiUnderTest api, Call call) {
    long start = System.nanoTime();
    HttpResponse<String> answer = api.send(call);
    Duration took = Duration.ofNanos(System.nanoTime() - start);

    if (needsFilesOnly(call)) {
      assertThat(answer.statusCode()).as("%s: %s", call, answer.body()).isNotEqualTo(503);
    } else {
      int expected = INDEPENDENT.contains(call.operation().id()) ? 200 : 503;
      assertThat(answer.statusCode()).as("%s: %s", call, answer.body()).isEqualTo(expected);
      if (expected == 503) {
        assertThat(answer.headers().firstValue("retry-after")).as("%s", call).isPresent();
      }
    }
    assertThat(took).as("time of %s", call).isLessThan(patience);
    check.fits(call.operation(), answer);
    return answer;
  }
}
