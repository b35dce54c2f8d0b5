package io.mirrorneuron.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.JobListener;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobDetail;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Shows a job while it runs. Closing leaves the last state on screen. */
interface JobView extends JobListener, AutoCloseable {
  @Override
  void close();

  /** The view that suits the screen and the option {@code --json}. */
  static JobView of(Client client, JobDetail details) {
    if (client.json) {
      return new Silence();
    }
    if (!client.screen().isLive()) {
      return new Lines(client.output());
    }
    try {
      return new LiveView(
          Screen.openTerminal(),
          client.screen().paint(),
          new JobProgress(details, System::nanoTime));
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

  /** A line for each event, for pipes and logs. */
  final class Lines implements JobView {
    private final Output output;
    private boolean away;

    Lines(Output output) {
      this.output = output;
    }

    @Override
    public void event(ObjectNode event) {
      away = false;
      output.line(EventLines.line(event, output.paint()));
    }

    @Override
    public void away(MnException cause) {
      if (!away) {
        output.line("The connection is lost; waiting for the runtime to come back.");
      }
      away = true;
    }

    @Override
    public void close() {}
  }
}
