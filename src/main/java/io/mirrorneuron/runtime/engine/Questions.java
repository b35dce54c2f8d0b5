package io.mirrorneuron.runtime.engine;

import io.mirrorneuron.model.MnException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/** Who waits for a job to reach which status. Confined to the job's lane. */
final class Questions {
  private record Question(Predicate<JobStatus> settled, CompletableFuture<JobStatus> answer) {}

  private final List<Question> open = new ArrayList<>();

  void add(Predicate<JobStatus> settled, CompletableFuture<JobStatus> answer) {
    open.add(new Question(settled, answer));
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
