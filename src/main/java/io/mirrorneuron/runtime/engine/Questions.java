package io.mirrorneuron.runtime.engine;

import io.mirrorneuron.model.MnException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/** Who waits for a job to reach which status. Confined to the job's lane. */
final class Questions {
  private record Question(
      Input.Command command, Predicate<JobStatus> settled, CompletableFuture<JobStatus> answer) {}

  private final List<Question> open = new ArrayList<>();

  void add(
      Input.Command command, Predicate<JobStatus> settled, CompletableFuture<JobStatus> answer) {
    open.add(new Question(command, settled, answer));
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

  /** Answers those whom this status satisfies. */
  void settle(JobStatus status) {
    Iterator<Question> questions = open.iterator();
    while (questions.hasNext()) {
      Question question = questions.next();
      if (question.settled().test(status)) {
        questions.remove();
        question.answer().complete(status);
      }
    }
  }

  /** Answers all: nothing will change any more. */
  void end(JobStatus status) {
    open.forEach(question -> question.answer().complete(status));
    open.clear();
  }

  void refuse(MnException reason) {
    open.forEach(question -> question.answer().completeExceptionally(reason));
    open.clear();
  }
}
