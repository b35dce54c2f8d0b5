package io.mirrorneuron.cli.human;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Lines that a person types, read by another thread, so that who waits for one can be interrupted.
 * What is typed while nobody asks is forgotten. For one thread at a time.
 */
final class TypedLines implements HumanPrompt.Lines {
  private final BufferedReader in;
  private final BlockingQueue<Optional<String>> read = new LinkedBlockingQueue<>();

  /** Whether a line is being read that nobody has taken. */
  private boolean reading;

  TypedLines(BufferedReader in) {
    this.in = in;
  }

  /** Forgets what was typed before anything was asked. */
  void forget() throws IOException {
    if (read.poll() != null) {
      reading = false;
    }
    while (!reading && in.ready()) {
      in.readLine();
    }
  }

  /**
   * @throws InterruptedIOException when the thread is interrupted, and stays so
   */
  @Override
  public String next() throws IOException {
    if (!reading) {
      reading = true;
      Thread.ofPlatform().daemon().name("typed-lines").start(this::readOne);
    }
    try {
      String line = read.take().orElse(null);
      reading = false;
      return line;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }

  private void readOne() {
    Optional<String> line = Optional.empty();
    try {
      line = Optional.ofNullable(in.readLine());
    } catch (IOException e) {
      // as the end of the input
    }
    read.add(line);
  }
}
