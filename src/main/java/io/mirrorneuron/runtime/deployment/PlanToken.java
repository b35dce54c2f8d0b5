package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.Sha256;
import io.mirrorneuron.runtime.deployment.DeployedVersion.PreparedVersion;
import io.mirrorneuron.wire.Json;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a plan stands on, each part as a digest, so that a plan that does not hold any more can be
 * told from one that does, and why. No secret: whoever may deploy may make one.
 *
 * @param line what is deployed under the key, and which deployment of it is the newest
 * @param running what the job under the key runs, and whether it has ended
 * @param content manifest, payload files and policy of what is to be deployed
 * @param way that it goes, and in which batches
 */
record PlanToken(String line, String running, String content, String way) {
  /** The code of the refusal when a plan does not hold any more. */
  static final String OUTDATED = "plan_outdated";

  /** Of each part; so many that nobody meets the same by accident. */
  private static final int DIGITS = 24;

  private static final Pattern FORM =
      Pattern.compile("plan1\\.([0-9a-f]{24})\\.([0-9a-f]{24})\\.([0-9a-f]{24})\\.([0-9a-f]{24})");

  static PlanToken of(PreparedVersion prepared) {
    DeploymentPlan plan = prepared.plan();
    DeployedVersion version = prepared.version();
    DeploymentPlanner.Present present = prepared.present();
    return new PlanToken(
        line(prepared.line()),
        present == null
            ? digest("nothing")
            : digest(present.jobId(), plan.base(), present.content().bundle(), present.isActive()),
        digest(version.fingerprint(), version.bundle(), Json.write(plan.policy())),
        digest(plan.mode(), plan.batches(), version.name()));
  }

  private static String line(DeploymentLine line) {
    int number = line.newest() == null ? 0 : line.newest().number();
    return digest(line.key(), number, line.current(), line.currentJob());
  }

  /** Of parts that are told apart wherever they end. */
  private static String digest(Object... parts) {
    String text = Json.write(Arrays.stream(parts).map(String::valueOf).toList());
    return Sha256.of(text).substring(0, DIGITS);
  }

  /**
   * @throws MnException INVALID when it is none
   */
  static PlanToken read(String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      throw MnException.invalid(
          "plan_token must be what a plan of a deployment has answered as plan_token");
    }
    return new PlanToken(parts.group(1), parts.group(2), parts.group(3), parts.group(4));
  }

  String text() {
    return String.join(".", "plan1", line, running, content, way);
  }

  /**
   * @throws MnException CONFLICT when something else is deployed under the key by now
   */
  void requireLine(DeploymentLine now) {
    if (!line.equals(line(now))) {
      throw outdated(
          "it was not made for what is deployed under %s now, of which %s"
              .formatted(
                  now.key(),
                  now.newest() == null
                      ? "there is nothing"
                      : now.deploymentId() + " is the newest deployment"));
    }
  }

  /**
   * @throws MnException CONFLICT with what is not as it was when this was told
   */
  void require(PreparedVersion now) {
    requireLine(now.line());
    PlanToken other = of(now);
    if (!content.equals(other.content)) {
      throw outdated("it is of another manifest, other payload files or another policy");
    }
    if (!running.equals(other.running)) {
      throw outdated(
          now.present().isActive()
              ? "job %s runs something else than it did".formatted(now.present().jobId())
              : "job %s has ended since".formatted(now.present().jobId()));
    }
    if (!way.equals(other.way)) {
      throw outdated("it would go another way now: " + now.plan().why());
    }
  }

  private static MnException outdated(String why) {
    return new MnException(
        ErrorCode.CONFLICT,
        OUTDATED,
        "the plan does not hold any more: %s; plan again".formatted(why));
  }
}
