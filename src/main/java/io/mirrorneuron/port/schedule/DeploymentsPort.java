package io.mirrorneuron.port.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.port.schedule.DeploymentView.Result;
import io.mirrorneuron.port.schedule.DeploymentView.VersionView;
import java.util.List;

/**
 * Deployments of a runtime: new versions of what runs under a key. Where a deployment is named, it
 * is by its id ({@code dep_KEY_N}), or by the key for the newest one. Blocking and thread-safe;
 * failures are {@link io.mirrorneuron.model.MnException}, NOT_FOUND for an unknown deployment.
 */
public interface DeploymentsPort {
  /**
   * Which deployments are listed.
   *
   * @param deploymentKey the only key; null for all
   * @param status that they have; null for any
   * @param after the {@code next} of the page before; null for the first page
   * @param limit 0 or less means {@link #MOST}, which is the most
   */
  record Query(String deploymentKey, String status, String after, int limit) {
    public static final int MOST = 1000;
    public static final List<String> STATUSES =
        List.of(
            "running", "awaiting_promotion", "paused", "successful", "version_recorded", "failed");
    public static final Query ALL = new Query(null, null, null, 0);

    /** How many at most. */
    public int most() {
      return limit <= 0 ? MOST : Math.min(MOST, limit);
    }
  }

  /**
   * The newest deployments of keys, by key.
   *
   * @param next where the next page begins; null when there is none
   */
  record Page(List<DeploymentView> data, @JsonInclude(JsonInclude.Include.NON_NULL) String next) {
    public Page {
      data = List.copyOf(data);
    }
  }

  /**
   * Versions of a key, newest first.
   *
   * @param next where the next page begins; null when there is none
   */
  record VersionPage(
      String deploymentKey,
      List<VersionView> data,
      @JsonInclude(JsonInclude.Include.NON_NULL) String next) {
    public VersionPage {
      data = List.copyOf(data);
    }
  }

  /**
   * Which version somebody goes back to.
   *
   * @param version its name, or null
   * @param tag its tag, or null; without either it is the newest stable one of another content
   * @param reason in the caller's words, or null
   * @param waits as of {@link NewDeployment}
   */
  record Target(String version, String tag, String reason, boolean waits) {}

  /**
   * Begins to deploy a first or a further version.
   *
   * @throws io.mirrorneuron.model.MnException PRECONDITION while a deployment of the key is open;
   *     CONFLICT when the plan that it names does not hold any more; what a submission of its
   *     bundle would fail with
   */
  Result deploy(NewDeployment wanted);

  /**
   * What {@link #deploy} would do now; nothing is stored.
   *
   * @throws io.mirrorneuron.model.MnException what {@link #deploy} would fail with
   */
  PlannedDeployment plan(NewDeployment wanted);

  Page list(Query query);

  /** One deployment, with the versions of its key. */
  DeploymentView get(String idOrKey);

  /**
   * @param after the {@code next} of the page before; null for the first page
   * @param limit 0 or less means 100, which is the most
   */
  VersionPage versions(String idOrKey, String after, int limit);

  /**
   * Goes on with all agents after a canary.
   *
   * @param waits as of {@link NewDeployment}
   * @throws io.mirrorneuron.model.MnException PRECONDITION when it does not await its promotion
   */
  Result promote(String idOrKey, boolean waits);

  /**
   * Deploys an earlier version again.
   *
   * @throws io.mirrorneuron.model.MnException PRECONDITION without such a version, and while a
   *     deployment of the key is open
   */
  Result rollback(String idOrKey, Target target);

  /**
   * Lets no further batch begin, and has its deadlines stand still.
   *
   * @param reason in the caller's words, or null
   */
  DeploymentView pause(String idOrKey, String reason);

  DeploymentView resume(String idOrKey, String reason);

  /** Goes no further; back, where its policy says so. */
  DeploymentView fail(String idOrKey, String reason);
}
