package io.mirrorneuron.run.human;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.Json;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Records decisions of people, one after the other for each run: each is checked against what the
 * file says at its turn. Each method answers the record that was written. Blocking, thread-safe,
 * also across processes.
 */
public final class HumanDesk {
  private static final long LEASE_SECONDS = 300;

  private final RunStore store;
  private final HumanLogs logs;
  private final Clock clock;
  private final Supplier<String> ids;

  /**
   * @param ids unique texts
   */
  public HumanDesk(RunStore store, HumanLogs logs, Clock clock, Supplier<String> ids) {
    this.store = store;
    this.logs = logs;
    this.clock = clock;
    this.ids = ids;
  }

  @FunctionalInterface
  private interface Decision {
    HumanRecord take(HumanRequest request, HumanRecords records);
  }

  private ObjectNode decide(String runId, String requestId, Decision decision) {
    RunFolder folder = store.find(runId);
    return folder.exclusively(
        () -> {
          HumanCopies.mend(folder);
          HumanRecords records = records(folder);
          HumanRequest request = records.state().requests().get(requestId);
          if (request == null) {
            throw MnException.notFound("request", requestId);
          }
          return decision.take(request, records).json();
        });
  }

  private HumanRecords records(RunFolder folder) {
    return new HumanRecords(folder, logs.look(folder), clock.instant(), ids);
  }

  /**
   * Answers a request. A repeated answer changes nothing. Where several people must approve, the
   * answer is the approval's record until the last one decides.
   *
   * @throws MnException NOT_FOUND, INVALID with its faults, FORBIDDEN {@code unproven_name}, or
   *     CONFLICT: {@code already_answered}, {@code request_closed}, {@code run_over}, {@code
   *     request_claimed}, {@code shown_changed}, {@code already_approved}
   */
  public ObjectNode answer(String runId, String requestId, ObjectNode body, Person by) {
    Answer answer = Answer.of(requestId, body, by);
    return decide(
        runId,
        requestId,
        (request, records) -> {
          Optional<HumanRecord> same = request.decisions().filter(answer::repeats).findFirst();
          if (same.isPresent()) {
            return same.get();
          }
          DecisionRules.mustBeOpen(request, records.folder());
          List<Fault> faults = answer.faults(request.question());
          if (!faults.isEmpty()) {
            throw Fault.refusal(faults);
          }
          DecisionRules.mustBeFreeFor(answer.by(), request, records.now());
          if (answer.shown() != null
              && !answer.shown().equalsIgnoreCase(request.question().shownSha256())) {
            throw DecisionRules.conflict(
                "shown_changed", "request %s has changed since it was shown".formatted(requestId));
          }
          return records.write(decided(answer, request, records));
        });
  }

  private static List<HumanRecord> decided(
      Answer answer, HumanRequest request, HumanRecords records) {
    ObjectNode payload = answer.payload(request.question(), records.now());
    if (request.question().approvalsRequired() == 1 || !answer.isApproval()) {
      return List.of(records.record(HumanType.HUMAN_INPUT_RECEIVED, payload));
    }
    List<String> names = new ArrayList<>(DecisionRules.namesBeside(answer.by(), request));
    if (names.stream().anyMatch(answer.by()::is)) {
      throw DecisionRules.conflict(
          "already_approved",
          "%s has approved request %s already".formatted(answer.by().name(), request.id()));
    }
    names.add(answer.by().name());
    HumanRecord approval = records.record(HumanType.HUMAN_APPROVAL_RECORDED, payload.deepCopy());
    if (names.size() < request.question().approvalsRequired()) {
      return List.of(approval);
    }
    payload.set("approved_by", Json.MAPPER.valueToTree(names));
    return List.of(approval, records.record(HumanType.HUMAN_INPUT_RECEIVED, payload));
  }

