package io.mirrorneuron.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.runtime.state.ParentOutcomes.Ending;
import io.mirrorneuron.runtime.state.ParentOutcomes.Verdict;
import io.mirrorneuron.runtime.workflow.StepGraph.Rule;
import io.mirrorneuron.runtime.workflow.StepGraph.Trigger;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.Seeds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** The counts of a tally say what a look at the list of all parents says, at each moment. */
@Proof.Histories
class ParentOutcomesTest {
  private static final Seeds CASES = Seeds.of(5_000);

  /** Success, a failure that the flow survived, a failure, skipped, partial. */
  private static final List<Ending> ENDINGS =
      List.of(
          new Ending(true, true, false),
          new Ending(true, false, true),
          new Ending(false, false, true),
          new Ending(true, false, false),
          new Ending(false, false, false));

  private record Parent(boolean required, Ending ending) {}

  /** The rules as {@code runtime.md} has them, read off the parents one by one. */
  private record Oracle(List<Parent> ended, List<Parent> open) {
    private List<Parent> all() {
      List<Parent> all = new ArrayList<>(ended);
      all.addAll(open);
      return all;
    }

    Verdict verdict(Trigger trigger) {
      if (all().isEmpty()) {
        return Verdict.START;
      }
      return switch (trigger.rule()) {
        case ALL_SUCCESS -> all(parent -> parent.ending.accepted());
        case ALL_DONE -> all(parent -> true);
        case ONE_DONE -> some(1, parent -> true);
        case ONE_SUCCESS -> some(1, parent -> parent.ending.success());
        case ONE_FAILED -> some(1, parent -> parent.ending.failed());
        case QUORUM_SUCCESS -> some(trigger.quorum(), parent -> parent.ending.success());
        case NONE_FAILED_MIN_ONE_SUCCESS -> noneFailed();
      };
    }

    /** Edges that are not required hold nothing back; with no other edge one end is enough. */
    private Verdict all(Predicate<Parent> fine) {
      if (all().stream().noneMatch(Parent::required)) {
        return ended.isEmpty() ? Verdict.WAIT : Verdict.START;
      }
      if (ended.stream().anyMatch(parent -> parent.required && !fine.test(parent))) {
        return Verdict.NEVER;
      }
      return open.stream().anyMatch(Parent::required) ? Verdict.WAIT : Verdict.START;
    }

    private Verdict some(int wanted, Predicate<Parent> fine) {
      long have = ended.stream().filter(fine).count();
      if (have >= wanted) {
        return Verdict.START;
      }
      return have + open.size() < wanted ? Verdict.NEVER : Verdict.WAIT;
    }

    private Verdict noneFailed() {
      if (ended.stream().anyMatch(parent -> parent.ending.failed())) {
        return Verdict.NEVER;
      }
      if (!open.isEmpty()) {
        return Verdict.WAIT;
      }
      return some(1, parent -> parent.ending.success());
    }
  }

  private static Trigger trigger(Random random) {
    Rule rule = Rule.values()[random.nextInt(Rule.values().length)];
    return new Trigger(rule, rule == Rule.QUORUM_SUCCESS ? 1 + random.nextInt(5) : 0);
  }

  private static List<Parent> parents(Random random) {
    List<Parent> parents = new ArrayList<>();
    int mostlyRequired = random.nextInt(4);
    for (int i = random.nextInt(7); i > 0; i--) {
      Ending ending = ENDINGS.get(random.nextInt(ENDINGS.size()));
      parents.add(new Parent(random.nextInt(4) <= mostlyRequired, ending));
    }
    return parents;
  }

  private static ParentOutcomes tally(List<Parent> parents) {
    ParentOutcomes tally = new ParentOutcomes();
    parents.forEach(parent -> tally.expect(parent.required, 1));
    return tally;
  }

  private static void end(ParentOutcomes tally, Parent parent) {
    tally.add(parent.required, parent.ending);
  }

  /** What comes of seeds that follow each other differs from the first draw on. */
  private static Random random(long seed, int test) {
    return new Random(new Random(seed * 4 + test).nextLong());
  }

  @Test
  void aTallySaysWhatItsParentsSay() {
    CASES.each(
        seed -> {
          Random random = random(seed, 1);
          List<Parent> parents = parents(random);
          Trigger trigger = trigger(random);
          ParentOutcomes tally = tally(parents);
          for (int ended = 0; ended <= parents.size(); ended++) {
            Oracle oracle =
                new Oracle(parents.subList(0, ended), parents.subList(ended, parents.size()));
            assertThat(tally.verdict(trigger))
                .as("seed %d, %s after %d of %s", seed, trigger, ended, parents)
                .isEqualTo(oracle.verdict(trigger));
            if (ended < parents.size()) {
              end(tally, parents.get(ended));
            }
          }
        });
  }

  @Test
  void aVerdictIsFinalAndAllEndsLeadToOne() {
    CASES.each(
        seed -> {
          Random random = random(seed, 2);
          List<Parent> parents = parents(random);
          Trigger trigger = trigger(random);
          ParentOutcomes tally = tally(parents);
          Verdict before = tally.verdict(trigger);
          for (Parent parent : parents) {
            end(tally, parent);
            Verdict after = tally.verdict(trigger);
            if (before != Verdict.WAIT) {
              assertThat(after).as("seed %d, %s, %s", seed, trigger, parents).isEqualTo(before);
            }
            before = after;
          }
          assertThat(before)
              .as("seed %d, %s, %s", seed, trigger, parents)
              .isNotEqualTo(Verdict.WAIT);
        });
  }

  @Test
  void theOrderInWhichParentsEndDoesNotMatterInTheEnd() {
    CASES.each(
        seed -> {
          Random random = random(seed, 3);
          List<Parent> parents = parents(random);
          Trigger trigger = trigger(random);
          ParentOutcomes one = tally(parents);
          parents.forEach(parent -> end(one, parent));
          List<Parent> shuffled = new ArrayList<>(parents);
          Collections.shuffle(shuffled, random);
          ParentOutcomes other = tally(parents);
          shuffled.forEach(parent -> end(other, parent));

          assertThat(other.verdict(trigger))
              .as("seed %d, %s, %s", seed, trigger, parents)
              .isEqualTo(one.verdict(trigger));
          assertThat(other.anySuccess()).isEqualTo(one.anySuccess());
        });
  }

  @Test
  void aParentThatBecomesManyIsWaitedForInAllItsInstances() {
    CASES.each(
        seed -> {
          Random random = random(seed, 4);
          List<Parent> parents = parents(random);
          Trigger trigger = trigger(random);
          boolean required = random.nextBoolean();
          List<Parent> instances = new ArrayList<>();
          for (int n = 1 + random.nextInt(4); n > 0; n--) {
            Ending ending = ENDINGS.get(random.nextInt(ENDINGS.size()));
            instances.add(new Parent(required, ending));
          }
          ParentOutcomes tally = tally(parents);
          tally.expect(required, 1); // what is to be scattered
          tally.expect(required, instances.size() - 1);
          List<Parent> all = new ArrayList<>(parents);
          all.addAll(instances);
          parents.forEach(parent -> end(tally, parent));
          assertThat(tally.verdict(trigger))
              .as("seed %d, %s, %s", seed, trigger, all)
              .isEqualTo(new Oracle(parents, instances).verdict(trigger));

          instances.forEach(parent -> end(tally, parent));
          assertThat(tally.verdict(trigger))
              .as("seed %d, %s, %s", seed, trigger, all)
              .isEqualTo(new Oracle(all, List.of()).verdict(trigger));
        });
  }
}
