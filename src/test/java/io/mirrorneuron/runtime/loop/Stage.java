package io.mirrorneuron.runtime.loop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort.HumanDecision;
import io.mirrorneuron.port.JobsPort.SubmittedJob;
import io.mirrorneuron.port.Why;
import io.mirrorneuron.runtime.decide.Input;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.placement.LocalScheduler;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Completion;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Event;
import io.mirrorneuron.runtime.port.Executions.Lease;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import io.mirrorneuron.runtime.port.Executions.Sandbox;
import io.mirrorneuron.runtime.port.Executions.Signal;
import io.mirrorneuron.runtime.port.Executions.Structured;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.state.StateReader;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.Commit;
import io.mirrorneuron.testing.InMemoryJobStore;
import io.mirrorneuron.testing.InMemoryNodeRegistry;
import io.mirrorneuron.testing.Trees;
import io.mirrorneuron.wire.Json;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One job on the real engine, on the calling thread: programs end when a test ends them, time
 * passes when a test says so, the server dies when a test kills it. Quotes in JSON may be single.
 */
public final class Stage {
  static final String OWNER = "mirror_neuron@stage";

  public static final String JOB = "job-1";

  private record Alarm(long at, long order, int life, Runnable task) {}

  final InMemoryJobStore disk;

  /** What becomes of the next commit that the engine sends. */
  public enum Loss {
    NONE,
    /** It never arrives. */
    REQUEST,
    /** It is written, but the engine does not hear of it. */
    ANSWER,
    /** It is acknowledged by a store that is replaced by one that has not got it. */
    FORGOTTEN,
    /** It is refused, because the disk of the store is full. */
    FULL,
    /** It is written, and the engine hears of it when {@link Stage#answerCommit} is called. */
    LATE
  }

  public Loss nextCommit = Loss.NONE;

  /** The same of the next job that is made. */
  Loss nextCreation = Loss.NONE;

  /** How many further commits the store refuses for what they are. */
  int refused;

  private CompletableFuture<Void> lateAnswer;

  /** Characters of fields, blobs, events and rows that were written so far. */
  long written;

  /** How a stored manifest is understood; a test may make this a stricter build. */
  public Function<String, Workflow> manifests = new Manifests(DefaultRunner.HOST_LOCAL)::parse;

  public boolean reviewInFlight;

  int inlineLimit = 64 * 1024;

  /** Whom the tokens of those name who submit, pause, resume, cancel and fork; or null. */
  public String subject;

  public final ManualExecutions programs = new ManualExecutions();
  private final Deque<Runnable> eventLoop = new ArrayDeque<>();
  private final Executor executor = eventLoop::addLast;
  private final PriorityQueue<Alarm> alarms =
      new PriorityQueue<>(Comparator.comparingLong(Alarm::at).thenComparingLong(Alarm::order));
  private String looked = JOB;
  private int jobs = 1;
  private long now = 1_000_000;
  private long order;
  private int life;
  private Engine engine;

  public Stage() {
    this(Integer.MAX_VALUE);
  }

  /**
   * @param eventsKept of the job, the newest
   */
  public Stage(int eventsKept) {
    disk = new InMemoryJobStore(eventsKept);
    boot();
  }

  /** A stage with the job running. */
  public static Stage of(String manifest) {
    Stage stage = new Stage();
    stage.submit(manifest);
    return stage;
  }

  public static JsonNode json(String text) {
    return parse(text.replace('\'', '"'));
  }

