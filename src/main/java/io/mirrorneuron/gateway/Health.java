package io.mirrorneuron.gateway;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.Build;
import io.mirrorneuron.storage.Readiness;
import io.mirrorneuron.storage.Readiness.Dependency;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Answers that the process runs, which is always {@code ok}, and the state of its dependencies.
 * Like {@link Ready} not on the bus.
 */
public final class Health implements Handler<RoutingContext> {

  /**
   * Isolation of the programs of steps.
   *
   * @param mode as configured: {@code auto}, {@code off} or {@code required}
   * @param state {@code on}, {@code partial} or {@code off}
   * @param reason why it is not on, for people; empty when it is
   * @param closedFolders temporary folders of the machine that programs may not use
   */
  public record Confinement(String mode, String state, String reason, List<String> closedFolders) {}

  /**
   * The source of blueprints.
   *
   * @param source {@code github} or {@code local}
   * @param repo URL without a password; may be empty, as {@code local} and {@code active}
   * @param active {@code repo} or {@code local}, whichever is used
   */
  public record Blueprints(String source, String repo, String local, String active) {
    public static final Blueprints NONE = new Blueprints("local", "", "", "");
  }

  /**
   * Further members of the answer. Absent texts are empty.
   *
   * @param version of this program; see {@link Build}, as for the next two
   * @param confinement null where programs run on another server
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Facts(
      String status,
      String version,
      String commit,
      String buildDate,
      String auth,
      String env,
      String blueprintSource,
      String blueprintRepo,
      String blueprintLocal,
      String activeBlueprintLocation,
      String runsRoot,
      Confinement confinement) {

    /** Facts of a server that runs no programs. */
    public static Facts of(boolean auth, String env, Blueprints blueprints, String runsRoot) {
      Build build = Build.current();
      return new Facts(
          "ok",
          build.version(),
          build.commit(),
          build.date(),
          auth ? "enabled" : "disabled",
          env,
          blueprints.source(),
          blueprints.repo(),
          blueprints.local(),
          blueprints.active(),
          runsRoot,
          null);
    }

    public Facts with(Confinement ofPrograms) {
      return new Facts(
          status,
          version,
          commit,
          buildDate,
          auth,
          env,
          blueprintSource,
          blueprintRepo,
          blueprintLocal,
          activeBlueprintLocation,
          runsRoot,
          ofPrograms);
    }
  }

  private final ObjectNode facts;
  private final Readiness readiness;

  public Health(Facts facts, Readiness readiness) {
    this.facts = Json.parseObject(Json.write(facts), "facts");
    this.readiness = readiness;
  }

  @Override
  public void handle(RoutingContext ctx) {
    Future.fromCompletionStage(answer(), ctx.vertx().getOrCreateContext())
        .onComplete(
            answer ->
                ctx.response()
                    .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .end(Buffer.buffer(Json.write(answer))),
            ctx::fail);
  }

  /** The present answer; takes at most two seconds. */
  public CompletionStage<ObjectNode> answer() {
    return readiness.dependencies().thenApply(this::answer);
  }

  private ObjectNode answer(List<Dependency> dependencies) {
    ObjectNode answer = facts.deepCopy();
    answer.put("ready", dependencies.stream().allMatch(each -> each.reasons().isEmpty()));
    ObjectNode states = answer.putObject("dependencies");
    dependencies.forEach(each -> states.put(each.name(), each.state()));
    return answer;
  }
}
