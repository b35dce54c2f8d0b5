package io.mirrorneuron.run.human;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.human.HumanRecord;
import io.mirrorneuron.human.HumanRequest;
import io.mirrorneuron.human.HumanRequest.HumanType;
import io.mirrorneuron.human.Person;
import io.mirrorneuron.human.Question;
import io.mirrorneuron.human.RequestAction;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunHeader;
import io.mirrorneuron.wire.Json;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Records decisions of people, serialized per run: each is checked against the current file and the
 * written record is returned. Blocking, thread-safe, also across processes.
 */
public final class DecisionService {
  private final RunStore store;
  private final HumanLogs logs;
  private final Clock clock;
  private final Supplier<String> ids;

  /**
   * @param ids unique texts
   */
  public DecisionService(RunStore store, HumanLogs logs, Clock clock, Supplier<String> ids) {
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

  /** The job of the run as its folder has it; programs may write there, so it is not trusted. */
  public Optional<String> jobOf(String runId) {
    return Optional.of(RunHeader.ofJob(store.find(runId)).jobId()).filter(id -> !id.isEmpty());
  }

  /** Whether the run has this request and a program asked it. */
  public boolean isOfProgram(String runId, String requestId) {
    HumanRequest request = records(store.find(runId)).state().requests().get(requestId);
    return request != null && !request.question().isOfJob();
  }

  private HumanRecords records(RunFolder folder) {
    return new HumanRecords(folder, logs.look(folder), clock.instant(), ids);
  }

  /**
   * Records an act on a request. A repeated answer changes nothing.
   *
   * @throws MnException NOT_FOUND, and as {@link RequestAction#on}
   */
  public ObjectNode act(String runId, RequestAction act) {
    return decide(
        runId,
        act.requestId(),
        (request, records) ->
            act.repeated(request)
                .orElseGet(() -> records.writeAll(act.on(request, runId, records.now()))));
  }

  /**
   * Records that a person has seen a notice, once for each person; also after the end of the run.
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

  /** Completes decisions of the run whose recording a crash interrupted. */
  void mend(String runId) {
    store.present(runId).ifPresent(HumanCopies::mend);
  }

  /** Records that the default of an open request is refused; once for each question. */
  void refuseDefault(String runId, String requestId) {
    RunFolder folder = store.find(runId);
    if (!logs.look(folder).owesRefusal(requestId)) {
      return;
    }
    folder.exclusively(
        () -> {
          HumanCopies.mend(folder);
          HumanRecords records = records(folder);
          if (records.state().owesRefusal(requestId)) {
            Question question = records.state().requests().get(requestId).question();
            ObjectNode payload = Json.object().put("request_id", requestId);
            payload.put("reason", question.refusal()).put("shown_sha256", question.shownSha256());
            records.write(List.of(records.record(HumanType.HUMAN_DEFAULT_REFUSED, payload)));
          }
          return null;
        });
  }

  /** Closes an overdue request, with its default answer if it has one; once. */
  void timeOut(String runId, String requestId) {
    RunFolder folder = store.find(runId);
    folder.exclusively(
        () -> {
          HumanCopies.mend(folder);
          HumanRecords records = records(folder);
          HumanRequest request = records.state().requests().get(requestId);
          if (request != null && request.isOverdue(records.now())) {
            records.writeAll(RequestAction.timedOut(request, records.now()));
          }
          return null;
        });
  }

  /**
   * Makes and writes human records of one run. The caller must hold the folder's lock.
   *
   * @param ids unique texts
   */
  private record HumanRecords(
      RunFolder folder, HumanState state, Instant now, Supplier<String> ids) {

    HumanRecord record(HumanType type, ObjectNode payload) {
      RunHeader run = RunHeader.ofRun(folder);
      ObjectNode record = Json.object();
      record.put("ts", Json.timestamp(now));
      record.put("run_id", folder.runId());
      record.put("blueprint_id", run.blueprintIdOrNull());
      record.put("trace_id", traceId(run));
      record.put("span_id", "spn_" + ids.get());
      record.put("channel", "human");
      record.put("type", type.word());
      record.set("payload", payload);
      return HumanRecord.of(record);
    }

    /** The trace id of the run, else that of its first human record, else a new one. */
    private String traceId(RunHeader run) {
      return !run.traceId().isEmpty()
          ? run.traceId()
          : state.records().stream()
              .map(record -> record.traceId())
              .filter(id -> !id.isEmpty())
              .findFirst()
              .orElseGet(() -> "trc_" + ids.get());
    }

    HumanRecord writeAll(List<RequestAction.Entry> entries) {
      return write(entries.stream().map(entry -> record(entry.type(), entry.payload())).toList());
    }

    /**
     * Writes the records in one write.
     *
     * @return the last; with a {@code warning} when it is not in all logs of the run yet
     * @throws MnException TOO_LARGE when a record would not be stored whole
     */
    HumanRecord write(List<HumanRecord> records) {
      for (HumanRecord record : records) {
        if (Json.canonical(record.json()).length > Records.MAX_BYTES) {
          throw new MnException(
              ErrorCode.TOO_LARGE,
              "record_too_large",
              "what is recorded may have %d bytes".formatted(Records.MAX_BYTES));
        }
      }
      String missing = HumanCopies.write(folder, records.stream().map(HumanRecord::json).toList());
      HumanRecord last = records.getLast();
      if (missing == null) {
        return last;
      }
      String warning = "recorded, but not yet in all logs of the run: " + missing;
      return HumanRecord.of(last.json().deepCopy().put("warning", warning));
    }
  }
}
