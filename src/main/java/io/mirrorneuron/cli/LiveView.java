package io.mirrorneuron.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.JobEventFacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.utils.AttributedString;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;

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
  private String told = "";
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
    told = sentence;
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
    if (!told.isEmpty()) {
      lines.add("  " + Output.printable(told));
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
    String next = seconds > 0 ? "next try in %.0f s".formatted(Math.ceil(seconds)) : "next try now";
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
