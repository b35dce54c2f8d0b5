package io.mirrorneuron.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.JobListener;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobDetail;
import io.mirrorneuron.wire.JobEventFacts;
import io.mirrorneuron.wire.LedgerForm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Shows a job while it runs. Closing leaves the last state on screen. */
interface JobView extends JobListener, AutoCloseable {
  @Override
  void close();

  /** What people are asked at present; may come from any thread. */
  default void asked(List<OpenQuestion> questions) {}

  /** A sentence to those who watch; may come from any thread. */
  default void tell(String sentence) {}

  /**
   * The view that suits the screen and the option {@code --json}.
   *
   * @param verbose whether a pipe gets each event
   * @param asking where a person watches, asks what the job asks; null when nobody is to be asked
   */
  static JobView of(
      ClientOptions client, JobDetail details, boolean verbose, AskingView.Asking asking) {
    if (client.json()) {
      return new Silence();
    }
    if (!client.screen().isLive()) {
      return new Lines(client.output(), details, verbose);
    }
    JobProgress progress = new JobProgress(details, System::nanoTime);
    return asking == null
        ? live(client, progress)
        : new AskingView(() -> live(client, progress), Screen.user().orElse(""), asking);
  }

  private static JobView live(ClientOptions client, JobProgress progress) {
    try {
      return new LiveView(Screen.openTerminal(), client.screen().paint(), progress);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Shows nothing, because the command prints one JSON document at its end. */
  record Silence() implements JobView {
    @Override
    public void event(ObjectNode event) {}

    @Override
    public void close() {}
  }

  /**
   * A line for each event that tells how far the job is, or for each, for logs and build servers.
   */
  final class Lines implements JobView {
    private final Output output;
    private final boolean ofSteps;
    private final boolean verbose;
    private final Set<String> asked = new HashSet<>();
    private boolean away;

    Lines(Output output, JobDetail details, boolean verbose) {
      this.output = output;
      this.ofSteps = LedgerForm.read(details.parts().ledger()).hasSteps();
      this.verbose = verbose;
    }

    @Override
    public synchronized void event(ObjectNode event) {
      away = false;
      if (verbose) {
        output.line(EventLines.line(event, output));
        return;
      }
      JobEventFacts facts = JobEventFacts.read(event);
      if (ProgressWords.isTelling(facts, ofSteps)) {
        output.line(ProgressWords.line(facts, output));
      }
    }

    @Override
    public synchronized void asked(List<OpenQuestion> questions) {
      questions.stream()
          .filter(one -> asked.add(one.requestId()))
          .forEach(one -> output.line("The job " + Output.printable(one.sentence())));
    }

    @Override
    public synchronized void tell(String sentence) {
      output.line(Output.printable(sentence));
    }

    @Override
    public synchronized void away(MnException cause) {
      if (!away) {
        output.line("The connection is lost; waiting for the runtime to come back.");
      }
      away = true;
    }

    @Override
    public void close() {}
  }
}
