package io.mirrorneuron;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.human.HumanRequest.RequestStatus;
import io.mirrorneuron.model.StepPhase;
import io.mirrorneuron.runtime.port.JobStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/states.md} draws what the tables in the code allow, no more and no less. */
class StatesDocTest {
  private static final Pattern ARROW = Pattern.compile("(?m)^  ([a-z_]+) --> ([a-z_]+)");

  @Test
  void jobs() throws IOException {
    Set<JobStatus> reported = EnumSet.complementOf(EnumSet.of(JobStatus.VALIDATED));

    assertThat(drawn("Jobs")).isEqualTo(arrows(reported, JobStatus::word, JobStatus::next));
  }

  @Test
  void steps() throws IOException {
    Set<StepPhase> all = EnumSet.allOf(StepPhase.class);

    assertThat(drawn("Steps")).isEqualTo(arrows(all, StepPhase::word, StepPhase::next));
  }

  @Test
  void questions() throws IOException {
    Set<RequestStatus> all = EnumSet.allOf(RequestStatus.class);

    assertThat(drawn("Questions")).isEqualTo(arrows(all, RequestStatus::word, RequestStatus::next));
  }

  private static <S> Set<String> arrows(
      Set<S> states, Function<S, String> word, Function<S, Set<S>> next) {
    return states.stream()
        .flatMap(
            from -> next.apply(from).stream().map(to -> word.apply(from) + " " + word.apply(to)))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> drawn(String section) throws IOException {
    String page = Files.readString(Path.of("docs/states.md"));
    String part = page.split("## " + section + "\n", 2)[1].split("\n## ", 2)[0];
    Stream<String> arrows = ARROW.matcher(part).results().map(a -> a.group(1) + " " + a.group(2));
    return arrows.collect(Collectors.toCollection(TreeSet::new));
  }
}