  private static JsonNode parse(String text) {
    try {
      return Json.parse(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private void boot() {
    int born = ++life;
    engine =
        new Engine(
            new Engine.Identity(OWNER, OWNER, reviewInFlight, inlineLimit),
            new Engine.Ports(
                network(),
                new InMemoryNodeRegistry(),
                new LocalScheduler(OWNER),
                programs,
                new Timers() {
                  @Override
                  public long now() {
                    return now;
                  }

                  @Override
                  public void at(long at, Runnable task) {
                    alarms.add(new Alarm(at, order++, born, task));
                  }
                },
                jobId -> executor),
            text -> manifests.apply(text),
            fingerprint -> null,
            (jobId, isPressing) -> {});
  }

  /** The disk behind a connection that may break at a commit. */
  private JobStore network() {
    return (JobStore)
        Proxy.newProxyInstance(
            JobStore.class.getClassLoader(),
            new Class<?>[] {JobStore.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("commit") && refused > 0) {
                refused--;
                return CompletableFuture.failedFuture(new IllegalStateException("WRONGTYPE"));
              }
              Loss loss =
                  switch (method.getName()) {
                    case "commit" -> nextCommit;
                    case "create" -> nextCreation;
                    default -> Loss.NONE;
                  };
              if (arguments != null && arguments[arguments.length - 1] instanceof Commit commit) {
                count(commit);
              }
              boolean written = loss == Loss.NONE || loss == Loss.ANSWER || loss == Loss.LATE;
              Object answer = written ? method.invoke(disk, arguments) : null;
              if (loss == Loss.NONE) {
                return answer;
              }
              nextCommit = Loss.NONE;
              nextCreation = Loss.NONE;
              if (loss == Loss.FORGOTTEN) {
                return CompletableFuture.completedStage(null);
              }
              if (loss == Loss.LATE) {
                lateAnswer = new CompletableFuture<>();
                return lateAnswer;
              }
              return CompletableFuture.failedFuture(
                  loss == Loss.FULL
                      ? new MnException(ErrorCode.STORAGE_FULL, "storage_full", "the disk is full")
                      : MnException.unavailable("away", null));
            });
  }

  private void count(Commit commit) {
    for (Map<String, String> texts : List.of(commit.set(), commit.blobs())) {
      texts.forEach((name, text) -> written += name.length() + text.length());
    }
    commit.events().forEach(event -> written += event.length());
    written += commit.row().length();
  }

  // ---- what a test does

  /** Those of the job are to run copies, besides the stage itself. */
  Stage spread(String... nodes) {
    List<String> all = new ArrayList<>(List.of(nodes));
    all.add(OWNER);
    return spread(new Input.Spread(all, Map.of(), Set.of()));
  }

  Stage spread(Input.Spread order) {
    engine.moves().spread(written -> order);
    return settle();
  }

  public Stage submit(String manifest) {
    return submitText(Json.write(json(manifest)));
  }

  public Stage submitText(String text) {
    submitted(JOB, text);
    return settle();
  }

  private CompletionStage<SubmittedJob> submitted(String job, String text) {
    return engine
        .creation()
        .submit(
            new JobStore.NewJob(job, OWNER, text, null, null, null),
            manifests.apply(text),
            null,
            subject,
            null,
            manifests.apply(text).isSystem() ? List.of(OWNER) : List.of());
  }

  /** Submits another one; answers what it is told. */
  CompletionStage<SubmittedJob> another(String job, String manifest) {
    CompletionStage<SubmittedJob> reported = submitted(job, manifest);
    settle();
    return reported;
  }

  /** Lets everything happen that needs no time. */
  Stage settle() {
    while (!eventLoop.isEmpty()) {
      eventLoop.removeFirst().run();
    }
    return this;
  }

  /** The store is another server now. */
  Stage replaceStore() {
    executor.execute(() -> engine.reload(executor));
    settle();
    return this;
  }

  public Stage advance(long millis) {
    now += millis;
    while (!alarms.isEmpty() && alarms.peek().at() <= now) {
      Alarm due = alarms.poll();
      if (due.life() == life) {
        due.task().run();
      }
      settle();
    }
    return this;
  }

  /** The engine hears of the commit that was {@link Loss#LATE}. */
  Stage answerCommit() {
    lateAnswer.complete(null);
    return settle();
  }

  /** The server and its programs die; a new one takes over. */
  public Stage crash() {
    eventLoop.clear();
    programs.die();
    boot();
    engine.recover();
    return settle();
  }

  public CompletionStage<JobStatus> ask(Function<Engine, CompletionStage<JobStatus>> command) {
    CompletionStage<JobStatus> answer = command.apply(engine);
    settle();
    return answer;
  }

  /**
   * Somebody does something about a question of the job looked at.
   *
   * @param action {@code respond}, {@code claim} or {@code release}
   * @param subject whom the token names, or null
   * @return the record of it
   */
  public CompletionStage<ObjectNode> decide(
      String action, String requestId, String body, String subject) {
    String runId = stored().fields().get("h").replaceAll(".*\"run_id\":\"([^\"]*)\".*", "$1");
    CompletionStage<ObjectNode> answer =
        engine
            .commands()
            .decide(
                looked,
                new HumanDecision(runId, requestId, action, (ObjectNode) json(body), subject));
    settle();
    return answer;
  }

  /** The id of the only open question. */
  public String asked() {
    return StateReader.outline(stored(), workflow()).questions().all().stream()
        .filter(question -> question.request().isOpen())
        .map(question -> question.id())
        .collect(Collectors.collectingAndThen(Collectors.toList(), List::getFirst));
  }

  public Stage pause() {
    ask(one -> one.commands().pause(JOB, false, subject));
    return this;
  }

  public Stage resume() {
    ask(one -> one.commands().resume(JOB, subject));
    return this;
  }

  public Stage cancel() {
    ask(one -> one.commands().cancel(JOB, subject, null));
    return this;
  }

  /** The program has its slots and runs. */
  public Stage lease(String agent) {
    programs.signal(agent, new Signal.Leased(new Lease("l", "default", 1, now, now, null, null)));
    return settle().advance(100);
  }

  /** The program of the agent ends well and has printed this answer. */
  public Stage succeed(String agent, String answer) {
    return succeed(agent, "printed by " + agent, json(answer));
  }

  public Stage succeed(String agent) {
    return succeed(agent, "{}");
  }

  public Stage succeed(String agent, String stdout, JsonNode answer) {
    return end(agent, Ending.SUCCEEDED, 0, null, stdout, structured(answer));
  }

  public Stage fail(String agent, int exitCode) {
    String error = "sh exited with code " + exitCode;
    return end(agent, Ending.FAILED, exitCode, error, "", Structured.NONE);
  }

  public Stage end(String agent, Ending ending, String error) {
    return end(agent, ending, -1, error, "", Structured.NONE);
  }

  public Stage end(
      String agent, Ending ending, int code, String error, String out, Structured structured) {
    var sandbox = new Sandbox("host_local", "box", "/box");
    programs.end(agent, new Outcome(ending, error, code, sandbox, out, "", structured, lease()));
    return settle();
  }

  /** All programs that were told to stop have stopped. */
  public Stage letStop() {
    for (String agent : running()) {
      if (isStopped(agent)) {
        end(agent, Ending.STOPPED, "sh was stopped");
      }
    }
    return this;
  }

  private static Lease lease() {
    return new Lease("lease-1", "default", 1, 0, 0, null, null);
  }

  static Structured structured(JsonNode answer) {
    return new Structured(
        objects(answer.path("emit_messages")),
        Json.elements(answer.path("events")).map(Stage::event).toList(),
        answer.get("next_state"),
        completion(answer.get("complete_step")),
        completion(answer.get("complete_run")),
        null);
  }

  private static List<ObjectNode> objects(JsonNode list) {
    return Json.elements(list).map(ObjectNode.class::cast).toList();
  }

  private static Event event(JsonNode json) {
    JsonNode payload = json.get("payload");
    return new Event(
        json.get("type").asText(), payload == null ? Json.object() : (ObjectNode) payload);
  }

  private static Completion completion(JsonNode value) {
    return value == null ? null : new Completion(value.isBoolean() ? null : value);
  }

  /** Another job begins from the one looked at, and is looked at from then on. */
  Stage forkAtStep(String step, Map<String, JsonNode> inputs) {
    return forked(Fork.atStep(stored(), workflow(), step, inputs));
  }

  public Stage forkAtEvent(long seq, Map<String, JsonNode> inputs) {
    List<JobStore.StoredEvent> events =
        disk.events(looked, 0, Integer.MAX_VALUE).toCompletableFuture().join();
    return forked(Fork.atEvent(stored(), workflow(), seq, events, inputs));
  }

  private Stage forked(Fork fork) {
    String id = "job-" + ++jobs;
    engine
        .creation()
        .fork(
            new JobStore.NewJob(id, OWNER, stored().manifest(), null, null, null),
            workflow(),
            fork,
            subject);
    looked = id;
    return settle();
  }

  private Workflow workflow() {
    return manifests.apply(stored().manifest());
  }

  /** Looks at this job from now on. */
  public Stage look(String jobId) {
    looked = jobId;
    return this;
  }

  // ---- what a test sees

  public Engine engine() {
    return engine;
  }

  /** Agents whose program runs now; instances of a scattered step by their own name. */
  public List<String> running() {
    return programs.names();
  }

  public Execution execution(String agent) {
    return programs.execution(agent);
  }

  /** Whether the program that runs for the agent was told to stop. */
  public boolean isStopped(String agent) {
    return programs.isStopped(agent);
  }

  public JobStore.StoredJob stored() {
    return disk.load(looked).toCompletableFuture().join().orElseThrow();
  }

  public ObjectNode row() {
    return (ObjectNode) parse(disk.row(looked).toCompletableFuture().join());
  }

  public String status() {
    return row().path("status").asText();
  }

  public ObjectNode details() {
    return Trees.tree(engine.views().details(stored(), row(), List.of()));
  }

  public Why why() {
    return engine.views().why(stored(), row());
  }

  public JsonNode result() {
    return details().at("/job/result");
  }

  public List<JsonNode> events() {
    return disk.events(looked, 0, Integer.MAX_VALUE).toCompletableFuture().join().stream()
        .map(event -> parse(event.json()))
        .toList();
  }

  public List<JsonNode> events(String type) {
    return events().stream().filter(event -> event.path("type").asText().equals(type)).toList();
  }

  public JsonNode event(String type) {
    List<JsonNode> found = events(type);
    if (found.size() != 1) {
      throw new AssertionError(found.size() + " events " + type + " among " + types());
    }
    return found.getFirst();
  }

  public List<String> types() {
    return events().stream().map(event -> event.path("type").asText()).toList();
  }
}
