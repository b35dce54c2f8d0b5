package io.mirrorneuron.app;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where commands print. It remembers that something could not be written, which {@code System.out}
 * keeps to itself: a command whose answer is lost has not done what it was asked for.
 */
final class StandardOutput extends FilterOutputStream {
  private final PrintWriter writer;
  private volatile IOException lost;

  StandardOutput(OutputStream out, Charset charset) {
    super(out);
    writer = new PrintWriter(this, true, charset);
  }

  static StandardOutput ofProcess() {
    return new StandardOutput(new FileOutputStream(FileDescriptor.out), System.out.charset());
  }

  PrintWriter writer() {
    return writer;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      lost = e;
      throw e;
    }
  }

  /**
   * Says so if something was lost, unless its reader has gone, as that of {@code | head} does when
   * it has read enough.
   *
   * @return the exit code, which then is not that of success
   */
  int end(int exitCode, PrintWriter err) {
    writer.flush();
    IOException why = lost;
    if (why == null || isReaderGone(why)) {
      return exitCode;
    }
    err.println("mn: the output cannot be written: " + why.getMessage());
    err.flush();
    return exitCode == 0 ? 1 : exitCode;
  }

  /** The system words it in the language of the user; but a pipe fails for no other reason. */
  private static boolean isReaderGone(IOException why) {
    return String.valueOf(why.getMessage()).contains("Broken pipe") || isPipe();
  }

  private static boolean isPipe() {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/fd/1"))
          .toString()
          .matches("(pipe|socket):.*");
    } catch (IOException e) {
      return false;
    }
  }
}
