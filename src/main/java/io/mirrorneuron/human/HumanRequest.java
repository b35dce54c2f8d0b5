package io.mirrorneuron.human;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The state of a request after some records. Immutable and pure.
 *
 * @param question null as long as only other records mention the request
 * @param claim null when it was never claimed
 * @param approvals {@code human_approval_recorded} of the present question
 * @param answer the {@code human_input_received} that counts, or null
 * @param closing the record that closed it without an answer, or null: a timeout, an application
 * @param leftOver whether the run ended while it was open; no record says so
 */
public record HumanRequest(
    String id,
    Question question,
    Claim claim,
    List<HumanRecord> approvals,
    HumanRecord answer,
    HumanRecord closing,
    boolean leftOver) {

  /** Of a run that goes on. */
  HumanRequest(
      String id,
      Question question,
      Claim claim,
      List<HumanRecord> approvals,
      HumanRecord answer,
      HumanRecord closing) {
    this(id, question, claim, approvals, answer, closing, false);
  }

  /** Until when a request is one person's to answer. */
  public record Claim(Person by, Instant until) {}

  public static HumanRequest unknown(String id) {
    return new HumanRequest(id, null, null, List.of(), null, null);
  }

  /** After the next record. */
  public HumanRequest after(HumanRecord record) {
    if (question != null && question.isOfJob() && !record.isOfJob()) {
      return this; // whatever a program writes, the request of a step is its job's to change
    }
    return switch (record.type()) {
      case HUMAN_INPUT_REQUESTED -> asked(Question.of(record));
      case HUMAN_REQUEST_ESCALATED -> escalated(record);
      case HUMAN_REQUEST_CLAIMED -> with(claim(record));
      case HUMAN_REQUEST_RELEASED -> with((Claim) null);
      case HUMAN_APPROVAL_RECORDED -> approved(record);
      case HUMAN_INPUT_RECEIVED ->
          answer != null ? this : new HumanRequest(id, question, claim, approvals, record, closing);
      case HUMAN_INPUT_TIMEOUT, HUMAN_DECISION_APPLIED ->
          closing != null ? this : new HumanRequest(id, question, claim, approvals, answer, record);
      case HUMAN_NOTICE, HUMAN_NOTICE_ACKNOWLEDGED, HUMAN_DEFAULT_REFUSED, OTHER -> this;
    };
  }

  /**
   * A restarted program asks again: the same words are the same request. Other words make a new
   * request, for which earlier answers do not count.
   */
  private HumanRequest asked(Question next) {
    if (question == null) {
      return new HumanRequest(id, next, claim, approvals, answer, closing);
    }
    boolean same = next.shows(question) && next.isOfJob() == question.isOfJob();
    return same ? this : new HumanRequest(id, next, claim, List.of(), null, null);
  }

  /** Others may answer it from now on; approvals that are there count. */
  private HumanRequest escalated(HumanRecord record) {
    return question == null
        ? this
        : new HumanRequest(id, question.escalated(record), null, approvals, answer, closing);
  }

  private HumanRequest with(Claim next) {
    return new HumanRequest(id, question, next, approvals, answer, closing);
  }

  private static Claim claim(HumanRecord record) {
    Instant until = record.claimedUntil();
    return until == null ? null : new Claim(record.by(), until);
  }

  /** An approval ends the claim of its author. */
  private HumanRequest approved(HumanRecord record) {
    List<HumanRecord> all = Stream.concat(approvals.stream(), Stream.of(record)).toList();
    boolean done = claim != null && record.by().passesFor(claim.by());
    return new HumanRequest(id, question, done ? null : claim, all, answer, closing);
  }

  /** After the end of the run: nobody waits any more. */
  public HumanRequest atEnd() {
    return isOpen()
        ? new HumanRequest(id, question, claim, approvals, answer, closing, true)
        : this;
  }

  /** The decisions on the present question: the valid answer, then the approvals. */
  public Stream<HumanRecord> decisions() {
    return Stream.concat(Stream.ofNullable(answer), approvals.stream());
  }

  /** Whether it waits for people. */
  public boolean isOpen() {
    return question != null && answer == null && closing == null && !leftOver;
  }

  /** When it was closed; null while it is open, or when nobody wrote that down. */
  public Instant closedAt() {
    HumanRecord last = answer != null ? answer : closing;
    return last == null ? null : last.time();
  }

  public boolean isOverdue(Instant now) {
    Instant due = isOpen() ? question.dueAt() : null;
    return due != null && !now.isBefore(due);
  }

  /** The claim that holds at the moment, or null. */
  public Claim claimAt(Instant now) {
    return isOpen() && claim != null && now.isBefore(claim.until()) ? claim : null;
  }

  public RequestStatus status(Instant now) {
    if (leftOver) {
      return RequestStatus.RUN_OVER;
    }
    if (isOpen()) {
      RequestStatus waiting = claimAt(now) == null ? RequestStatus.PENDING : RequestStatus.CLAIMED;
      return isOverdue(now) ? RequestStatus.OVERDUE : waiting;
    }
    return answer == null && closing.is(HumanType.HUMAN_INPUT_TIMEOUT)
        ? RequestStatus.TIMED_OUT
        : RequestStatus.ANSWERED;
  }

  /** Whether the request has this status; {@code pending} matches all open requests. */
  public boolean is(String word, Instant now) {
    return switch (word) {
      case "pending" -> isOpen();
      case "claimed" -> claimAt(now) != null;
      case "overdue" -> isOverdue(now);
      default -> word.equals(status(now).word());
    };
  }

  /**
   * The status of a request to people. A closed request is open again when it is asked anew with
   * other words; the end of its run is final.
   */
  public enum RequestStatus {
    PENDING,
    /** One person has it. */
    CLAIMED,
    /** It is due, and nobody has closed it yet. */
    OVERDUE,
    /** Somebody has decided, or its default counts. */
    ANSWERED,
    /** It was due, and had no default. */
    TIMED_OUT,
    /** The run ended first. */
    RUN_OVER;

    /** What it may be next; {@code docs/states.md} draws this. */
    public Set<RequestStatus> next() {
      return switch (this) {
        case PENDING -> Set.of(CLAIMED, OVERDUE, ANSWERED, TIMED_OUT, RUN_OVER);
        case CLAIMED -> Set.of(PENDING, OVERDUE, ANSWERED, TIMED_OUT, RUN_OVER);
        case OVERDUE -> Set.of(PENDING, CLAIMED, ANSWERED, TIMED_OUT, RUN_OVER);
        case ANSWERED -> Set.of(PENDING, CLAIMED, OVERDUE);
        case TIMED_OUT -> Set.of(PENDING, CLAIMED, OVERDUE, ANSWERED);
        case RUN_OVER -> Set.of();
      };
    }

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What a human record tells; its {@code type}. */
  public enum HumanType {
    HUMAN_NOTICE,
    HUMAN_NOTICE_ACKNOWLEDGED,
    HUMAN_INPUT_REQUESTED,
    /** The default of a question is none of the allowed decisions, so it never counts. */
    HUMAN_DEFAULT_REFUSED,
    /** Nobody answered in time, so others may. */
    HUMAN_REQUEST_ESCALATED,
    HUMAN_REQUEST_CLAIMED,
    HUMAN_REQUEST_RELEASED,
    /** One of several approvals that are needed. */
    HUMAN_APPROVAL_RECORDED,
    HUMAN_INPUT_RECEIVED,
    HUMAN_INPUT_TIMEOUT,
    HUMAN_DECISION_APPLIED,
    OTHER;

    private final String word = name().toLowerCase(Locale.ROOT);

    public String word() {
      return word;
    }

    public static HumanType of(String word) {
      for (HumanType type : values()) {
        if (type.word.equals(word)) {
          return type;
        }
      }
      return OTHER;
    }

    /** Whether {@code DecisionService} writes it; programs copy their own records themselves. */
    public boolean isDecision() {
      return switch (this) {
        case HUMAN_NOTICE_ACKNOWLEDGED,
            HUMAN_DEFAULT_REFUSED,
            HUMAN_REQUEST_ESCALATED,
            HUMAN_REQUEST_CLAIMED,
            HUMAN_REQUEST_RELEASED,
            HUMAN_APPROVAL_RECORDED,
            HUMAN_INPUT_RECEIVED,
            HUMAN_INPUT_TIMEOUT ->
            true;
        case HUMAN_NOTICE, HUMAN_INPUT_REQUESTED, HUMAN_DECISION_APPLIED, OTHER -> false;
      };
    }
  }
}
