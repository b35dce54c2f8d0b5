package io.mirrorneuron.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.run.RunBacklog.PutOff;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PutOffTest {
  private final PutOff jobs = new PutOff();

  @Test
  void oneJobIsPutOffForHalfASecondFromItsFirstChange() {
    assertThat(jobs.add("a", 0)).isTrue();
    assertThat(jobs.add("a", millis(400))).isFalse();
    assertThat(jobs.takeDue(millis(499))).isEmpty();
    assertThat(jobs.takeDue(millis(500))).containsExactly("a");
    assertThat(jobs.isEmpty()).isTrue();
  }

  @Test
  void eachOtherJobAddsAFiftiethAndFiveSecondsAreTheMost() {
    IntStream.rangeClosed(0, 100).forEach(i -> jobs.add("job-" + i, 0));
    assertThat(jobs.nextDue()).isEqualTo(millis(2500));
    IntStream.range(0, 2000).forEach(i -> jobs.add("more-" + i, 1));
    assertThat(jobs.nextDue()).isEqualTo(millis(5000));
  }

  @Test
  void thoseThatAreLeftOfManyHaveTheTimeOfMany() {
    IntStream.rangeClosed(0, 100).forEach(i -> jobs.add("job-" + i, i));
    IntStream.range(0, 99).forEach(i -> assertThat(jobs.remove("job-" + i)).isTrue());
    assertThat(jobs.contains("job-0")).isFalse();
    assertThat(jobs.takeDue(millis(2499))).isEmpty();
    assertThat(jobs.takeDue(millis(2500) + 99)).containsExactly("job-99");
    assertThat(jobs.takeDue(millis(2500) + 99)).containsExactly("job-100");
  }

  @Test
  void afterManyOneJobIsPutOffForHalfASecondAgain() {
    IntStream.rangeClosed(0, 100).forEach(i -> jobs.add("job-" + i, 0));
    IntStream.rangeClosed(0, 100).forEach(i -> jobs.remove("job-" + i));
    jobs.add("a", millis(100));
    assertThat(jobs.nextDue()).isEqualTo(millis(600));
  }

  private static long millis(long some) {
    return TimeUnit.MILLISECONDS.toNanos(some);
  }
}
