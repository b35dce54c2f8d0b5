package io.mirrorneuron.runtime;

import io.mirrorneuron.human.HumanRequest;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.human.ProgramQuestions;
import io.mirrorneuron.run.human.ProgramQuestions.Asker;
import io.mirrorneuron.runtime.exec.PersonWaits;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.PersonWait;
import java.time.Instant;
import java.util.Optional;

/** What programs ask people in the folders of their runs, for whoever has their slots. */
final class RunQuestions implements PersonWaits {
  private final ProgramQuestions questions;

  RunQuestions(RunStore runs) {
    this.questions = new ProgramQuestions(runs);
  }

  @Override
  public Optional<PersonWait> awaited(Execution program, boolean alone, long since) {
    // What was asked before a crash is asked again, perhaps in a line that says no time.
    Instant own = program.isRepeated() ? Instant.MIN : Instant.ofEpochMilli(since);
    return questions
        .awaited(new Asker(program.runId(), program.agentId(), program.stepId(), alone, own))
        .map(RunQuestions::wait);
  }

  private static PersonWait wait(HumanRequest request) {
    Instant due = request.question().dueAt();
    return new PersonWait(
        request.id(), request.question().prompt(), due == null ? 0 : due.toEpochMilli());
  }
}
