package io.mirrorneuron.cli.human;

import io.mirrorneuron.cli.ClientOptions;
import io.mirrorneuron.cli.JobWatcher;
import io.mirrorneuron.cli.OpenQuestion;
import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.model.MnException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Asks the person who watches a job for answers to its requests, and sends them. */
public final class TerminalAnswers implements JobWatcher.Answers {
  private final ClientOptions client;
  private TypedLines typed;

  public TerminalAnswers(ClientOptions client) {
    this.client = client;
  }

  @Override
  public void to(OpenQuestion question, RestClient rest) throws InterruptedException {
    try {
      if (typed == null) {
        typed = new TypedLines(client.screen().input());
      }
      typed.forget();
      ask(question, rest);
    } catch (MnException e) {
      client.complain(e.getMessage() + later(question));
    } catch (IOException e) {
      client.complain("what is typed cannot be read: " + e.getMessage() + later(question));
    }
  }

  private void ask(OpenQuestion question, RestClient rest) throws InterruptedException {
    String path = "/runs/" + RestClient.part(question.runId());
    HumanAsk asked = Questions.find(rest, path, question.requestId()).as(HumanAsk.class);
    if (!asked.isOpen()) {
      return;
    }
    client.output().line("");
    String there = path + "/human/" + RestClient.part(question.requestId()) + "/response";
    RestAnswer recorded =
        new Conversation(client, typed).about(rest, there, asked, new LinkedHashMap<>());
    if (Thread.interrupted()) {
      client.output().line("\n(nobody waits for this answer any more)");
      throw new InterruptedException();
    }
    if (recorded == null) {
      client.output().line("\nNot answered" + later(question));
      return;
    }
    recorded.as(Recorded.class).mustBeNew(asked);
    HumanCommand.tell(client, recorded);
  }

  private static String later(OpenQuestion question) {
    return "; " + question.answering() + " does it later";
  }

  /**
   * Lines that a person types, read by another thread, so that who waits for one can be
   * interrupted. What is typed while nobody asks is forgotten. For one thread at a time.
   */
  private static final class TypedLines implements HumanPrompt.Lines {
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
}
