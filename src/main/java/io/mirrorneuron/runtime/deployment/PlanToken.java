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
 * Digests of all that a plan depends on, so that an outdated plan is recognized, with the reason.
 * No secret: every caller who may deploy may make one.
 *
 * @param line the key's versions and newest deployment
 * @param running what the key's job runs, and whether it has ended
 * @param content manifest, payload files and policy to be deployed
 * @param way mode and batches
 */
record PlanToken(String line, String running, String content, String way) {
  /** Error code when the plan is outdated. */
  static final String OUTDATED = "plan_outdated";

  /** Digits of each digest; enough to avoid accidental collisions. */
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

  private static String line(DeployedKey line) {
    int number = line.newest() == null ? 0 : line.newest().number();
    return digest(line.key(), number, line.current(), line.currentJob());
  }

  /** Digest of parts whose boundaries count. */
  private static String digest(Object... parts) {
    String text = Json.write(Arrays.stream(parts).map(String::valueOf).toList());
    return Sha256.of(text).substring(0, DIGITS);
  }

  /**
   * @throws MnException INVALID when it is no token
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
   * @throws MnException CONFLICT when something else is deployed under the key meanwhile
   */
  void requireLine(DeployedKey now) {
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
   * @throws MnException CONFLICT with what has changed since the token was made
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
