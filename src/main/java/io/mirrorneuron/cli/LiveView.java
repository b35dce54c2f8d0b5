package io.mirrorneuron.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.cli.Progress.Agent;
import io.mirrorneuron.model.MnException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.utils.AttributedString;
import org.jline.utils.Display;

/** A line for the job and one for each agent, rewritten in place ten times a second. */
final class LiveView implements JobView {
  private static final String[] SPINNER = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
  private static final int TICK_MILLIS = 100;
  private static final int LONGEST_NAME = 32;

  private final Terminal terminal;
  private final Display display;
  private final Paint paint;
  private final Progress progress;
  private final ScheduledExecutorService ticker =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("live-view").factory());
  private String trouble = "";
  private int tick;
  private boolean closed;

  LiveView(Terminal terminal, Paint paint, Progress progress) {
    this.terminal = terminal;
    this.display = new Display(terminal, false);
    this.paint = paint;
    this.progress = progress;
    ticker.scheduleAtFixedRate(this::draw, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public synchronized void event(ObjectNode event) {
    trouble = "";
    progress.accept(event);
  }

  @Override
  public synchronized void away(MnException cause) {
    trouble = "connection lost, waiting";
  }

  private synchronized void draw() {
    if (!closed) {
      tick++;
      show(terminal.getSize());
    }
  }

  private void show(Size size) {
    int columns = Math.max(20, size.getColumns());
    display.resize(Math.max(5, size.getRows()), columns);
    List<AttributedString> lines =
        new ArrayList<>(
            lines(Math.max(5, size.getRows()) - 3).stream()
                .map(line -> AttributedString.fromAnsi(line).columnSubSequence(0, columns - 1))
                .toList());
    lines.add(AttributedString.EMPTY);
    display.update(lines, size.cursorPos(lines.size() - 1, 0));
  }

  /**
   * @param agents shown at most
   */
  List<String> lines(int agents) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s %s  %d/%d agents done  %s  %s"
            .formatted(
                mark(progress.status()),
                paint.bold(paint.status(progress.status(), progress.status())),
                progress.done(),
                progress.agents().size(),
                paint.faint(time(progress.seconds())),
                paint.status(trouble, "warning"))
            .stripTrailing());
    List<Agent> shown = progress.selection(agents);
    int width =
        Math.min(LONGEST_NAME, shown.stream().mapToInt(a -> a.id().length()).max().orElse(0));
    shown.forEach(agent -> lines.add(line(agent, width)));
    int more = progress.agents().size() - shown.size();
    if (more > 0) {
      lines.add(paint.faint("  … and " + more + " more"));
    }
    return lines;
  }

  private String line(Agent agent, int width) {
    String word = agent.state().word();
    double seconds = progress.seconds(agent);
    return ("  %s %-" + Math.max(1, width) + "s  %s  %s  %s  %s  %s")
        .formatted(
            mark(word),
            Output.printable(agent.id()),
            paint.faint("%-10s".formatted(agent.type())),
            paint.status("%-8s".formatted(word), word),
            paint.faint("%3d in".formatted(agent.messages())),
            paint.faint("%6s".formatted(seconds > 0 ? time(seconds) : "")),
            Output.printable(agent.note()))
        .stripTrailing();
  }

  private String mark(String status) {
    return switch (status) {
      case "completed", "done" -> paint.green("✓");
      case "failed" -> paint.status("✗", status);
      case "cancelled" -> paint.status("■", status);
      case "paused", "pausing" -> paint.status("‖", status);
      case "waiting" -> paint.faint("·");
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
