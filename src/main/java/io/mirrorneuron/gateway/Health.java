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
 * Says that the process answers, which is always {@code ok}, and how what it needs is. Not on the
 * bus, as {@link Ready}.
 */
public final class Health implements Handler<RoutingContext> {

  /**
   * Whether programs of steps are kept from what is not theirs.
   *
   * @param mode what the configuration asks for: {@code auto}, {@code off} or {@code required}
   * @param state {@code on}, {@code partial} or {@code off}
   * @param reason why it is not on, for people; empty when it is
   * @param closedFolders temporary folders of the machine that programs may not use
   */
  public record Confinement(String mode, String state, String reason, List<String> closedFolders) {}

  /**
   * Where blueprints come from.
   *
   * @param source {@code github} or {@code local}
   * @param repo URL without a password; may be empty, as the others
   * @param active the one of the two that is used
   */
  public record Blueprints(String source, String repo, String local, String active) {
    public static final Blueprints NONE = new Blueprints("local", "", "", "");
  }

  /**
   * What it tells besides {@code status}. Absent texts are empty.
   *
   * @param version of this program; as the next two see {@link Build}
   * @param confinement null, and not told, where programs run elsewhere
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

    /** Of a server without programs. */
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

  /** What it answers now; after two seconds at most. */
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
