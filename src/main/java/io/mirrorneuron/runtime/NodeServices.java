package io.mirrorneuron.runtime;

import io.mirrorneuron.port.node.ServicesPort;
import io.mirrorneuron.runtime.exec.LocalExecutions;
import io.mirrorneuron.runtime.exec.process.ProcessEnvironment;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.service.AddressGuard;
import io.mirrorneuron.runtime.service.AddressGuard.Purpose;
import io.mirrorneuron.runtime.service.CheckObstacles;
import io.mirrorneuron.runtime.service.LocalServices;
import io.mirrorneuron.runtime.service.Prober;
import io.mirrorneuron.runtime.service.ProgramGate;
import io.mirrorneuron.runtime.service.ServiceDirectory;
import io.mirrorneuron.runtime.service.ServiceKeeper;
import io.mirrorneuron.runtime.service.ServiceRequirements;
import io.mirrorneuron.store.RedisServiceRegistry;
import io.mirrorneuron.store.ServiceRegistry;
import io.mirrorneuron.store.bucket.StorePlaces;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * The service directory of this node.
 *
 * @param gate delays programs until the services they need are available
 */
record NodeServices(ServiceRegistry registry, ServiceDirectory directory, ProgramGate gate) {

  static NodeServices of(RuntimeIdentity identity, StorePlaces places) {
    ServiceRegistry registry = new RedisServiceRegistry(places);
    ServiceDirectory directory = new ServiceDirectory(registry, identity.nodeName());
    return new NodeServices(registry, directory, new ProgramGate(directory));
  }

  /**
   * @param keeper to be closed
   */
  record Working(
      ServiceKeeper keeper,
      ServiceRequirements requirements,
      CheckObstacles obstacles,
      ServicesPort port) {}

  /**
   * @param bundles folder of payload files by their fingerprint
   */
  Working with(
      RuntimeSettings settings,
      RuntimeIdentity identity,
      Vertx vertx,
      LocalExecutions executions,
      Timers timers,
      Function<String, Path> bundles) {
    AddressGuard guard =
        AddressGuard.of(Purpose.CHECK, settings.endpoints(), settings.services().checks());
    Prober.Scripts scripts =
        settings.services().allowScripts() ? executions.sides().checks()::run : null;
    Prober prober = new Prober(vertx, guard, scripts);
    ServiceKeeper.Home home =
        new ServiceKeeper.Home(
            identity.nodeName(),
            identity.owner(),
            ProcessEnvironment.shown(identity.environment()),
            bundles,
            guard::isEndpoint);
    ServiceRequirements requirements = new ServiceRequirements(directory, prober);
    return new Working(
        new ServiceKeeper(home, registry, timers, prober, gate),
        requirements,
        new CheckObstacles(guard, scripts != null),
        new LocalServices(directory, requirements));
  }
}
