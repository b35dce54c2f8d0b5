package io.mirrorneuron.run.human;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.human.HumanRequest;
import io.mirrorneuron.human.Person;
import io.mirrorneuron.human.RequestAction;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.RunWriter;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.testing.TurnedClock;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** A run on disk, people before it, and a clock that is turned by hand. */
final class Scene implements AutoCloseable {
  static final Instant START = Instant.parse("2026-06-20T10:00:00Z");

  private static final AtomicLong IDS = new AtomicLong();

  final TurnedClock clock;
  final RunStore store;
  final HumanLogs logs = new HumanLogs();
  final DecisionService service;
  final HumanInbox inbox;

  Scene(Path root) {
    this(root, new TurnedClock(START));
  }

  /** One more server on the same runs. */
  Scene(Path root, TurnedClock clock) {
    this.clock = clock;
    store = new RunStore(root, new RunWriter.Elsewhere());
    service = new DecisionService(store, logs, clock, () -> Long.toString(IDS.incrementAndGet()));
    inbox = new HumanInbox(store, logs, clock);
  }

  @Override
  public void close() {
    store.close();
  }

  RunFolder run(String runId) {
    RunFolder run = store.open(runId);
    run.write("run.json", json("{'status': 'running', 'blueprint_id': 'bp', 'trace_id': 'trc_1'}"));
    return run;
  }

  /** Writes as programs do: a line at the end of the file, no lock, no word to anybody. */
  void ask(String runId, String payload) {
    program(runId, RunLog.HUMAN, "human_input_requested", payload);
  }

  void program(String runId, RunLog log, String type, String payload) {
    ObjectNode record = Json.object().put("ts", Json.timestamp(clock.instant()));
    record.put("run_id", runId).put("channel", "human").put("type", type);
    record.set("payload", json(payload));
    write(store.open(runId).path().resolve(log.file()), Json.write(record) + "\n");
  }

  static void write(Path file, String text) {
    try {
      Files.writeString(
          file,
          text,
          java.nio.file.StandardOpenOption.CREATE,
          java.nio.file.StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ObjectNode answer(String runId, String requestId, String body) {
    return answer(runId, requestId, body, null, null);
  }

  /**
   * @param user whom the request names, or null
   * @param subject whom the token names, or null
   */
  ObjectNode answer(String runId, String requestId, String body, String user, String subject) {
    ObjectNode json = json(body);
    return act(RequestAction.Kind.RESPOND, runId, requestId, json, Person.of(json, user, subject));
  }

  ObjectNode claim(String runId, String requestId, String body, String user, String subject) {
    ObjectNode json = json(body);
    return act(RequestAction.Kind.CLAIM, runId, requestId, json, Person.of(json, user, subject));
  }

  ObjectNode release(String runId, String requestId, String body, String user, String subject) {
    ObjectNode json = json(body);
    return act(RequestAction.Kind.RELEASE, runId, requestId, json, Person.of(json, user, subject));
  }

  private ObjectNode act(
      RequestAction.Kind kind, String runId, String requestId, ObjectNode body, Person by) {
    return service.act(runId, new RequestAction(kind, requestId, body, by));
  }

  ObjectNode acknowledge(String runId, String noticeId, String body, String user, String subject) {
    ObjectNode json = json(body);
    return service.acknowledge(runId, noticeId, json, Person.of(json, user, subject));
  }

  /** What the server's clock does each second. */
  void tick() {
    inbox.lookEverywhere().forEach(service::mend);
    inbox
        .withRefusedDefaults()
        .forEach(item -> service.refuseDefault(item.runId(), item.request().id()));
    inbox.overdue().forEach(item -> service.timeOut(item.runId(), item.request().id()));
  }

  HumanRequest request(String runId, String requestId) {
    return logs.look(store.find(runId)).requests().get(requestId);
  }

  /** Lines of a file of the run. */
  List<ObjectNode> lines(String runId, String file) {
    try (Stream<String> lines = Files.lines(store.find(runId).path().resolve(file))) {
      return lines.map(line -> Json.parseObject(line, file)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<String> types(String runId, String file) {
    return lines(runId, file).stream().map(line -> line.path("type").asText()).toList();
  }

  /** JSON in which single quotes stand for double ones. */
  static ObjectNode json(String text) {
    return Json.parseObject(text.replace('\'', '"'), "text");
  }
}
