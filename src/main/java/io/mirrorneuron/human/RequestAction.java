package io.mirrorneuron.human;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.human.HumanRequest.HumanType;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * An act of a person on a request, and its records: the same for requests of programs, kept in
 * files, and of steps, kept in the job. Pure.
 *
 * @param body as it was sent
 */
public record RequestAction(Kind kind, String requestId, ObjectNode body, Person by) {
  private static final long LEASE_SECONDS = 300;

  public enum Kind {
    /** Decides on it. */
    RESPOND,
    /**
     * Keeps others from answering for a while; again by the same person, for longer. The body has
     * {@code lease_seconds} and whatever else is to be recorded.
     */
    CLAIM,
    /** Ends a claim before its time; only who has it can. */
    RELEASE;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What is to be recorded; nobody has seen it before it is. */
  public record Entry(HumanType type, ObjectNode payload) {}

  /**
   * @throws MnException INVALID for a claim, or its end, by nobody in particular
   */
  public RequestAction {
    if (kind != Kind.RESPOND) {
      DecisionRules.mustBeNamed(by);
    }
  }

  /** The record of the very same answer, which is there already and is not made again. */
  public Optional<HumanRecord> repeated(HumanRequest request) {
    return kind == Kind.RESPOND
        ? request.decisions().filter(answer(request)::repeats).findFirst()
        : Optional.empty();
  }

  /**
   * The same about a request of a step, whose decisions mean what the manifest says: whether one is
   * an approval is not for the caller to say.
   */
  public RequestAction ofStep() {
    ObjectNode said = body.deepCopy();
    said.remove("approved");
    return new RequestAction(kind, requestId, said, by);
  }

  /** The record of it among those of the request, if it was recorded. */
  public Optional<HumanRecord> recorded(HumanRequest request, List<HumanRecord> records) {
    HumanType type =
        kind == Kind.CLAIM ? HumanType.HUMAN_REQUEST_CLAIMED : HumanType.HUMAN_REQUEST_RELEASED;
    return kind == Kind.RESPOND
        ? repeated(request)
        : records.reversed().stream()
            .filter(record -> record.is(type) && record.by().equals(by))
            .findFirst();
  }

  private Answer answer(HumanRequest request) {
    Answer own = Answer.of(requestId, body, by);
    return request.question().approvalsRequired() == 1
        ? own
        : DecisionRules.approvalsBeside(by, request).stream()
            .findFirst()
            .map(own::about)
            .orElse(own);
  }

  /**
   * What is recorded of it, the last being the answer to the caller. Where several people must
   * approve, that is the approval until the last one decides.
   *
   * @param runId for messages
   * @throws MnException INVALID with its faults, FORBIDDEN {@code unproven_name}, or CONFLICT:
   *     {@code already_answered}, {@code request_closed}, {@code run_over}, {@code
   *     request_claimed}, {@code not_claimed}, {@code shown_changed}, {@code already_approved},
   *     {@code other_values}
   */
  public List<Entry> on(HumanRequest request, String runId, Instant now) {
    DecisionRules.mustBeOpen(request, runId);
    if (kind == Kind.RESPOND) {
      return answered(request, runId, now);
    }
    DecisionRules.mustBeFreeFor(by, request, now);
    ObjectNode payload = by.signs(body.deepCopy().put("request_id", requestId));
    if (kind == Kind.CLAIM) {
      long seconds = body.path("lease_seconds").asLong(LEASE_SECONDS);
      payload.put("lease_seconds", seconds).put("claimed_at", Json.timestamp(now));
      payload.put("until", Json.timestamp(now.plusSeconds(seconds)));
      return List.of(new Entry(HumanType.HUMAN_REQUEST_CLAIMED, payload));
    }
    if (request.claimAt(now) == null) {
      throw DecisionRules.conflict("not_claimed", "request %s is not claimed".formatted(requestId));
    }
    payload.put("released_at", Json.timestamp(now));
    return List.of(new Entry(HumanType.HUMAN_REQUEST_RELEASED, payload));
  }

  private List<Entry> answered(HumanRequest request, String runId, Instant now) {
    Answer answer = answer(request);
    List<Fault> faults = answer.faults(request.question());
    if (!faults.isEmpty()) {
      throw Fault.refusal(faults);
    }
    DecisionRules.mustBeFreeFor(by, request, now);
    if (answer.shown() != null
        && !answer.shown().equalsIgnoreCase(request.question().shownSha256())) {
      throw DecisionRules.conflict(
          "shown_changed", "request %s has changed since it was shown".formatted(requestId));
    }
    ObjectNode payload = answer.payload(request.question(), now);
    if (request.question().approvalsRequired() == 1 || !answer.isApproval()) {
      return List.of(new Entry(HumanType.HUMAN_INPUT_RECEIVED, payload));
    }
    DecisionRules.mustApproveTheSame(answer, request, runId);
    List<String> names = new ArrayList<>();
    DecisionRules.approvalsBeside(by, request).forEach(one -> names.add(one.by().name()));
    names.add(by.name());
    Entry approval = new Entry(HumanType.HUMAN_APPROVAL_RECORDED, payload.deepCopy());
    if (names.size() < request.question().approvalsRequired()) {
      return List.of(approval);
    }
    payload.set("approved_by", Json.MAPPER.valueToTree(names));
    return List.of(approval, new Entry(HumanType.HUMAN_INPUT_RECEIVED, payload));
  }

  /**
   * What is recorded when nobody answered in time: that, and the default answer if there is one.
   */
  public static List<Entry> timedOut(HumanRequest request, Instant now) {
    Question question = request.question();
    ObjectNode payload = Json.object().put("request_id", request.id());
    payload.put("due_at", Json.timestamp(question.dueAt()));
    payload.put("timed_out_at", Json.timestamp(now));
    Entry timeout = new Entry(HumanType.HUMAN_INPUT_TIMEOUT, payload);
    ObjectNode byDefault = question.defaultAnswer();
    if (byDefault == null) {
      return List.of(timeout);
    }
    Answer answer = Answer.of(request.id(), byDefault, Person.DEFAULT);
    return List.of(
        timeout, new Entry(HumanType.HUMAN_INPUT_RECEIVED, answer.payload(question, now)));
  }
}
