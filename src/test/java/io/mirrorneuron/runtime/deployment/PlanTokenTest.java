package io.mirrorneuron.runtime.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.deployment.DeployedVersion.PreparedVersion;
import io.mirrorneuron.runtime.deployment.DeploymentPlan.Mode;
import io.mirrorneuron.runtime.deployment.DeploymentPlanner.Content;
import io.mirrorneuron.runtime.deployment.DeploymentPlanner.Present;
import io.mirrorneuron.runtime.loop.Graph;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.workflow.UpdatePolicy;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a token covers, and that a line is decided on with it. */
class PlanTokenTest {
  private static final Manifests MANIFESTS = new Manifests(DefaultRunner.HOST_LOCAL);
  private final DeploymentMachine machine = new DeploymentMachine();

  private static Content content(int version, String bundle) {
    String text =
        new Graph()
            .router("start")
            .with("type", "'service'")
            .program("a", "{'v':%d}".formatted(version))
            .toString();
    return new Content(text, MANIFESTS.parse(text), bundle);
  }

  /** Of the next version, when the first runs. */
  private static PreparedVersion prepared(DeployedKey line, Present present, Content next) {
    DeployedVersion version =
        new DeployedVersion("2", "job-1", "text-" + next.bundle(), next.bundle(), 7, false, null);
    DeploymentPlan plan = DeploymentPlanner.plan(present, next, "2", "job-2", UpdatePolicy.DEFAULT);
    return new PreparedVersion(line, version, present, next, plan);
  }

  private DeployedKey first() {
    DeployedKey line = machine.decide(Optional.empty(), DeploymentWorld.first(), 1).orElseThrow();
    line = machine.decide(Optional.of(line), new DeploymentInput.Launched(1), 2).orElseThrow();
    line = machine.decide(Optional.of(line), machine.wake(), 5_000).orElseThrow();
    line =
        machine
            .decide(
                Optional.of(line),
                new DeploymentInput.Seen(
                    1, line.newest().watch().look(), true, true, 0, false, null),
                5_001)
            .orElseThrow();
    assertThat(line.newest().status()).isEqualTo(Deployment.Status.SUCCESSFUL);
    return line;
  }

  private static Present present(boolean isActive) {
    return new Present("1", "job-1", content(1, "files-1"), isActive);
  }

  @Test
  void itIsReadAsItIsWritten() {
    PlanToken token = PlanToken.of(prepared(first(), present(true), content(2, "files-2")));
    assertThat(PlanToken.read(token.text())).isEqualTo(token);
    for (String text : new String[] {"", "plan1", token.text() + "0", token.text().substring(1)}) {
      assertThatThrownBy(() -> PlanToken.read(text))
          .isInstanceOfSatisfying(
              MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID));
    }
  }

  @Test
  void thatAJobIsMadeUnderAnotherIdAndLaterIsTheSamePlan() {
    DeployedKey line = first();
    Content next = content(2, "files-2");
    PreparedVersion one = prepared(line, present(false), next);
    PreparedVersion other =
        new PreparedVersion(
            line,
            new DeployedVersion("2", "job-1", "text-files-2", "files-2", 99, false, null),
            one.present(),
            next,
            DeploymentPlanner.plan(one.present(), next, "2", "job-another", UpdatePolicy.DEFAULT));
    assertThat(one.plan().mode()).isEqualTo(Mode.BLUE_GREEN);
    assertThat(PlanToken.of(other)).isEqualTo(PlanToken.of(one));
  }

  @Test
  void itTellsWhatHasMoved() {
    DeployedKey line = first();
    Content next = content(2, "files-2");
    PlanToken token = PlanToken.of(prepared(line, present(true), next));
    token.require(prepared(line, present(true), next));
    assertOutdated(token, prepared(line, present(false), next), "job job-1 has ended since");
    assertOutdated(
        token,
        prepared(line, new Present("1", "job-1", content(3, "files-1"), true), next),
        "job job-1 runs something else than it did");
    assertOutdated(
        token,
        prepared(line, present(true), content(2, "files-3")),
        "it is of another manifest, other payload files or another policy");
  }

  private static void assertOutdated(PlanToken token, PreparedVersion now, String why) {
    assertThatThrownBy(() -> token.require(now))
        .hasMessage("the plan does not hold any more: " + why + "; plan again");
  }

  /** Both have read the line before either has begun. */
  @Test
  void ofTwoThatReadTheSameLineTheSecondIsRefused() {
    DeployedKey line = first();
    PreparedVersion prepared = prepared(line, present(true), content(2, "files-2"));
    PlanToken token = PlanToken.of(prepared);
    DeployedKey begun =
        machine.decide(Optional.of(line), order("one", prepared, token), 9_000).orElseThrow();
    assertThat(machine.decide(Optional.of(begun), order("one", prepared, token), 9_001))
        .as("who asks again")
        .contains(begun);
    assertThatThrownBy(
            () -> machine.decide(Optional.of(begun), order("two", prepared, token), 9_001))
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.error()).isEqualTo(PlanToken.OUTDATED))
        .hasMessage(
            "the plan does not hold any more: it was not made for what is deployed under web now,"
                + " of which dep_web_2 is the newest deployment; plan again");
  }

  private static DeploymentInput.Deploy order(
      String request, PreparedVersion prepared, PlanToken token) {
    return new DeploymentInput.Deploy("web", request, prepared.version(), prepared.plan(), token);
  }
}
