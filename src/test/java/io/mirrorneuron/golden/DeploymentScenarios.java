package io.mirrorneuron.golden;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.wire.Json;

/** A service from its first version to the end of its job. */
final class DeploymentScenarios {
  private static final String KEY = "golden-shop";

  private final GoldenServer golden;

  DeploymentScenarios(GoldenServer golden) {
    this.golden = golden;
  }

  /** A version whose first agent differs; healthy as soon as it is looked at. */
  private String deployed(int version, String strategy, String keep) {
    return golden.call("createDeployment").body(wanted(version, strategy)).keep(keep);
  }

  private static String wanted(int version, String strategy) {
    ObjectNode manifest = Json.parseObject(SampleManifests.routers(KEY, 2), "manifest");
    manifest.put("type", "service");
    ((ObjectNode) manifest.get("nodes").get(0)).putObject("config").put("v", version);
    manifest.putObject("metadata").put("deployment_tag", "t" + version).put("api_key", "hidden");
    ObjectNode wanted = Json.object().put("deployment_key", KEY).put("wait", true);
    wanted.set("manifest", manifest);
    ObjectNode policy = wanted.putObject("update_policy").put("min_healthy_ms", 0);
    policy.put("strategy", strategy).put("canary", strategy.equals("canary") ? 1 : 0);
    policy.put("auto_revert", true);
    return Json.write(wanted);
  }

  void fromTheFirstVersionToTheEnd() {
    String first = deployed(1, "rolling", "");
    String job = golden.named("deployed", first);
    golden.call("planDeployment").body(wanted(2, "canary")).keep("");
    deployed(2, "canary", "canary");
    golden.call("planDeployment").body(wanted(3, "rolling")).keep("open");
    deployed(3, "rolling", "open");
    golden.call("listDeployments", "deployment_key", KEY).keep("");
    golden.call("getDeployment", "deployment_id", KEY).keep("");
    golden.call("listDeploymentVersions", "deployment_id", KEY).keep("");
    golden.call("pauseDeployment", "deployment_id", KEY).body("{\"reason\":\"lunch\"}").keep("");
    golden.call("promoteDeployment", "deployment_id", KEY).keep("paused");
    golden.call("resumeDeployment", "deployment_id", KEY).body("{\"reason\":\"fed\"}").keep("");
    golden.call("promoteDeployment", "deployment_id", KEY).keep("");
    golden.watch.awaitDeployment(KEY, "successful");
    golden.call("rollbackDeployment", "deployment_id", KEY).body("{\"tag\":\"t1\"}").keep("");
    golden.watch.awaitDeployment(KEY, "successful");
    deployed(4, "canary", "another");
    golden.call("failDeployment", "deployment_id", KEY).body("{\"reason\":\"slow\"}").keep("");
    golden.watch.awaitDeployment(KEY, "failed");
    golden.call("cancelJob", "job_id", job).keep("deployed");
  }
}
