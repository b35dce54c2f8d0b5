package io.mirrorneuron.area;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.bus.MisspeltMembers;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.DeploymentsPort;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView.Result;
import io.mirrorneuron.port.schedule.DeploymentsPort.NewDeployment;
import io.mirrorneuron.port.schedule.DeploymentsPort.PlannedDeployment;
import io.mirrorneuron.store.BundleStaging;
import io.mirrorneuron.store.bundle.BundleRequest;
import io.mirrorneuron.wire.LenientJson;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

public final class DeploymentsVerticle extends AreaVerticle {
  private static final int LIMIT = 64;

  /** Members of a deployment request. */
  private static final Set<String> DEPLOYED =
      Stream.concat(
              BundleRequest.MEMBERS.stream(),
              Stream.of("deployment_key", "update_policy", "wait", "plan_token"))
          .collect(Collectors.toUnmodifiableSet());

  private final DeploymentsPort deployments;
  private final BundleStaging staging;

  public DeploymentsVerticle(DeploymentsPort deployments, BundleStaging staging) {
    super("deployments", LIMIT);
    this.deployments = deployments;
    this.staging = staging;
    on("createDeployment", this::create);
    on("planDeployment", this::plan);
    on("listDeployments", this::list);
    on("getDeployment", call -> deployments.get(id(call)));
    on("listDeploymentVersions", this::versions);
    on("promoteDeployment", this::promote);
    on("rollbackDeployment", this::rollback);
    on("pauseDeployment", call -> deployments.pause(id(call), reason(call)));
    on("resumeDeployment", call -> deployments.resume(id(call), reason(call)));
    on("failDeployment", call -> deployments.fail(id(call), reason(call)));
  }

  private static String id(ApiCall call) {
    return call.text("deployment_id");
  }

  private record Wanted(
      String deploymentKey,
      Map<String, Object> updatePolicy,
      @JsonProperty("wait") boolean waits,
      String planToken) {}

  private Result create(ApiCall call) {
    return with(call, wanted(call), call.text("Idempotency-Key"), deployments::deploy);
  }

  private PlannedDeployment plan(ApiCall call) {
    Wanted wanted = wanted(call);
    if (wanted.planToken() != null) {
      throw MnException.invalid(
          "plan_token is what a plan answers: send it with POST /deployments");
    }
    return with(call, wanted, null, deployments::plan);
  }

  private static Wanted wanted(ApiCall call) {
    MisspeltMembers.refuse(call, DEPLOYED);
    return LenientJson.read(call.body(), Wanted.class);
  }

  private <T> T with(
      ApiCall call, Wanted wanted, String idempotencyKey, Function<NewDeployment, T> work) {
    BundleRequest bundle = LenientJson.read(call.body(), BundleRequest.class);
    return bundle.whileHeld(
        staging,
        () ->
            work.apply(
                new NewDeployment(
                    bundle.submission(staging, idempotencyKey, call.subject()),
                    Objects.requireNonNullElse(wanted.deploymentKey(), ""),
                    wanted.updatePolicy(),
                    wanted.waits(),
                    wanted.planToken())));
  }

  private DeploymentsPort.Page list(ApiCall call) {
    String status = call.text("status");
    if (status != null && !DeploymentsPort.Query.STATUSES.contains(status)) {
      throw MnException.invalid(
          "status must be one of " + String.join(", ", DeploymentsPort.Query.STATUSES));
    }
    return deployments.list(
        new DeploymentsPort.Query(
            call.text("deployment_key"), status, call.text("after"), limit(call)));
  }

  private static int limit(ApiCall call) {
    return (int) Math.min(call.integer("limit"), Integer.MAX_VALUE);
  }

  private DeploymentsPort.VersionPage versions(ApiCall call) {
    return deployments.versions(id(call), call.text("after"), limit(call));
  }

  private record Promotion(@JsonProperty("wait") boolean waits) {}

  private Result promote(ApiCall call) {
    MisspeltMembers.refuse(call, Set.of("wait"));
    return deployments.promote(id(call), LenientJson.read(call.body(), Promotion.class).waits());
  }

  private record Back(
      String version, String tag, String reason, @JsonProperty("wait") boolean waits) {}

  private Result rollback(ApiCall call) {
    MisspeltMembers.refuse(call, Set.of("version", "tag", "reason", "wait"));
    Back back = LenientJson.read(call.body(), Back.class);
    return deployments.rollback(
        id(call),
        new DeploymentsPort.Target(back.version(), back.tag(), back.reason(), back.waits()));
  }

  private record Reason(String reason) {}

  private static String reason(ApiCall call) {
    MisspeltMembers.refuse(call, Set.of("reason"));
    return LenientJson.read(call.body(), Reason.class).reason();
  }

  public static final class DeploymentsModule {
    private DeploymentsModule() {}

    public static AreaVerticle of(Platform platform) {
      return new DeploymentsVerticle(platform.deployments(), platform.staging());
    }
  }
}
