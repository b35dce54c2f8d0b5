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
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

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
    JobProgress progress = new JobProgress(details, System::currentTimeMillis);
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

  /**
   * A live view that makes room for the questions of its job: it stands still while a person
   * answers one below it, and then goes on. A question is asked once; whoever does not answer it
   * there still sees it in the view.
   */
  final class AskingView implements JobView {
    private static final int PATIENCE_MS = 2000;

    private final Supplier<JobView> views;
    private final String user;
    private final Asking asking;

    // All below is guarded by this.
    private final OpenQuestions questions = new OpenQuestions();
    private final Set<String> passed = new HashSet<>();
    private JobView view;
    private String status = "running";
    private OpenQuestion present;
    private Thread conversation;
    private boolean closed;

    /** Puts a question to the person at the terminal. */
    @FunctionalInterface
    interface Asking {
      /**
       * @throws InterruptedException when nobody waits for the answer any more
       */
      void about(OpenQuestion question) throws InterruptedException;
    }

    /**
     * @param views makes views that show the same job, one after the other
     * @param user who is at the terminal; empty when nobody knows
     */
    AskingView(Supplier<JobView> views, String user, Asking asking) {
      this.views = views;
      this.user = user;
      this.asking = asking;
      this.view = views.get();
    }

    /** A view that stands still takes events, too: so it knows what was when. */
    @Override
    public synchronized void event(ObjectNode event) {
      view.event(event);
      JobEventFacts facts = JobEventFacts.read(event);
      questions.event(facts.type(), event);
      switch (facts.type()) {
        case "human_input_requested" -> questions.requestOf(event).ifPresent(passed::remove);
        case "job_completed", "job_failed", "job_cancelled" ->
            status = facts.type().substring("job_".length());
        default -> {
          // changes nothing of what is asked
        }
      }
      giveUpWhatIsClosed();
    }

    @Override
    public synchronized void away(MnException cause) {
      view.away(cause);
    }

    @Override
    public synchronized void tell(String sentence) {
      view.tell(sentence);
    }

    @Override
    public synchronized void asked(List<OpenQuestion> asked) {
      view.asked(asked);
      questions.seen(asked);
      giveUpWhatIsClosed();
      askNext();
    }

    private void giveUpWhatIsClosed() {
      if (conversation != null
          && questions.open(status).noneMatch(one -> one.requestId().equals(present.requestId()))) {
        conversation.interrupt();
      }
    }

    private void askNext() {
      if (closed || conversation != null) {
        return;
      }
      Optional<OpenQuestion> next =
          questions
              .open(status)
              .filter(one -> !passed.contains(one.requestId()) && one.isFor(user))
              .findFirst();
      if (next.isPresent()) {
        present = next.get();
        passed.add(present.requestId());
        view.close();
        conversation = Thread.ofPlatform().daemon().name("questions").start(this::converse);
      }
    }

    private void converse() {
      try {
        asking.about(present);
      } catch (InterruptedException e) {
        // it is closed, or the view is
      } finally {
        goOn();
      }
    }

    private synchronized void goOn() {
      conversation = null;
      if (!closed) {
        view = views.get();
      }
    }

    /** Leaves the last state on screen, also below a question that nobody answers any more. */
    @Override
    public void close() {
      Thread going;
      synchronized (this) {
        if (closed) {
          return;
        }
        closed = true;
        going = conversation;
      }
      if (going != null) {
        end(going);
        view = views.get();
      }
      view.close();
    }

    private static void end(Thread conversation) {
      conversation.interrupt();
      try {
        conversation.join(PATIENCE_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
