package io.mirrorneuron.human;

import io.mirrorneuron.human.HumanRequest.Claim;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The rules who may decide on a request, and when; each refusal says what the person can do. */
public final class DecisionRules {
  private DecisionRules() {}

  public static void mustBeOpen(HumanRequest request, String runId) {
    if (request.answer() != null) {
      throw conflict(
          "already_answered",
          "request %s was answered by %s at %s: %s"
              .formatted(
                  request.id(),
                  request.answer().by().name(),
                  request.answer().timeText(),
                  Objects.requireNonNullElse(request.answer().decision(), "without a decision")));
    }
    if (request.leftOver()) {
      throw conflict("run_over", "run %s is over".formatted(runId));
    }
    if (!request.isOpen()) {
      throw conflict(
          "request_closed",
          "request %s was closed at %s without an answer"
              .formatted(request.id(), request.closing().timeText()));
    }
  }

  public static void mustBeFreeFor(Person by, HumanRequest request, Instant now) {
    Claim claim = request.claimAt(now);
    if (claim != null && !by.passesFor(claim.by())) {
      throw conflict(
          "request_claimed",
          "request %s is claimed by %s until %s"
              .formatted(request.id(), claim.by().name(), Json.timestamp(claim.until())));
    }
  }

  public static void mustBeNamed(Person by) {
    if (!by.isNamed()) {
      throw Fault.refusal(
          List.of(new Fault("missing", List.of("body", "by"), "must be a name", null)));
    }
  }

  /** Where the author of a step says who may answer, nobody else may. */
  public static void mustBeAssigned(Person by, HumanRequest request) {
    List<String> assignees = request.question().assignees();
    if (!assignees.isEmpty() && assignees.stream().noneMatch(by::is)) {
      throw new MnException(
          ErrorCode.FORBIDDEN,
          "not_assigned",
          "request %s is for %s to answer, not for %s"
              .formatted(
                  request.id(),
                  String.join(", ", assignees),
                  by.name() + (by.isNamed() ? "" : ": name in by who answers")));
    }
  }

  public static MnException conflict(String error, String message) {
    return new MnException(ErrorCode.CONFLICT, error, message);
  }

  /**
   * The approvals that count together with one of this person. Verified and unverified names are
   * not counted together: one person may be behind both.
   */
  static List<HumanRecord> approvalsBeside(Person by, HumanRequest request) {
    return request.approvals().stream()
        .filter(one -> one.by().verified() == by.verified())
        .toList();
  }

  /** Each of several people who must approve approves once, and what the others have approved. */
  static void mustApproveTheSame(Answer answer, HumanRequest request, String runId) {
    Person by = answer.by();
    Optional<Person> proven =
        request.approvals().stream().map(HumanRecord::by).filter(Person::verified).findFirst();
    if (proven.isPresent() && !by.verified()) {
      throw new MnException(
          ErrorCode.FORBIDDEN,
          "unproven_name",
          "%s has approved request %s with a token of their own; who else approves it needs one too"
              .formatted(proven.get().name(), request.id()));
    }
    List<HumanRecord> others = approvalsBeside(by, request);
    if (others.stream().anyMatch(one -> by.is(one.by().name()))) {
      throw conflict(
          "already_approved",
          "%s has approved request %s already; another person must approve it, too"
              .formatted(by.name(), request.id()));
    }
    if (!others.isEmpty() && !answer.differences(others.getFirst()).isEmpty()) {
      throw conflict("other_values", otherValues(answer, others.getFirst(), request.id(), runId));
    }
  }

  private static String otherValues(
      Answer answer, HumanRecord first, String requestId, String runId) {
    return ("%s has approved request %s with another %s: mn human show %s %s and GET /runs/%s/human"
            + " tell which; approve the same or give no values, or decide otherwise")
        .formatted(
            first.by().name(),
            requestId,
            String.join(", ", answer.differences(first)),
            runId,
            requestId,
            runId);
  }
}
