package io.mirrorneuron.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.JobListener;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobDetail;
import io.mirrorneuron.wire.JobEventFacts;
import io.mirrorneuron.wire.LedgerForm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.utils.AttributedString;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;

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
      if (ProgressText.isTelling(facts, ofSteps)) {
        output.line(ProgressText.line(facts, output));
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

  /** Those events that tell people how far a job is, each as a line. */
  final class ProgressText {
    /** Nothing is wrong: its message came from one parent, and others are still at work. */
    private static final String BLOCKED = "workflow_step_blocked";

    private static final Set<String> SILENT =
        Set.of("job_pending", "job_validated", "job_scheduled", "job_recovery_scheduled");
    private static final Set<String> OF_STEPS =
        Set.of(
            "workflow_step_attempt_started",
            "workflow_step_attempt_timed_out",
            "workflow_step_attempt_retry_scheduled",
            "workflow_step_beacon",
            BLOCKED,
            "workflow_step_branch",
            "workflow_step_completed",
            "workflow_step_failed",
            "workflow_step_partial",
            "workflow_step_scattered",
            "workflow_step_skipped",
            "workflow_step_timed_out");
    private static final Set<String> OF_AGENTS =
        Set.of(
            "agent_beacon",
            "agent_message_received",
            "agent_restart_scheduled",
            "message_retry_scheduled",
            "sandbox_job_completed",
            "sandbox_job_failed");
    private static final Set<String> ALWAYS = Set.of("dead_letter", "message_unrouted");

    private ProgressText() {}

    /**
     * Whether a person wants to read it.
     *
     * @param ofSteps whether the job has steps, of which its agents' events would tell nothing new
     */
    static boolean isTelling(JobEventFacts event, boolean ofSteps) {
      String type = event.type();
      return ALWAYS.contains(type)
          || type.startsWith("human_")
          || (ofSteps ? OF_STEPS : OF_AGENTS).contains(type)
          || type.startsWith("job_") && !SILENT.contains(type);
    }

    /** {@code time subject what detail}. */
    static String line(JobEventFacts facts, Output output) {
      AnsiStyle paint = output.paint();
      String what = what(facts);
      String subject =
          facts.type().startsWith("job_")
              ? "job"
              : Objects.requireNonNullElse(
                  facts.stepId(), Objects.requireNonNullElse(facts.agentId(), "job"));
      return "%s  %-14s %s%s"
          .formatted(
              paint.faint(output.clock(facts.timestamp())),
              Output.printable(subject),
              paint.status(Output.printable(what), what),
              EventLines.warnings(facts) + paint.faint(detail(facts)))
          .stripTrailing();
    }

    private static String what(JobEventFacts event) {
      return switch (event.type()) {
        case "agent_message_received" -> "received " + event.payload().type();
        case "workflow_step_attempt_started" ->
            event.attempt() > 1 ? "try " + event.attempt() : "started";
        case "workflow_step_attempt_retry_scheduled",
            "message_retry_scheduled",
            "agent_restart_scheduled" ->
            "next try in %.0f s".formatted(Math.ceil(event.nextTryMs() / 1000.0));
        case BLOCKED -> "waits for " + String.join(", ", event.parents());
        default ->
            event
                .type()
                .replaceFirst("^(job|sandbox_job|workflow_step|agent|message)_", "")
                .replace('_', ' ');
      };
    }

    private static String detail(JobEventFacts event) {
      if (event.type().equals(BLOCKED)) {
        return "";
      }
      String from = event.payload().from();
      for (String text :
          new String[] {
            from.isEmpty() ? "" : "from " + from,
            event.reason(),
            event.message(),
            event.payload().reason(),
            event.payload().error(),
            event.payload().message()
          }) {
        if (!text.isEmpty()) {
          return "  " + Output.printable(text);
        }
      }
      return "";
    }
  }

  /** A line for the job and one for each step or agent, rewritten in place ten times a second. */
  final class LiveView implements JobView {
    private static final String[] SPINNER = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
    private static final int TICK_MILLIS = 100;
    private static final int LONGEST_NAME = 32;

    private final Terminal terminal;
    private Display display;
    private final AnsiStyle paint;
    private final JobProgress progress;
    private final ScheduledExecutorService ticker =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("live-view").factory());
    private final OpenQuestions questions = new OpenQuestions();

    private int drawn;
    private int drawnColumns;
    private String trouble = "";
    private String reported = "";
    private int tick;
    private boolean closed;

    LiveView(Terminal terminal, AnsiStyle paint, JobProgress progress) {
      this.terminal = terminal;
      this.display = new Display(terminal, false);
      this.paint = paint;
      this.progress = progress;
      ticker.scheduleAtFixedRate(this::draw, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public synchronized void event(ObjectNode event) {
      trouble = "";
      JobEventFacts facts = JobEventFacts.read(event);
      progress.accept(facts);
      questions.event(facts.type(), event);
    }

    @Override
    public synchronized void away(MnException cause) {
      trouble = "connection lost, waiting";
    }

    @Override
    public synchronized void asked(List<OpenQuestion> asked) {
      questions.seen(asked);
    }

    @Override
    public synchronized void tell(String sentence) {
      reported = sentence;
    }

    private synchronized void draw() {
      if (!closed) {
        tick++;
        show(terminal.getSize());
      }
    }

    private void show(Size size) {
      int columns = Math.max(20, size.getColumns());
      if (drawnColumns != 0 && drawnColumns != columns) {
        wipe();
      } else if (drawn > 0) {
        forgetTyped();
      }
      display.resize(Math.max(5, size.getRows()), columns);
      List<AttributedString> lines =
          new ArrayList<>(
              lines(Math.max(5, size.getRows()) - 3).stream()
                  .map(line -> AttributedString.fromAnsi(line).columnSubSequence(0, columns - 1))
                  .toList());
      lines.add(AttributedString.EMPTY);
      display.update(lines, size.cursorPos(lines.size() - 1, 0));
      drawn = lines.size();
      drawnColumns = columns;
    }

    /** The terminal shows what is typed, ^C too, where the display believes its cursor to be. */
    private void forgetTyped() {
      terminal.puts(Capability.carriage_return);
      terminal.puts(Capability.clr_eol);
    }

    /** Takes away what was drawn: a terminal of another width may have wrapped its lines. */
    private void wipe() {
      terminal.puts(Capability.carriage_return);
      if (drawn > 1) {
        terminal.puts(Capability.parm_up_cursor, drawn - 1);
      }
      terminal.puts(Capability.clr_eos);
      display = new Display(terminal, false); // the old one believes that its cursor is elsewhere
    }

    /**
     * @param most steps or agents at most
     */
    List<String> lines(int most) {
      List<String> lines = new ArrayList<>();
      lines.add(
          "%s %s  %d/%d %s done  %s  %s"
              .formatted(
                  mark(progress.status()),
                  paint.bold(paint.status(progress.status(), progress.status())),
                  progress.done(),
                  progress.lines().size(),
                  progress.isOfSteps() ? "steps" : "agents",
                  paint.faint(time(progress.seconds())),
                  paint.status(trouble, "warning"))
              .stripTrailing());
      List<OpenQuestion> open =
          questions.open(progress.status()).limit(Math.max(1, most / 6)).toList();
      List<ProgressLine> shown = progress.selection(Math.max(1, most - 2 * open.size()));
      int width = width(shown.stream().map(line -> line.id));
      int about = width(shown.stream().map(line -> line.about));
      shown.forEach(one -> lines.add(line(one, width, about)));
      int more = progress.lines().size() - shown.size();
      if (more > 0) {
        lines.add(paint.faint("  … and " + more + " more"));
      }
      for (OpenQuestion one : open) {
        lines.add(
            paint.status("  ? waits for a person: " + Output.printable(one.asked()), "warning"));
        lines.add("    " + Output.printable(one.answering()));
      }
      if (!reported.isEmpty()) {
        lines.add("  " + Output.printable(reported));
      }
      return lines;
    }

    private static int width(Stream<String> texts) {
      return Math.min(LONGEST_NAME, texts.mapToInt(String::length).max().orElse(0));
    }

    private String line(ProgressLine one, int width, int about) {
      String word = one.state().word();
      double seconds = progress.seconds(one);
      return "  %s %s  %s  %s  %s  %s  %s"
          .formatted(
              mark(word),
              padded(one.id, width),
              paint.faint(padded(one.about, about)),
              paint.status("%-8s".formatted(word), word),
              paint.faint("%6s".formatted(count(one))),
              paint.faint("%6s".formatted(seconds >= 0.001 ? time(seconds) : "")),
              Output.printable(note(one)))
          .stripTrailing();
    }

    private String note(ProgressLine one) {
      if (one.state() != ProgressLine.State.RETRYING) {
        return one.note();
      }
      double seconds = progress.untilNextTry(one);
      String next =
          seconds > 0 ? "next try in %.0f s".formatted(Math.ceil(seconds)) : "next try now";
      return one.note().isEmpty() ? next : next + ": " + one.note();
    }

    private static String padded(String text, int width) {
      String shown = text.length() > width ? text.substring(0, width - 1) + "…" : text;
      return ("%-" + Math.max(1, width) + "s").formatted(Output.printable(shown));
    }

    /** Messages that came in; of a step only that it was tried again. */
    private String count(ProgressLine one) {
      if (!progress.isOfSteps()) {
        return one.count() + " in";
      }
      return one.count() > 1 ? "try " + one.count() : "";
    }

    private String mark(String status) {
      return switch (status) {
        case "completed", "done" -> paint.green("✓");
        case "failed" -> paint.status("✗", status);
        case "cancelled", "stopped" -> paint.status("■", "cancelled");
        case "paused", "pausing" -> paint.status("‖", status);
        case "waiting" -> paint.faint("·");
        case "skipped" -> paint.faint("-");
        case "partial" -> paint.status("~", status);
        default -> paint.status(SPINNER[tick % SPINNER.length], "running");
      };
    }

    private static String time(double seconds) {
      if (seconds < 1) {
        return "%.0fms".formatted(seconds * 1000);
      }
      return seconds < 60
          ? "%.1fs".formatted(seconds)
          : "%dm%02ds".formatted((int) seconds / 60, (int) seconds % 60);
    }

    @Override
    public void close() {
      synchronized (this) {
        if (closed) {
          return;
        }
        show(terminal.getSize());
        closed = true;
      }
      ticker.shutdown();
      try {
        terminal.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
