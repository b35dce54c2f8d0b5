package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.decide.Input;
import io.mirrorneuron.runtime.port.JobStatus;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/** Callers that wait for a job to reach a status. Used on the job's lane only. */
final class StatusWaiters {
  private record Question(
      Input.Command command, Predicate<JobStatus> settled, CompletableFuture<JobStatus> answer) {}

  private final List<Question> open = new ArrayList<>();

  /** Commands that are not decided on yet; the present status is no answer to them. */
  private final Set<Input> undecided = Collections.newSetFromMap(new IdentityHashMap<>());

  /**
   * Keeps the question, or answers it at once.
   *
   * @param ended the status of a job that has ended, or null
   * @param obstacle why nothing can be committed now
   * @return whether the command is to be decided on
   */
  boolean add(
      Input.Command command,
      Predicate<JobStatus> settled,
      CompletableFuture<JobStatus> answer,
      JobStatus ended,
      Optional<MnException> obstacle) {
    if (ended != null) {
      ended(command, ended, answer);
    } else if (obstacle.isPresent()) {
      answer.completeExceptionally(obstacle.get());
    } else {
      open.add(new Question(command, settled, answer));
      undecided.add(command);
    }
    return ended == null && obstacle.isEmpty();
  }

  /** Notes that these inputs are decided on in the turn that begins now. */
  void decided(List<Input> inputs) {
    inputs.forEach(undecided::remove);
  }

  /** Answers those whose command was not carried out with the reason. */
  void refuse(Map<Input.Command, MnException> refusals) {
    if (refusals.isEmpty()) {
      return;
    }
    open.removeIf(
        question -> {
          MnException why = refusals.get(question.command());
          return why != null && question.answer().completeExceptionally(why);
        });
  }

  /** Answers the callers that wait for this status. */
  void settle(JobStatus status) {
    Iterator<Question> questions = open.iterator();
    while (questions.hasNext()) {
      Question question = questions.next();
      if (!undecided.contains(question.command()) && question.settled().test(status)) {
        questions.remove();
        question.answer().complete(status);
      }
    }
  }

  /** Answers all: the job has ended. Messages that were not decided on by then are refused. */
  void end(JobStatus status) {
    open.forEach(question -> ended(question.command(), status, question.answer()));
    clear();
  }

  /** Answers one: the job has ended. */
  private static void ended(
      Input.Command command, JobStatus status, CompletableFuture<JobStatus> answer) {
    if (command instanceof Input.Deliver) {
      answer.completeExceptionally(MnException.precondition("job is not running"));
    } else {
      answer.complete(status);
    }
  }

  private void refuse(MnException reason) {
    open.forEach(question -> question.answer().completeExceptionally(reason));
    clear();
  }

  /**
   * Answers all: a turn could not be committed. Commands that are not decided on are not carried
   * out any more, nor are those of that turn where the store has refused it. It may be that others
   * were.
   *
   * @param inputs of that turn
   */
  void refuse(MnException reason, List<Input> inputs) {
    Set<Input> undone = Collections.newSetFromMap(new IdentityHashMap<>());
    undone.addAll(undecided);
    if (reason.code() != ErrorCode.UNAVAILABLE) {
      undone.addAll(inputs);
    }
    MnException unknown = reason.inDoubt("the job");
    open.forEach(
        question ->
            question
                .answer()
                .completeExceptionally(undone.contains(question.command()) ? reason : unknown));
    clear();
  }

  /** Answers all: nothing of the job is decided here any more. Mostly nobody waits. */
  void close(String why) {
    if (!open.isEmpty()) {
      refuse(MnException.unavailable(why, null));
    }
  }

  private void clear() {
    open.clear();
    undecided.clear();
  }
}
