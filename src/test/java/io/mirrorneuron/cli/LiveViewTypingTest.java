package io.mirrorneuron.cli;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.cli.JobView.LiveView;
import io.mirrorneuron.port.JobDetail;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jline.terminal.Size;
import org.jline.terminal.impl.LineDisciplineTerminal;
import org.junit.jupiter.api.Test;

class LiveViewTypingTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private String shown() {
    synchronized (out) {
      return out.toString(StandardCharsets.UTF_8);
    }
  }

  /** A terminal shows what is typed, and is then not where the view believes. */
  @Test
  void whatIsTypedMovesNothingOfTheView() throws Exception {
    LineDisciplineTerminal terminal =
        new LineDisciplineTerminal("test", "xterm", out, StandardCharsets.UTF_8);
    terminal.setSize(new Size(80, 24));
    LiveView view =
        new LiveView(
            terminal, AnsiStyle.PLAIN, new JobProgress(JobDetail.NONE, System::currentTimeMillis));
    eventually("the view", () -> shown().contains("pending"));
    view.tell("something was \033[1mchanged");
    eventually("the view", () -> shown().contains("something was ?[1mchanged"));
    int before = shown().length();
    view.close();

    assertThat(shown().substring(before)).contains("\r\033[K");
    assertThat(shown().substring(before).indexOf("\r\033[K")).isZero();
  }
}
