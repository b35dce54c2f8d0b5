package io.mirrorneuron.port;

import static io.mirrorneuron.testing.Eventually.eventually;
import static io.mirrorneuron.testing.Trees.tree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobDetail.JobAgent;
import io.mirrorneuron.port.JobDetail.JobBrief;
import io.mirrorneuron.port.JobsPort.Backup;
import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.port.JobsPort.ForkPoint;
import io.mirrorneuron.port.JobsPort.ForkRequest;
import io.mirrorneuron.port.JobsPort.ForkedJob;
import io.mirrorneuron.port.JobsPort.HumanDecision;
import io.mirrorneuron.port.JobsPort.ReplayedLetter;
import io.mirrorneuron.port.JobsPort.RestoredJob;
import io.mirrorneuron.port.JobsPort.SentMessage;
import io.mirrorneuron.port.JobsPort.SubmittedJob;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.Timestamps;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@link JobsPort} promises, wherever the runtime is: areas, doors and the Java API are tested
 * with the double, so the double must do what the real ones do.
 */
public interface JobsPortContract {
  /** A job that stays open: a service of one agent that handles whatever it is sent. */
  String SERVICE =
      """
      {"manifest_version":"1.0","graph_id":"service","job_name":"Service","type":"service",
       "nodes":[{"node_id":"a","agent_type":"router","role":"root"}]}""";

  /** A job that completes by itself at once. */
  String CHAIN =
      """
      {"manifest_version":"1.0","graph_id":"chain","entrypoints":["a"],
       "initial_inputs":{"a":[{"n":1}]},
       "nodes":[{"node_id":"a","agent_type":"router"},
                {"node_id":"end","agent_type":"aggregator",
                 "config":{"complete_on_message":true,"complete_run":true,"terminal_sink":true}}],
       "edges":[{"from_node":"a","to_node":"end","message_type":"*"}]}""";

  /** A service whose only program fails at each message, after one restart. */
  String FAILING_SERVICE =
      """
      {"manifest_version":"1.0","graph_id":"failing","entrypoints":["work"],
       "policies":{"job_type":"service",
                   "restart":{"attempts":1,"interval_ms":60000,"delay_ms":1}},
       "initial_inputs":{"work":[{"n":1}]},
       "nodes":[{"node_id":"work","agent_type":"executor","config":{
           "runner_module":"MirrorNeuron.Runner.HostLocal","command":["false"]}}]}""";

  JobsPort jobs();

  /** What {@link JobsPort#clear} of this runtime wants to see. */
  String adminToken();

  /** Returns when the job of {@link #CHAIN} has completed. */
  void awaitCompletion(String jobId);

  /** Returns when the job of {@link #FAILING_SERVICE} has given up its first message. */
  void awaitDeadLetter(String jobId);

  // ------------------------------------------------------------------ steps

  private String submit(String manifest) {
    return jobs().submit(Submission.of(manifest)).jobId();
  }

  private String completed() {
    String job = submit(CHAIN);
    awaitCompletion(job);
    return job;
  }

  private Submission keyed(String manifest, String key, Map<String, byte[]> files) {
    return new Submission(manifest, new Payloads.Inline(files), key);
  }

  private String status(String job) {
    return jobs().get(job).facts().status();
  }

  private List<String> listed(int limit, boolean includeTerminal) {
    return jobs().list(limit, includeTerminal).data().stream()
        .map(row -> Json.read(row.json(), JobBrief.class, "row").jobId())
        .toList();
  }

  /** Changes of one millisecond have no order. */
  private static void awaitTick() {
    long tick = System.nanoTime() + 2_000_000;
    eventually("the next millisecond", () -> System.nanoTime() > tick);
  }

  private List<String> types(String job) {
    return jobs().events(job, 0, 1000).events().stream()
        .map(event -> Json.parseObject(event, "event").path("type").asText())
        .toList();
  }

  private static List<String> typesOf(JsonNode events) {
    return Json.elements(events).map(event -> event.path("type").asText()).toList();
  }

