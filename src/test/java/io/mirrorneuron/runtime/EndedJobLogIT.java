package io.mirrorneuron.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Whole;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What an operator reads of jobs in the log, and finds in the temporary folder afterwards. */
@Whole
class EndedJobLogIT {
  @TempDir Path home;

  @Test
  void eachEndIsOneLineAndNothingIsLeftInTheTemporaryFolder() throws Exception {
    Logger logger = (Logger) LoggerFactory.getLogger("io.mirrorneuron.runtime.loop.JobTurns");
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    logger.setLevel(Level.INFO);
    logger.addAppender(lines);
    String good;
    String bad;
    String cancelled;
    Path temporary;
    try (RuntimeFixture runtime = new RuntimeFixture(home)) {
      temporary = RuntimeFixture.config(home).executors().tempDir();
      good = runtime.jobs().submit(Submission.of(SampleManifests.program("good", "true"))).jobId();
      bad = runtime.jobs().submit(Submission.of(SampleManifests.program("bad", "false"))).jobId();
      cancelled =
          runtime
              .jobs()
              .submit(Submission.of(SampleManifests.program("gone", "sleep", "100")))
              .jobId();
      runtime.jobs().cancel(cancelled, "ada", "no\nlonger needed");
      runtime.awaitEnd(cancelled);
      runtime.awaitEnd(good);
      runtime.awaitEnd(bad);
    } finally {
      logger.detachAppender(lines);
      logger.setLevel(null);
    }
    List<String> reported = lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    assertThat(reported)
        .contains("job " + good + " completed")
        .contains("job " + cancelled + " cancelled by ada: no longer needed")
        .filteredOn(line -> line.startsWith("job " + bad + " failed: "))
        .hasSize(1);
    try (Stream<Path> left =
        Files.isDirectory(temporary) ? Files.list(temporary) : Stream.empty()) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .filteredOn(name -> name.startsWith("mn-"))
          .isEmpty();
    }
  }
}
