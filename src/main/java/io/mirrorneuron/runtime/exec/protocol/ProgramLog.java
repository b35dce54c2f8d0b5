package io.mirrorneuron.runtime.exec.protocol;

import io.mirrorneuron.config.ProgramOutput;
import io.mirrorneuron.runtime.exec.protocol.LogRecords.LogRecord;
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
 * Passes the printed lines of one program to the log of its run. Lines beyond the allowance of the
 * program are only counted. Thread-safe; no call waits for a disk.
 */
public final class ProgramLog implements AutoCloseable {
  /**
   * Bytes kept beyond the length of a record, so that a secret across the cut is still recognised.
   */
  private static final int REDACTION_MARGIN = 4 << 10;

  /** Size of a record without its text. */
  private static final int RECORD_BYTES = 300;

  private final ProgramOutput limits;
  private final LogWriter writer;
  private final String runId;
  private final LogRecords form;
  private final Clock clock;
  private final LogAllowance allowance;
  private final Map<Stream, Dropped> dropped = new EnumMap<>(Stream.class);
  private final AnswerHold hold = new AnswerHold(this::pass);
  private final LineCutter stdout;
  private final LineCutter stderr;
  private boolean ended;

  /** Dropped lines of one stream that are not reported yet. */
  private static final class Dropped {
    private long lines;
    private long bytes;
    private boolean byWriter;
  }

  /**
   * @param form hides the secrets of the program
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
    this.form = new LogRecords(execution, form);
    this.clock = clock;
    this.allowance = new LogAllowance(limits.logLinesPerSecond(), limits.logBytes(), nanos);
    int kept = LogRecords.LINE_BYTES + REDACTION_MARGIN;
    this.stdout = new LineCutter(kept, this::outLine);
    this.stderr = new LineCutter(kept, this::errLine);
    for (Stream stream : Stream.values()) {
      dropped.put(stream, new Dropped());
    }
  }

  /** Takes all remaining bytes; they must have a backing array and contain no beacon. */
  public synchronized void stdout(ByteBuffer bytes) {
    accept(bytes, stdout);
  }

  /** Takes all remaining bytes; they must have a backing array. */
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
   * To be called when the program has ended.
   *
   * @param answered whether it printed an answer on stdout, which is not logged
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

  /** Logs a warning of the runner about the output of the ended program. */
  public void warn(String message) {
    writer.addLast(runId, new WarningEntry(form.ofWarning(clock.instant(), message), RECORD_BYTES));
  }

  /** For a program that was not ended regularly: its lines are logged. */
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
        writer.addLast(runId, reported); // no later record would report it
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

  /** A warning of the runner about a program's output; also in the history of the job. */
  private record WarningEntry(LogRecord record, int size) implements LogWriter.Entry {
    @Override
    public void lost() {
      // the program has ended, so no later record could report it
    }
  }

  /**
   * Rate limit of one program's lines: a number per second with a burst at first and after a pause,
   * and a number of bytes in all. Not thread-safe.
   */
  private static final class LogAllowance {
    /** Size of a burst, in seconds of the rate. */
    private static final int BURST_SECONDS = 10;

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final int perSecond;
    private final LongSupplier nanos;
    private long bytes;
    private long lines;
    private long counted;

    /**
     * @param maxBytes of all records
     * @param nanos the monotonic clock
     */
    LogAllowance(int perSecond, long maxBytes, LongSupplier nanos) {
      this.perSecond = perSecond;
      this.bytes = maxBytes;
      this.nanos = nanos;
      this.lines = (long) BURST_SECONDS * perSecond;
      this.counted = nanos.getAsLong();
    }

    /** Reads the clock: once for lines that arrive together. */
    void look() {
      if (lines <= 0) {
        refill();
      }
    }

    /** Whether a line would be refused now. */
    boolean isSpent() {
      return bytes <= 0 || lines <= 0;
    }

    /** Whether a line of this size may be written; if so, it is counted. */
    boolean take(long size) {
      if (isSpent()) {
        return false;
      }
      lines--;
      bytes -= size;
      return true;
    }

    /** Whether the bytes of the program are used up. */
    boolean isAtItsEnd() {
      return bytes <= 0;
    }

    /** Counts whole seconds only, so that lines are dropped in a few long sequences. */
    private void refill() {
      long seconds = (nanos.getAsLong() - counted) / SECOND;
      counted += seconds * SECOND;
      lines = Math.min((long) BURST_SECONDS * perSecond, lines + seconds * perSecond);
    }
  }

  /**
   * Splits output into lines that end with {@code \n}, {@code \r\n} or {@code \r} (progress bars
   * overwrite themselves with the last). Not thread-safe.
   */
  private static final class LineCutter {
    /** Receives each line that is not empty. */
    interface Lines {
      /**
       * @param bytes contain the beginning of the line; valid during the call
       * @param from offset of the line
       * @param kept bytes of the line that are present
       * @param length bytes of the whole line
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

    /**
     * @param begin inclusive
     * @param end exclusive
     */
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

    /** The rest without a line end is a line, too. */
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
   * Holds back lines that may be the program's answer, which is not logged: only at the end of the
   * output is it known whether they are. A candidate is one line that looks like an answer, or a
   * document of several lines that spans the whole output. Not thread-safe.
   */
  private static final class AnswerHold {
    /**
     * Longest document (first line {@code {}) that is held back; a longer one is logged as lines.
     */
    private static final int DOCUMENT_BYTES = 64 << 10;

    private final Consumer<PrintedLine> onward;
    private final List<PrintedLine> held = new ArrayList<>();
    private boolean anything;
    private boolean document;
    private long bytes;

    /**
     * @param onward receives the lines that are not part of an answer, in order
     */
    AnswerHold(Consumer<PrintedLine> onward) {
      this.onward = onward;
    }

    /**
     * @param careful false to hold back each possible answer without parsing it
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
     * The output has ended.
     *
     * @param answered whether the output has an answer: all of it, or else its last line
     */
    void end(boolean answered) {
      if (answered && held.size() > 1 && isCandidate(held.getLast(), true)) {
        held.removeLast(); // the answer is this line, not the whole output
      } else if (answered) {
        held.clear();
      }
      release();
    }

    /** Passes on the held lines: more output follows them. */
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

  /** Port: destination of log records. Called by one thread at a time; may block. */
  public interface LogSink {
    /**
     * @param records oldest first
     * @return false when the records are lost, as there is no room
     */
    boolean log(String runId, List<LogRecord> records);
  }

  /**
   * A line printed by a program.
   *
   * @param at arrival of its end
   * @param bytes as printed, without the line end; of a long line the beginning
   * @param length in bytes of the whole line
   */
  record PrintedLine(Instant at, Stream stream, byte[] bytes, long length) {
    enum Stream {
      STDOUT,
      STDERR;

      String word() {
        return name().toLowerCase(Locale.ROOT);
      }
    }

    boolean isBlank() {
      return first() < 0;
    }

    /** The first byte that is not a blank, or -1. */
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