  private static MnException failure(ErrorCode code, ThrowingCallable call) {
    List<MnException> failures = new ArrayList<>();
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            MnException.class,
            failure -> {
              assertThat(failure.code()).as(failure.getMessage()).isEqualTo(code);
              failures.add(failure);
            });
    return failures.getFirst();
  }

  static MnException fails(ErrorCode code, String error, ThrowingCallable call) {
    MnException failure = failure(code, call);
    assertThat(failure.error()).as(failure.getMessage()).isEqualTo(error);
    return failure;
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  // ------------------------------------------------------------------ validate

  @Test
  default void whatIsValidatedIsNotStored() {
    List<JobPage.Row> before = jobs().list(0, true).data();

    Validation right = jobs().validate(Submission.of(CHAIN));
    Validation wrong = jobs().validate(Submission.of(CHAIN.replace("\"router\"", "\"ruter\"")));

    assertThat(right.ok()).as(right.toString()).isTrue();
    assertThat(right.status()).isEqualTo("passed");
    assertThat(wrong.ok()).isFalse();
    assertThat(wrong.errorCount()).isEqualTo(wrong.errors().size()).isPositive();
    assertThat(wrong.plan()).isNull();
    assertThat(wrong.issues().getFirst().location().pointer()).startsWith("/manifest/nodes/0");
    assertThat(jobs().list(0, true).data()).isEqualTo(before);
  }

  @Test
  default void whatIsPlannedIsNotStored() {
    List<JobPage.Row> before = jobs().list(0, true).data();

    JobPlan plan = jobs().plan(Submission.of(CHAIN));

    assertThat(plan.status()).isEqualTo("planned");
    assertThat(plan.placementCount()).isEqualTo(plan.placements().size()).isPositive();
    assertThat(plan.placementsOmitted()).isZero();
    assertThat(plan.nodes()).hasSize(1);
    assertThat(plan.placements())
        .allSatisfy(
            one -> {
              assertThat(one.node()).isEqualTo(plan.nodes().getFirst());
              assertThat(one.score()).isBetween(0.0, 1.0);
              assertThat(one.locality()).isEqualTo("job_colocated");
              assertThat(one.reasons()).isNotEmpty();
            });
    assertThat(jobs().list(0, true).data()).isEqualTo(before);
    String wrong = CHAIN.replace("\"router\"", "\"ruter\"");
    fails(ErrorCode.INVALID, "manifest_validation_failed", () -> jobs().plan(Submission.of(wrong)));
  }

  // ------------------------------------------------------------------ submit, get, list

  @Test
  default void aJobIsThereWhenItsSubmissionIsAnswered() {
    SubmittedJob submitted = jobs().submit(Submission.of(SERVICE).by("anna"));

    assertThat(submitted.status()).isEqualTo("pending");
    String job = submitted.jobId();
    JobDetail details = jobs().get(job);
    assertThat(names(tree(details)))
        .contains("job", "summary", "agents", "recent_events", "sandboxes");
    assertThat(details.job().jobId()).isEqualTo(job);
    assertThat(details.job().submittedBy()).isEqualTo("anna");
    assertThat(details.parts().manifest().path("graph_id").asText()).isEqualTo("service");
    assertThat(details.agents()).extracting(JobAgent::id).containsExactly("a");
    assertThat(status(job)).isEqualTo("running");
    JobDetail brief = jobs().brief(job);
    assertThat(brief.job().jobId()).isEqualTo(job);
    assertThat(brief.facts().status()).isEqualTo("running");
    assertThat(brief.agents()).extracting(JobAgent::id).containsExactly("a");
    assertThat(listed(0, false)).contains(job);
  }

  @Test
  default void theLatestEventsOfAJobAreShownNewestFirst() {
    String job = submit(SERVICE);

    List<String> recent = new ArrayList<>(typesOf(tree(jobs().get(job)).path("recent_events")));

    Collections.reverse(recent);
    assertThat(types(job)).endsWith(recent.toArray(String[]::new));
  }

  @Test
  default void whoSubmitsForNobodyIsNotNamed() {
    assertThat(tree(jobs().get(submit(SERVICE))).path("job").has("submitted_by")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "7"})
  default void whatIsNoManifestMakesNoJob(String text) {
    List<String> before = listed(0, true);

    failure(ErrorCode.MALFORMED, () -> submit(text));

    assertThat(listed(0, true)).isEqualTo(before);
  }

  @Test
  default void aFileOutsideTheBundleIsRefused() {
    byte[] content = {1};
    failure(
        ErrorCode.INVALID,
        () -> jobs().submit(keyed(SERVICE, null, Map.of("../outside", content))));
  }

  @Test
  default void theSameKeyAndContentIsTheSameJob() {
    Map<String, byte[]> files = Map.of("data", new byte[] {1});
    SubmittedJob first = jobs().submit(keyed(SERVICE, "same", files).by("anna"));

    SubmittedJob second = jobs().submit(keyed(SERVICE, "same", files).by("bob"));

    assertThat(first.status()).isEqualTo("pending");
    assertThat(second).as("how far it is").isEqualTo(first.at("running"));
    jobs().pause(first.jobId(), false);
    assertThat(jobs().submit(keyed(SERVICE, "same", files))).isEqualTo(first.at("paused"));
    assertThat(jobs().get(first.jobId()).job().submittedBy()).isEqualTo("anna");
    assertThat(submit(SERVICE))
        .as("without a key each call makes a job")
        .isNotEqualTo(first.jobId());
  }

  @Test
  default void aRunIdThatAJobHasIsRefused() {
    String runId = "run-of-mine-" + System.nanoTime();
    String named = SERVICE.replaceFirst("\\{", "{\"run_id\":\"%s\",".formatted(runId));
    String job = submit(named);
    jobs().pause(job, false);
    List<String> before = listed(0, true);

    fails(ErrorCode.CONFLICT, "run_id_in_use", () -> submit(named));
    Backup backup = jobs().backup(job);
    fails(ErrorCode.CONFLICT, "run_id_in_use", () -> jobs().restore(backup, null, runId, null));

    assertThat(listed(0, true)).isEqualTo(before);
  }

  @Test
  default void aKeyIsRefusedForAnotherContent() {
    jobs().submit(keyed(SERVICE, "taken", Map.of("data", new byte[] {1})));

    for (Submission other :
        List.of(
            keyed(CHAIN, "taken", Map.of("data", new byte[] {1})),
            keyed(SERVICE, "taken", Map.of("data", new byte[] {2})))) {
      fails(ErrorCode.CONFLICT, "idempotency_key_reused", () -> jobs().submit(other));
    }
  }

  @Test
  default void anUnknownJobIsNotFoundEverywhere() {
    List<ThrowingCallable> calls =
        List.of(
            () -> jobs().get("nope"),
            () -> jobs().brief("nope"),
            () -> jobs().why("nope"),
            () -> jobs().cancel("nope"),
            () -> jobs().pause("nope", false),
            () -> jobs().pause("nope", true),
            () -> jobs().resume("nope"),
            () -> jobs().events("nope", 0, 10),
            () -> jobs().lastEvents("nope", 10),
            () -> jobs().send("nope", "a", Json.object()),
            () -> jobs().replayDeadLetter("nope", 0),
            () -> jobs().backup("nope"),
            () ->
                jobs()
                    .decide(
                        "nope", new HumanDecision("run-nope", "q", "respond", Json.object(), null)),
            () -> jobs().fork("nope", ForkRequest.atBeginning()));
    for (ThrowingCallable call : calls) {
      fails(ErrorCode.NOT_FOUND, "job_not_found", call);
      assertThatThrownBy(call).hasMessage("job nope was not found");
    }
  }

  @Test
  default void jobsAreListedByTheirLatestChange() {
    String first = submit(SERVICE);
    awaitTick();
    String second = submit(SERVICE);
    awaitTick();
    String ended = completed();
    awaitTick();
    assertThat(listed(0, true)).startsWith(ended, second, first);

    jobs().pause(first, false);

    assertThat(listed(2, true)).containsExactly(first, ended);
    assertThat(listed(-1, false)).startsWith(first, second).doesNotContain(ended);
    JsonNode row = tree(jobs().list(1, true)).at("/data/0");
    assertThat(row.path("status").asText()).isEqualTo("paused");
    assertThat(row.path("graph_id").asText()).isEqualTo("service");
    assertThat(row.path("live?").asBoolean()).isTrue();
  }

  /** By pages of two, to the end. */
  private List<String> paged(JobPage.Query query) {
    List<String> found = new ArrayList<>();
    String cursor = "";
    while (cursor != null) {
      JobPage page =
          jobs()
              .list(
                  new JobPage.Query(
                      2,
                      query.includeTerminal(),
                      cursor,
                      query.status(),
                      query.name(),
                      query.createdAfter(),
                      query.idPrefix()));
      assertThat(page.data()).hasSizeLessThanOrEqualTo(2);
      page.data().forEach(row -> found.add(Json.read(row.json(), JobBrief.class, "row").jobId()));
      cursor = page.next();
    }
    return found;
  }

  private static JobPage.Query wanted(String status, String name, Instant after, String prefix) {
    return new JobPage.Query(2, true, "", status, name, after, prefix);
  }

  @Test
  default void jobsAreListedInPages() {
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      awaitTick();
      String open = submit(SERVICE);
      eventually("it runs", () -> status(open).equals("running"));
      made.addFirst(open);
    }
    awaitTick();
    String ended = completed();

    List<String> all = paged(wanted(null, null, null, null));
    assertThat(all).doesNotHaveDuplicates().contains(ended).containsSubsequence(made);
    assertThat(paged(JobPage.Query.newest(2, false)))
        .doesNotHaveDuplicates()
        .doesNotContain(ended)
        .containsSubsequence(made);
    assertThat(jobs().list(2, true).next()).as("nobody asked for pages").isNull();
    fails(
        ErrorCode.INVALID,
        "invalid_argument",
        () -> jobs().list(new JobPage.Query(2, true, "x", null, null, null, null)));
  }

  @Test
  default void jobsAreListedByWhatTheyAre() {
    String open = submit(SERVICE);
    eventually("it runs", () -> status(open).equals("running"));
    awaitTick();
    String ended = completed();

    assertThat(paged(wanted("completed", null, null, null))).contains(ended).doesNotContain(open);
    assertThat(paged(wanted("COMPLETED", "service", null, null))).isEmpty();
    assertThat(paged(wanted("running", "service", null, null))).contains(open);
    assertThat(paged(wanted("nonsense", null, null, null))).isEmpty();
    assertThat(paged(wanted(null, "no such name", null, null))).isEmpty();
    assertThat(paged(wanted(null, null, null, open))).containsExactly(open);
    assertThat(paged(wanted(null, null, null, "run-" + ended))).containsExactly(ended);
    JobPage one = jobs().list(wanted(null, null, null, ended));
    Instant submitted = Timestamps.instant(tree(one).at("/data/0/submitted_at").asText());
    assertThat(paged(wanted(null, null, submitted, null))).contains(ended);
    assertThat(paged(wanted(null, null, submitted.plusSeconds(60), null))).isEmpty();
  }

  @Test
  default void aJobSaysWhyItIsWhereItIs() {
    String job = submit(SERVICE);
    jobs().pause(job, false);

    Why why = jobs().why(job);

    assertThat(why.jobId()).isEqualTo(job);
    assertThat(why.status()).isEqualTo("paused");
    assertThat(why.summary()).isNotEmpty();
    assertThat(why.explanations()).isNotEmpty();
    for (JsonNode one : tree(why).path("explanations")) {
      assertThat(names(one)).contains("subject", "state", "cause", "text", "record");
      assertThat(names(one.path("subject"))).contains("kind", "id");
    }
  }

  // ------------------------------------------------------------------ pause, resume, cancel

  @Test
  default void commandsMayBeRepeated() {
    String job = submit(SERVICE);

    assertThat(jobs().resume(job)).isEqualTo("resumed");
    assertThat(jobs().pause(job, false)).isEqualTo("paused");
    assertThat(jobs().pause(job, false)).isEqualTo("paused");
    assertThat(jobs().pause(job, true)).isEqualTo("paused");
    assertThat(status(job)).isEqualTo("paused");
    assertThat(jobs().resume(job)).isEqualTo("resumed");
    assertThat(jobs().resume(job)).isEqualTo("resumed");
    assertThat(status(job)).isEqualTo("running");
    assertThat(jobs().cancel(job)).isEqualTo("cancelled");
    assertThat(jobs().cancel(job)).isEqualTo("cancelled");
    assertThat(status(job)).isEqualTo("cancelled");

    assertThat(types(job))
        .containsOnlyOnce("job_paused", "job_resumed", "job_cancelled")
        .endsWith("job_cancelled");
  }

  @Test
  default void aPausedJobIsCancelled() {
    String job = submit(SERVICE);
    assertThat(jobs().pause(job, true)).isEqualTo("paused");

    assertThat(jobs().cancel(job)).isEqualTo("cancelled");
    assertThat(jobs().events(job, 0, 1000).ended()).isTrue();
  }

  @Test
  default void aJobThatHasEndedStaysAsItIs() {
    String job = completed();
    List<String> before = types(job);

    assertThat(jobs().cancel(job)).isEqualTo("completed");
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> jobs().pause(job, false),
            () -> jobs().pause(job, true),
            () -> jobs().resume(job))) {
      assertThat(failure(ErrorCode.PRECONDITION, call)).hasMessageContaining("terminal state");
    }

    assertThat(types(job)).isEqualTo(before);
    assertThat(status(job)).isEqualTo("completed");
    assertThat(jobs().get(job).parts().result().isMissingNode()).isFalse();
  }

  // ------------------------------------------------------------------ events

  @Test
  default void eventsAreReadFromAnyCursor() {
    String job = completed();
    EventPage all = jobs().events(job, 0, 1000);
    int count = all.events().size();
    assertThat(all.ended()).isTrue();
    assertThat(all.next()).isEqualTo(count);
    for (int i = 0; i < count; i++) {
      ObjectNode event = Json.parseObject(all.events().get(i), "event");
      assertThat(event.path("seq").asInt()).isEqualTo(i + 1);
      assertThat(event.path("job_id").asText()).isEqualTo(job);
      assertThat(names(event)).contains("type", "timestamp");
    }

    for (int after = 0; after < count; after++) {
      EventPage page = jobs().events(job, after, 2);
      int to = Math.min(after + 2, count);
      assertThat(page.events()).isEqualTo(all.events().subList(after, to));
      assertThat(page.next()).isEqualTo(to);
      if (page.ended()) {
        assertThat(to).as("the end is told where it is").isEqualTo(count);
      }
    }
    EventPage behind = jobs().events(job, count, 2);
    assertThat(behind.events()).isEmpty();
    assertThat(behind.next()).isEqualTo(count);
    assertThat(behind.ended()).isTrue();
    assertThat(jobs().events(job, count + 500L, 2).events()).isEmpty();
  }

  @Test
  default void aFullPageNeverTellsTheEnd() {
    String job = completed();
    int count = jobs().events(job, 0, 1000).events().size();

    EventPage full = jobs().events(job, 0, count);

    assertThat(full.events()).hasSize(count);
    assertThat(full.ended()).isFalse();
  }

  @Test
  default void theLastEventsAreReadOldestFirst() {
    String job = completed();
    List<String> all = jobs().events(job, 0, 1000).events();

    EventPage last = jobs().lastEvents(job, 3);

    assertThat(last.events()).isEqualTo(all.subList(all.size() - 3, all.size()));
    assertThat(last.next()).isEqualTo(all.size());
    assertThat(last.ended()).isTrue();
    assertThat(jobs().lastEvents(job, 1000).events()).isEqualTo(all);
  }

  @Test
  default void anOpenJobHasNoEndToItsEvents() {
    String job = submit(SERVICE);

    EventPage page = jobs().events(job, 0, 1000);

    assertThat(page.ended()).isFalse();
    assertThat(jobs().lastEvents(job, 1).ended()).isFalse();
    EventPage behind = jobs().events(job, page.next(), 1000);
    assertThat(behind).isEqualTo(new EventPage(List.of(), page.next(), false));
  }

  @Test
  default void aWatchHearsOfChangesUntilItIsClosed() {
    String job = submit(SERVICE);
    AtomicInteger heard = new AtomicInteger();
    AtomicInteger other = new AtomicInteger();
    JobsPort.Subscription watch = jobs().watch(job, heard::incrementAndGet);
    try (JobsPort.Subscription _ = jobs().watch(job, other::incrementAndGet)) {
      jobs().pause(job, false);
      eventually("both hear of the change", () -> heard.get() > 0 && other.get() > 0);

      watch.close();
      watch.close();
      int before = heard.get();
      int otherBefore = other.get();
      jobs().resume(job);

      eventually("the other still hears", () -> other.get() > otherBefore);
      assertThat(heard).hasValue(before);
    }
  }

  @Test
  default void aListenerThatListensTwiceLeavesOnce() {
    String job = submit(SERVICE);
    AtomicInteger heard = new AtomicInteger();
    Runnable listener = heard::incrementAndGet;
    JobsPort.Subscription first = jobs().watch(job, listener);
    try (JobsPort.Subscription _ = jobs().watch(job, listener)) {
      first.close();
      first.close();
      int before = heard.get();

      jobs().pause(job, false);

      eventually("its other watch is still open", () -> heard.get() > before);
    }
  }

  @Test
  default void watchingAnUnknownJobIsNoFailure() {
    jobs().watch("nope", () -> {}).close();
  }

  // ------------------------------------------------------------------ messages

  @Test
  default void aMessageIsAccepted() {
    String job = submit(SERVICE);

    SentMessage answer = jobs().send(job, "a", Json.object().put("type", "go").put("n", 1));

    assertThat(names(tree(answer))).containsExactly("accepted", "job_id", "agent_id", "message_id");
    assertThat(answer).isEqualTo(new SentMessage(true, job, "a", answer.messageId()));
    assertThat(answer.messageId()).isNotEmpty();
  }

  @Test
  default void theSameMessageIsTakenOnce() {
    String job = submit(SERVICE);
    jobs().pause(job, false);
    ObjectNode message = Json.object().put("message_id", "mine").put("n", 1);
    SentMessage answer = jobs().send(job, "a", message);

    assertThat(answer.messageId()).isEqualTo("mine");
    assertThat(jobs().send(job, "a", message)).isEqualTo(answer);
    fails(
        ErrorCode.CONFLICT,
        "message_id_reused",
        () -> jobs().send(job, "a", message.deepCopy().put("n", 2)));
  }

  @Test
  default void aMessageThatNobodyCanGetIsRefused() {
    String job = submit(SERVICE);
    failure(ErrorCode.NOT_FOUND, () -> jobs().send(job, "nobody", Json.object()));
    failure(ErrorCode.INVALID, () -> jobs().send(job, "a", Json.object().put("message_id", " ")));
    failure(ErrorCode.INVALID, () -> jobs().send(job, "a", Json.object().put("message_id", 7)));
    jobs().cancel(job);
    failure(ErrorCode.PRECONDITION, () -> jobs().send(job, "a", Json.object()));
  }

  @Test
  default void aDeadLetterIsDeliveredAgain() {
    String job = submit(FAILING_SERVICE);
    awaitDeadLetter(job);

    ReplayedLetter answer = jobs().replayDeadLetter(job, 0);

    assertThat(answer).isEqualTo(new ReplayedLetter(true, job, "work", 0));
    for (int index : new int[] {-1, 1000}) {
      MnException unknown = failure(ErrorCode.NOT_FOUND, () -> jobs().replayDeadLetter(job, index));
      assertThat(unknown.error()).isEqualTo("dead_letter_not_found");
      assertThat(unknown).hasMessage("dead letter " + index + " was not found");
    }
    jobs().cancel(job);
    failure(ErrorCode.PRECONDITION, () -> jobs().replayDeadLetter(job, 0));
  }

  // ------------------------------------------------------------------ copies

  @Test
  default void onlyAPausedJobIsCopied() {
    String job = submit(SERVICE);
    assertThat(failure(ErrorCode.PRECONDITION, () -> jobs().backup(job)))
        .hasMessageContaining("must be paused");

    jobs().pause(job, false);

    assertThat(jobs().backup(job).files()).containsOnlyKeys(Backup.MANIFEST);
    jobs().cancel(job);
    failure(ErrorCode.PRECONDITION, () -> jobs().backup(job));
  }

  @Test
  default void aCopyHoldsTheBundleAndTheEventsOfItsJob() {
    byte[] data = {0, 1, -1};
    String job = jobs().submit(keyed(SERVICE, null, Map.of("in/data", data))).jobId();
    jobs().pause(job, false);

    Backup backup = jobs().backup(job);

    assertThat(backup.files()).containsOnlyKeys(Backup.MANIFEST, Backup.PAYLOADS + "in/data");
    assertThat(backup.files().get(Backup.PAYLOADS + "in/data")).isEqualTo(data);
    assertThat(new String(backup.files().get(Backup.MANIFEST), StandardCharsets.UTF_8))
        .isEqualTo(SERVICE);
    ObjectNode json = Json.parseObject(backup.json(), "backup");
    assertThat(json.path("schema_version").asText()).isEqualTo(Backup.SCHEMA);
    assertThat(json.at("/source/job_id").asText()).isEqualTo(job);
    assertThat(json.at("/runtime/job/status").asText()).isEqualTo("paused");
    assertThat(typesOf(json.at("/runtime/events"))).isEqualTo(types(job));
  }

  @Test
  default void aRestoredJobIsPausedAndGoesOnUnderIdsOfItsOwn() {
    String job = submit(SERVICE);
    jobs().pause(job, false);
    Backup backup = jobs().backup(job);

    RestoredJob answer = jobs().restore(backup, "blue", "run-of-mine-" + job, "bob");

    String made = answer.jobId();
    assertThat(made).isNotEqualTo(job);
    assertThat(answer.runId()).isEqualTo("run-of-mine-" + job);
    assertThat(answer.blueprintId()).isEqualTo("blue");
    assertThat(answer.status()).isEqualTo("paused");
    assertThat(answer.sourceJobId()).isEqualTo(job);
    assertThat(answer.sourceRunId()).isNotEmpty();
    assertThat(answer.restoreProvenance().path("source").isObject()).isTrue();
    assertThat(answer.recovery().jobId()).isEqualTo(made);
    assertThat(answer.recovery().action()).isEqualTo("paused_for_review");
    assertThat(answer.recovery().reason()).isNotEmpty();
    assertThat(status(made)).isEqualTo("paused");
    assertThat(jobs().get(made).job().submittedBy()).isEqualTo("bob");
    assertThat(jobs().resume(made)).isEqualTo("resumed");
    assertThat(status(job)).as("its source stays as it is").isEqualTo("paused");
  }

  @Test
  default void whatARestoreDoesNotNameIsThatOfTheCopyOrNew() {
    String job = submit(SERVICE);
    jobs().pause(job, false);

    RestoredJob answer = jobs().restore(jobs().backup(job), null, null);

    assertThat(answer.runId()).isNotEmpty().isNotEqualTo(answer.sourceRunId());
    assertThat(answer.blueprintId()).isEqualTo("service");
  }

  @Test
  default void whatIsNoCopyIsRefused() {
    String job = submit(SERVICE);
    jobs().pause(job, false);
    Backup backup = jobs().backup(job);
    for (String json : List.of("", "{", "[]", "{}", "{\"schema_version\":\"mn.backup.v2\"}")) {
      failure(
          ErrorCode.INVALID, () -> jobs().restore(new Backup(json, backup.files()), null, null));
    }
    failure(
        ErrorCode.INVALID, () -> jobs().restore(new Backup(backup.json(), Map.of()), null, null));
  }

  // ------------------------------------------------------------------ forks

  @Test
  default void aForkIsANewJobAndBothRememberTheOther() {
    String job = submit(SERVICE);

    ForkedJob answer = jobs().fork(job, ForkRequest.atBeginning().by("bob"));

    String made = answer.jobId();
    assertThat(made).isNotEqualTo(job);
    assertThat(answer.id()).isEqualTo(made);
    assertThat(answer.status()).isEqualTo("pending");
    assertThat(answer.forkedFrom()).isEqualTo(new ForkPoint(job, ForkPoint.Place.atEvent(0)));
    ObjectNode details = tree(jobs().get(made));
    assertThat(details.at("/job/forked_from/job_id").asText()).isEqualTo(job);
    assertThat(details.at("/job/submitted_by").asText()).isEqualTo("bob");
    eventually(
        "the other remembers it",
        () -> tree(jobs().get(job)).at("/job/forks").path(0).asText().equals(made));
    assertThat(status(job)).isEqualTo("running");
  }

  @Test
  default void theSameKeyAndContentIsTheSameFork() {
    String job = completed();
    ForkRequest request = ForkRequest.atBeginning().with("fork-key");
    ForkedJob first = jobs().fork(job, request);

    jobs().cancel(first.jobId());
    eventually(
        "the fork has ended",
        () -> List.of("completed", "cancelled").contains(status(first.jobId())));
    assertThat(jobs().fork(job, request))
        .as("how far it is")
        .isEqualTo(
            new ForkedJob(first.id(), first.jobId(), status(first.jobId()), first.forkedFrom()));
    fails(
        ErrorCode.CONFLICT,
        "idempotency_key_reused",
        () -> jobs().fork(job, request.with(Map.of("a", Json.object().put("n", 2)))));
  }

  @Test
  default void aForkThatCannotBeMakesNothing() {
    String job = completed();
    List<String> before = listed(0, true);

    failure(ErrorCode.NOT_FOUND, () -> jobs().fork(job, ForkRequest.atStep("nobody")));
    failure(ErrorCode.INVALID, () -> jobs().fork(job, ForkRequest.atEvent(-1)));
    failure(ErrorCode.PRECONDITION, () -> jobs().fork(job, ForkRequest.atEvent(100_000)));
    assertThat(failure(ErrorCode.PRECONDITION, () -> jobs().fork(job, ForkRequest.atEvent(1))))
        .hasMessageContaining("can only be forked at its beginning");

    assertThat(listed(0, true)).isEqualTo(before);
  }

  // ------------------------------------------------------------------ clear

  @Test
  default void jobsThatHaveEndedAreCleared() {
    String open = submit(SERVICE);
    List<String> ended = IntStream.range(0, 3).mapToObj(i -> completed()).toList();
    for (String wrong : new String[] {"wrong", "", null}) {
      MnException refused = failure(ErrorCode.FORBIDDEN, () -> jobs().clear(wrong));
      assertThat(refused.error()).isEqualTo("admin_token_required");
      assertThat(refused).hasMessageContaining("MN_GRPC_ADMIN_TOKEN");
    }
    assertThat(listed(0, true)).containsAll(ended);

    assertThat(jobs().clear(adminToken())).isGreaterThanOrEqualTo(3);

    assertThat(listed(0, true)).contains(open).doesNotContainAnyElementsOf(ended);
    fails(ErrorCode.NOT_FOUND, "job_not_found", () -> jobs().get(ended.getFirst()));
    assertThat(jobs().clear(adminToken())).isZero();
  }

  @Test
  default void onlyTheJobsThatAreNamedAreCleared() {
    String open = submit(SERVICE);
    List<String> ended = IntStream.range(0, 3).mapToObj(i -> completed()).toList();
    String first = ended.getFirst();

    failure(ErrorCode.PRECONDITION, () -> jobs().clear(adminToken(), List.of(first, open)));
    fails(ErrorCode.NOT_FOUND, "job_not_found", () -> clear(first, "job-gone"));
    assertThat(listed(0, true)).containsAll(ended);

    assertThat(clear(first, first)).isEqualTo(1);
    assertThat(listed(0, true)).contains(open, ended.get(1), ended.get(2)).doesNotContain(first);
  }

  private int clear(String... ids) {
    return jobs().clear(adminToken(), List.of(ids));
  }
}
