package io.mirrorneuron.runtime.exec.protocol;

import io.mirrorneuron.config.ProgramOutput;
import io.mirrorneuron.runtime.exec.protocol.LogForm.LogRecord;
import io.mirrorneuron.runtime.exec.protocol.ProgramLog.PrintedLine.Stream;
import io.mirrorneuron.runtime.port.Execution;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
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
      ReportEntry reported = new ReportEntry(stream, of, record);
      if (ended) {
        writer.addLast(runId, reported); // nothing tells it later
      } else if (!writer.add(runId, reported)) {
        reported.lost();
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

  private final class ReportEntry implements LogWriter.Entry {
    private final Stream stream;
    private final Dropped what;
    private final LogRecord record;

    private ReportEntry(Stream stream, Dropped what, LogRecord record) {
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

  /** What the runner says of a program's output. The history of the job has it, too. */
  private record WarningEntry(LogRecord record, int size) implements LogWriter.Entry {
    @Override
    public void lost() {
      // there is no program any more that could tell it later
    }
  }

  /**
   * How much of what one program prints is written: so many lines a second, some more at first and
   * after a rest, and so many bytes in all. Not thread-safe.
   */
  private static final class LogAllowance {
    /** Seconds without lines that are made up for. */
    private static final int BURST_SECONDS = 10;

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final int perSecond;
    private final LongSupplier nanos;
    private long bytes;
    private long lines;
    private long counted;

    /**
     * @param maxBytes of all lines, as their records have them
     * @param nanos the monotonic clock
     */
    LogAllowance(int perSecond, long maxBytes, LongSupplier nanos) {
      this.perSecond = perSecond;
      this.bytes = maxBytes;
      this.nanos = nanos;
      this.lines = (long) BURST_SECONDS * perSecond;
      this.counted = nanos.getAsLong();
    }

    /** Looks at the clock: for a row of lines that came together, once. */
    void look() {
      if (lines <= 0) {
        refill();
      }
    }

    /** Whether a line would be refused now. */
    boolean isSpent() {
      return bytes <= 0 || lines <= 0;
    }

    /** Whether a line of so many bytes may be written, which then counts. */
    boolean take(long size) {
      if (isSpent()) {
        return false;
      }
      lines--;
      bytes -= size;
      return true;
    }

    /** Whether all bytes that a program may write are written. */
    boolean isAtItsEnd() {
      return bytes <= 0;
    }

    /** Only whole seconds count, so that lines are left out in a few long rows. */
    private void refill() {
      long seconds = (nanos.getAsLong() - counted) / SECOND;
      counted += seconds * SECOND;
      lines = Math.min((long) BURST_SECONDS * perSecond, lines + seconds * perSecond);
    }
  }

  /**
   * Cuts what a program prints into lines, which end with {@code \n}, {@code \r\n} or {@code \r}:
   * the last, as progress bars write over themselves with it. Not thread-safe.
   */
  private static final class LineCutter {
    /** Is given each line that is not empty. */
    interface Lines {
      /**
       * @param bytes hold the beginning of the line until the call returns
       * @param from where it begins
       * @param kept bytes of it that are there
       * @param length bytes that it has
       */
      void line(byte[] bytes, int from, int kept, long length);
    }

    private final int limit;
    private final Lines lines;
    private byte[] buffer = new byte[128];
    private int kept;
    private long length;

    /**
     * @param limit bytes of a line that are kept
     */
    LineCutter(int limit, Lines lines) {
      this.limit = limit;
      this.lines = lines;
    }

    /** Takes the bytes between the two places. */
    void accept(byte[] bytes, int begin, int end) {
      int from = begin;
      for (int i = begin; i < end; i++) {
        byte each = bytes[i];
        if (each == '\n' || each == '\r') {
          if (length > 0) {
            keep(bytes, from, i - from);
            end();
          } else if (i > from) {
            lines.line(bytes, from, Math.min(i - from, limit), i - from);
          }
          from = i + 1;
        }
      }
      keep(bytes, from, end - from);
    }

    /** What came last is a line, too. */
    void end() {
      if (length > 0) {
        lines.line(buffer, 0, kept, length);
        kept = 0;
        length = 0;
      }
    }

    private void keep(byte[] bytes, int from, int count) {
      int more = Math.min(count, limit - kept);
      if (kept + more > buffer.length) {
        buffer = Arrays.copyOf(buffer, Math.min(limit, Math.max(kept + more, buffer.length * 2)));
      }
      System.arraycopy(bytes, from, buffer, kept, more);
      kept += more;
      length += count;
    }
  }

  /**
   * Keeps back what may be the answer of a program: an answer is no log line, and whether a line is
   * one is only known once nothing follows. That is one line that looks like an answer, or a
   * document of several lines that all of the output may be. Not thread-safe.
   */
  private static final class AnswerHold {
    /** Of a document that begins with a line {@code {}; a longer one is told as lines. */
    private static final int DOCUMENT_BYTES = 64 << 10;

    private final Consumer<PrintedLine> onward;
    private final List<PrintedLine> held = new ArrayList<>();
    private boolean anything;
    private boolean document;
    private long bytes;

    /**
     * @param onward is given the lines that are no answer, in order
     */
    AnswerHold(Consumer<PrintedLine> onward) {
      this.onward = onward;
    }

    /**
     * @param careful false to keep back each line that may be an answer without a look into it
     */
    void line(PrintedLine line, boolean careful) {
      if (!anything) {
        anything = true;
        document = line.length() == 1 && line.first() == '{';
      }
      if (!document) {
        release();
      }
      bytes += line.length();
      if (document || isCandidate(line, careful)) {
        held.add(line);
        document &= bytes <= DOCUMENT_BYTES;
      } else {
        onward.accept(line);
      }
    }

    /**
     * Nothing follows.
     *
     * @param answered whether the output has an answer: all of it, or else its last line
     */
    void end(boolean answered) {
      if (answered && held.size() > 1 && isCandidate(held.getLast(), true)) {
        held.removeLast(); // the answer is this line, and not the whole
      } else if (answered) {
        held.clear();
      }
      release();
    }

    /** Hands on what is kept back: something follows it. */
    void release() {
      held.forEach(onward);
      held.clear();
      bytes = 0;
      document = false;
    }

    private static boolean isCandidate(PrintedLine line, boolean careful) {
      if (line.first() != '{') {
        return false;
      }
      return !careful
          || line.length() > line.bytes().length
          || StdoutProtocol.isNamedIn(new String(line.bytes(), StandardCharsets.ISO_8859_1));
    }
  }

  /** Port: where log records of programs go. Called by one thread at a time; may block. */
  public interface LogSink {
    /**
     * Adds records to the log of the run.
     *
     * @param records oldest first
     * @return false when they are lost, as there is no room
     */
    boolean log(String runId, List<LogRecord> records);
  }

  /**
   * A line that a program has printed.
   *
   * @param at when its end arrived
   * @param bytes as printed, without its end; of a long line the beginning
   * @param length bytes that it has
   */
  record PrintedLine(Instant at, Stream stream, byte[] bytes, long length) {
    enum Stream {
      STDOUT,
      STDERR;

      String word() {
        return name().toLowerCase(Locale.ROOT);
      }
    }

    /** Whether there is nothing in it but blanks. */
    boolean isBlank() {
      return first() < 0;
    }

    /** Its first byte that is no blank, or -1. */
    int first() {
      for (byte each : bytes) {
        if (each != ' ' && each != '\t') {
          return each & 0xff;
        }
      }
      return -1;
    }
  }
}
