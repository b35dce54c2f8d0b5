package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.deployment.Deployment.Phase;
import io.mirrorneuron.runtime.machine.StateMachine;
import io.mirrorneuron.store.RecordStore.Beside;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The state machine of the deployments of a key. Pure. */
class DeploymentMachine implements StateMachine<DeployedKey, DeploymentInput, DeploymentEffect> {
  static final String KIND = "deployments";

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public Optional<DeployedKey> decide(
      Optional<DeployedKey> state, DeploymentInput input, long now) {
    if (input instanceof DeploymentInput.Deploy deploy) {
      return Optional.of(deploy(state.orElse(DeployedKey.of(deploy.key())), deploy, now));
    }
    if (input instanceof DeploymentInput.EventDelivered reported) {
      return state.map(line -> line.with(line.news().without(reported.eventId())));
    }
    return state.map(line -> decide(line, input, now));
  }

  private static DeployedKey deploy(DeployedKey line, DeploymentInput.Deploy order, long now) {
    Deployment newest = line.newest();
    if (newest != null && isSame(line, newest, order)) {
      return line; // the caller repeats a request whose answer was lost
    }
    if (order.planned() != null) {
      order.planned().requireLine(line);
    }
    line.requireFree();
    boolean isStale = !String.valueOf(order.plan().from()).equals(String.valueOf(line.current()));
    if (isStale || !line.takes(order.version())) {
      throw new MnException(
          ErrorCode.CONFLICT,
          "deployment_key_changed",
          "what is deployed under %s has changed meanwhile; try again".formatted(line.key()));
    }
    DeploymentDraft draft = DeploymentDraft.begun(line, order, now);
    new DeploymentTurn(draft).begin();
    return draft.end();
  }

  /**
   * Compares requests; without one, content and policy while the deployment is open.
   *
   * @throws MnException CONFLICT when the request had another content
   */
  private static boolean isSame(DeployedKey line, Deployment newest, DeploymentInput.Deploy order) {
    boolean hasSameContent =
        line.version(newest.plan().to())
            .filter(version -> version.isSame(order.version()))
            .isPresent();
    if (order.request() == null) {
      return newest.isOpen()
          && hasSameContent
          && newest.plan().policy().equals(order.plan().policy());
    }
    boolean isRepeated = order.request().equals(newest.request());
    if (isRepeated && !hasSameContent) {
      throw new MnException(
          ErrorCode.CONFLICT,
          "idempotency_key_reused",
          "the idempotency key was used before for another version, by deployment %s"
              .formatted(line.deploymentId()));
    }
    return isRepeated;
  }

  private DeployedKey decide(DeployedKey line, DeploymentInput input, long now) {
    DeploymentDraft draft = DeploymentDraft.of(line, now);
    switch (input) {
      case DeploymentInput.Wake wake -> new DeploymentChecks(draft).wake();
      case DeploymentInput.Command command -> new DeploymentCommands(line, draft).obey(command);
      case DeploymentInput.Outcome outcome -> {
        if (outcome.number() == draft.number) {
          learn(draft, outcome);
        }
      }
      case DeploymentInput.Deploy deploy -> throw new IllegalStateException("decided on before");
      case DeploymentInput.EventDelivered reported ->
          throw new IllegalStateException("decided on before");
    }
    return draft.end();
  }

  private static void learn(DeploymentDraft draft, DeploymentInput.Outcome outcome) {
    DeploymentTurn turn = new DeploymentTurn(draft);
    boolean isOrdering = draft.phase == Phase.CHANGING || draft.phase == Phase.REVERTING;
    switch (outcome) {
      case DeploymentInput.Launched launched when draft.phase == Phase.LAUNCHING -> turn.launched();
      case DeploymentInput.NotLaunched not when draft.phase == Phase.LAUNCHING ->
          turn.notLaunched(not.why());
      case DeploymentInput.Ordered(int n, long definition)
          when isOrdering && definition == draft.definition ->
          turn.ordered();
      case DeploymentInput.NotOrdered not when isOrdering && not.definition() == draft.definition ->
          turn.notOrdered(not.has(), not.why());
      case DeploymentInput.Seen seen
          when draft.phase.looks() && draft.watch.isDue() && seen.look() == draft.watch.look() ->
          new DeploymentChecks(draft).seen(seen);
      case DeploymentInput.Switched switched when draft.phase == Phase.SWITCHING -> turn.switched();
      case DeploymentInput.Ended(int n, String job)
          when draft.phase == Phase.RETIRING && job.equals(draft.plan.sourceJob()) ->
          turn.succeed();
      case DeploymentInput.Ended(int n, String job)
          when draft.phase == Phase.STOPPING && job.equals(draft.plan.targetJob()) ->
          turn.failed();
      default -> {} // its phase has changed
    }
  }

  @Override
  public List<DeploymentEffect> pending(DeployedKey line) {
    return PendingEffects.of(line);
  }

  /** The history is written once, when the deployment ends. */
  @Override
  public Beside beside(DeployedKey line) {
    Deployment now = line.newest();
    List<String> past = line.ended() == null ? List.of() : List.of(Json.write(line.ended()));
    return new Beside(0, List.of(now.status().word()), null, past);
  }

  /** Callers do not wait for health checks and events. */
  @Override
  public boolean isAwaited(DeploymentEffect effect) {
    return !(effect instanceof DeploymentEffect.Look || effect instanceof DeploymentEffect.Tell);
  }

  @Override
  public OptionalLong wakeAt(DeployedKey line) {
    Deployment now = line.newest();
    long look =
        now.phase().looksAgain(now.status()) && !now.watch().isDue()
            ? now.watch().next()
            : Long.MAX_VALUE;
    long at = Math.min(look, now.deadline());
    return at == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(at);
  }

  @Override
  public DeploymentInput wake() {
    return new DeploymentInput.Wake();
  }

  @Override
  public String write(DeployedKey line) {
    return Json.write(line.stored());
  }

  @Override
  public DeployedKey read(String json) {
    return Json.read(json, DeployedKey.class, "a deployment");
  }
}