  /**
   * Keeps others from answering for a while; again by the same person, for longer.
   *
   * @param body {@code {by, lease_seconds}} and whatever else is to be recorded
   */
  public ObjectNode claim(String runId, String requestId, ObjectNode body, Person by) {
    DecisionRules.mustBeNamed(by);
    return decide(
        runId,
        requestId,
        (request, records) -> {
          DecisionRules.mustBeOpen(request, records.folder());
          DecisionRules.mustBeFreeFor(by, request, records.now());
          long seconds = body.path("lease_seconds").asLong(LEASE_SECONDS);
          ObjectNode payload = by.signs(body.deepCopy().put("request_id", requestId));
          payload.put("lease_seconds", seconds);
          payload.put("claimed_at", Json.timestamp(records.now()));
          payload.put("until", Json.timestamp(records.now().plusSeconds(seconds)));
          return records.write(List.of(records.record(HumanType.HUMAN_REQUEST_CLAIMED, payload)));
        });
  }

  /** Ends a claim before its time; only who has it can. */
  public ObjectNode release(String runId, String requestId, ObjectNode body, Person by) {
    DecisionRules.mustBeNamed(by);
    return decide(
        runId,
        requestId,
        (request, records) -> {
          DecisionRules.mustBeOpen(request, records.folder());
          DecisionRules.mustBeFreeFor(by, request, records.now());
          if (request.claimAt(records.now()) == null) {
            throw DecisionRules.conflict(
                "not_claimed", "request %s is not claimed".formatted(requestId));
          }
          ObjectNode payload = by.signs(body.deepCopy().put("request_id", requestId));
          payload.put("released_at", Json.timestamp(records.now()));
          return records.write(List.of(records.record(HumanType.HUMAN_REQUEST_RELEASED, payload)));
        });
  }

  /**
   * Records that somebody has seen a notice, once for each person; also after the end of the run.
   */
  public ObjectNode acknowledge(String runId, String noticeId, ObjectNode body, Person by) {
    RunFolder folder = store.find(runId);
    return folder.exclusively(
        () -> {
          HumanCopies.mend(folder);
          HumanRecords records = records(folder);
          List<HumanRecord> all = records.state().records();
          if (all.stream().noneMatch(record -> record.isNotice(noticeId))) {
            throw MnException.notFound("notice", noticeId);
          }
          ObjectNode payload = by.signs(body.deepCopy().put("notice_id", noticeId));
          payload.put("acknowledged_at", Json.timestamp(records.now()));
          return all.stream()
              .filter(record -> record.is(HumanType.HUMAN_NOTICE_ACKNOWLEDGED))
              .filter(record -> record.noticeId().equals(noticeId))
              .filter(record -> by.is(record.by().name()))
              .filter(record -> by.verified() == record.by().verified())
              .findFirst()
              .orElseGet(
                  () ->
                      records.write(
                          List.of(records.record(HumanType.HUMAN_NOTICE_ACKNOWLEDGED, payload))))
              .json();
        });
  }

  /** Completes what somebody who died while recording a decision of the run has left out. */
  void mend(String runId) {
    store.present(runId).ifPresent(HumanCopies::mend);
  }

  /** Closes a request whose time is over, with its default answer if it has one; once. */
  void timeOut(String runId, String requestId) {
    RunFolder folder = store.find(runId);
    folder.exclusively(
        () -> {
          HumanCopies.mend(folder);
          HumanRecords records = records(folder);
          HumanRequest request = records.state().requests().get(requestId);
          if (request != null && request.isOverdue(records.now())) {
            records.write(timedOut(request, records));
          }
          return null;
        });
  }

  private static List<HumanRecord> timedOut(HumanRequest request, HumanRecords records) {
    Question question = request.question();
    ObjectNode payload = Json.object().put("request_id", request.id());
    payload.put("due_at", Json.timestamp(question.dueAt()));
    payload.put("timed_out_at", Json.timestamp(records.now()));
    HumanRecord timeout = records.record(HumanType.HUMAN_INPUT_TIMEOUT, payload);
    ObjectNode byDefault = question.defaultAnswer();
    if (byDefault == null) {
      return List.of(timeout);
    }
    Answer answer = Answer.of(request.id(), byDefault, Person.DEFAULT);
    return List.of(
        timeout,
        records.record(HumanType.HUMAN_INPUT_RECEIVED, answer.payload(question, records.now())));
  }
}
