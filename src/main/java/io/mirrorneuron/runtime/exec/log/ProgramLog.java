package io.mirrorneuron.runtime.exec.log;

import io.mirrorneuron.config.ProgramOutput;
import io.mirrorneuron.runtime.exec.log.LogForm.LogRecord;
import io.mirrorneuron.runtime.exec.log.PrintedLine.Stream;
import io.mirrorneuron.runtime.exec.protocol.StoredText;
import io.mirrorneuron.runtime.port.Execution;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The lines that one program prints on their way into the log of its run. Lines above what a
 * program may log are counted and told as a number. Thread-safe; no call waits for a disk.
 */
public final class ProgramLog implements AutoCloseable {
  /** Kept of a line beyond what its record has, so that a secret across the cut is seen whole. */
  private static final int REDACTION_MARGIN = 4 << 10;

  /** Of a record beside its text. */
  private static final int RECORD_BYTES = 300;

  private final ProgramOutput limits;
  private final LogWriter writer;
  private final String runId;
  private final LogForm form;
  private final Clock clock;
  private final LogAllowance allowance;
  private final Map<Stream, Dropped> dropped = new EnumMap<>(Stream.class);
  private final AnswerHold hold = new AnswerHold(this::pass);
  private final LineCutter stdout;
  private final LineCutter stderr;
  private boolean ended;

  /** What was left out of one stream, and not told yet. */
  private static final class Dropped {
    private long lines;
    private long bytes;
    private boolean byWriter;
  }

  /**
   * @param form hides the secrets that the program was given
   * @param nanos the monotonic clock
   */
  public ProgramLog(
      Execution execution,
      StoredText form,
      ProgramOutput limits,
      LogWriter writer,
      Clock clock,
      LongSupplier nanos) {
    this.limits = limits;
    this.writer = writer;
    this.runId = execution.runId();
    this.form = new LogForm(execution, form);
    this.clock = clock;
    this.allowance = new LogAllowance(limits.logLinesPerSecond(), limits.logBytes(), nanos);
    int kept = LogForm.LINE_BYTES + REDACTION_MARGIN;
    this.stdout = new LineCutter(kept, this::outLine);
    this.stderr = new LineCutter(kept, this::errLine);
    for (Stream stream : Stream.values()) {
      dropped.put(stream, new Dropped());
    }
  }

  /** Takes all remaining bytes of an array, which hold no beacon. */
  public synchronized void stdout(ByteBuffer bytes) {
    accept(bytes, stdout);
  }

  /** Takes all remaining bytes of an array. */
  public synchronized void stderr(ByteBuffer bytes) {
    accept(bytes, stderr);
  }

  private void accept(ByteBuffer bytes, LineCutter cutter) {
    allowance.look();
    int from = bytes.arrayOffset() + bytes.position();
    cutter.accept(bytes.array(), from, from + bytes.remaining());
    bytes.position(bytes.limit());
  }

  /**
   * The program has ended.
   *
   * @param answered whether it gave an answer on stdout, which is no line of the log
   */
  public synchronized void end(boolean answered) {
    if (!ended) {
      ended = true;
      stdout.end();
      hold.end(answered);
      stderr.end();
      dropped.keySet().forEach(this::tellDropped);
    }
  }

  /** Tells what the runner found in the output of the program, which has ended. */
  public void warn(String message) {
    writer.addLast(runId, new WarningEntry(form.ofWarning(clock.instant(), message), RECORD_BYTES));
  }

  /** Whatever it was that kept it from its end: what it printed is told. */
  @Override
  public void close() {
    end(false);
  }

  private void outLine(byte[] bytes, int from, int kept, long length) {
    boolean spent = allowance.isSpent();
    if (spent && !mayBeAnswer(bytes, from, kept)) {
      hold.release();
      drop(Stream.STDOUT, length);
      return;
    }
    PrintedLine line = line(Stream.STDOUT, bytes, from, kept, length);
    if (!line.isBlank()) {
      hold.line(line, !spent);
    }
  }

  private static boolean mayBeAnswer(byte[] bytes, int from, int kept) {
    int first = from;
    while (first < from + kept && (bytes[first] == ' ' || bytes[first] == '\t')) {
      first++;
    }
    return first < from + kept && bytes[first] == '{';
  }

  private void errLine(byte[] bytes, int from, int kept, long length) {
    if (allowance.isSpent()) {
      drop(Stream.STDERR, length);
      return;
    }
    PrintedLine line = line(Stream.STDERR, bytes, from, kept, length);
    if (!line.isBlank()) {
      pass(line);
    }
  }

  private PrintedLine line(Stream stream, byte[] bytes, int from, int kept, long length) {
    byte[] copy = Arrays.copyOfRange(bytes, from, from + kept);
    return new PrintedLine(clock.instant(), stream, copy, length);
  }

  private void pass(PrintedLine line) {
    if (!allowance.take(line.bytes().length + RECORD_BYTES)) {
      drop(line.stream(), line.length());
      return;
    }
    tellDropped(line.stream());
    if (!writer.add(runId, new Line(line))) {
      dropped.get(line.stream()).byWriter = true;
      drop(line.stream(), line.length());
    }
  }

  private synchronized void drop(Stream stream, long length) {
    Dropped of = dropped.get(stream);
    of.lines++;
    of.bytes += length;
  }

  private void tellDropped(Stream stream) {
    Dropped of = dropped.get(stream);
    if (of.lines > 0) {
      dropped.put(stream, new Dropped());
      LogRecord record =
          form.ofDropped(clock.instant(), stream, of.lines, of.bytes, reason(of.byWriter));
      Told told = new Told(stream, of, record);
      if (ended) {
        writer.addLast(runId, told); // nothing tells it later
      } else if (!writer.add(runId, told)) {
        told.lost();
      }
    }
  }

  private String reason(boolean byWriter) {
    if (byWriter) {
      return LostLines.BY_DISK;
    }
    return allowance.isAtItsEnd()
        ? "executor.log_max_bytes is " + limits.logBytes()
        : "executor.log_lines_per_second is " + limits.logLinesPerSecond();
  }

  private final class Line implements LogWriter.Entry {
    private final PrintedLine line;

    private Line(PrintedLine line) {
      this.line = line;
    }

    @Override
    public int size() {
      return line.bytes().length + RECORD_BYTES;
    }

    @Override
    public LogRecord record() {
      return form.of(line);
    }

    @Override
    public void lost() {
      synchronized (ProgramLog.this) {
        dropped.get(line.stream()).byWriter = true;
        drop(line.stream(), line.length());
      }
    }
  }

  private final class Told implements LogWriter.Entry {
    private final Stream stream;
    private final Dropped what;
    private final LogRecord record;

    private Told(Stream stream, Dropped what, LogRecord record) {
      this.stream = stream;
      this.what = what;
      this.record = record;
    }

    @Override
    public int size() {
      return RECORD_BYTES;
    }

    @Override
    public LogRecord record() {
      return record;
    }

    @Override
    public void lost() {
      synchronized (ProgramLog.this) {
        Dropped now = dropped.get(stream);
        now.lines += what.lines;
        now.bytes += what.bytes;
        now.byWriter = true;
      }
    }
  }
}
