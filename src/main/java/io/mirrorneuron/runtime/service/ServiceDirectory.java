package io.mirrorneuron.runtime.service;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.ServicesPort.RegisteredService;
import io.mirrorneuron.port.node.ServicesPort.ServiceFilter;
import io.mirrorneuron.store.ServiceRegistry;
import io.mirrorneuron.store.ServiceRegistry.RegisteredDocument;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Reads the services registered by the nodes of a store; one store read for each query. Blocking.
 * Thread-safe.
 */
public final class ServiceDirectory {
  private static final int KEPT = 10_000;

  private final ServiceRegistry registry;
  private final String node;
  private final Cache<String, AtomicInteger> turns =
      Caffeine.newBuilder().executor(Runnable::run).maximumSize(KEPT).build();

  /** Cache of parsed records: most stay the same for long. */
  private final Cache<RegisteredDocument, RegisteredService> parsed =
      Caffeine.newBuilder().executor(Runnable::run).maximumSize(KEPT).build();

  /**
   * @param node whose services come first
   */
  public ServiceDirectory(ServiceRegistry registry, String node) {
    this.registry = registry;
    this.node = node;
  }

  /** All matching instances by name and id. */
  public List<RegisteredService> list(ServiceFilter filter) {
    ServiceQuery query = new ServiceQuery(filter, false);
    boolean ofAll = filter.name() == null || filter.name().isBlank();
    CompletionStage<List<RegisteredDocument>> all =
        ofAll ? registry.all() : registry.named(filter.name());
    return read(all)
        .filter(query::takes)
        .sorted(Comparator.comparing(RegisteredService::name).thenComparing(RegisteredService::id))
        .toList();
  }

  /**
   * The instances of a service, best first: passing before others, then those of this node, in
   * rotation.
   */
  public List<RegisteredService> resolve(String name, ServiceFilter filter) {
    ServiceQuery query = new ServiceQuery(filter, true);
    List<RegisteredService> found =
        new ArrayList<>(
            read(registry.named(name))
                .filter(query::takes)
                .filter(query::takesRole)
                .sorted(
                    Comparator.comparing((RegisteredService one) -> !one.passes())
                        .thenComparing(one -> !node.equals(one.node()))
                        .thenComparing(RegisteredService::id))
                .toList());
    if (found.size() > 1) {
      RegisteredService first = found.getFirst();
      int best = 0;
      while (best < found.size() && isAsGood(found.get(best), first)) {
        best++;
      }
      int turn = turns.get(name, key -> new AtomicInteger()).getAndIncrement();
      Collections.rotate(found.subList(0, best), -Math.floorMod(turn, best));
    }
    return found;
  }

  private boolean isAsGood(RegisteredService one, RegisteredService first) {
    return one.passes() == first.passes() && node.equals(one.node()) == node.equals(first.node());
  }

  /** The store has its own timeout. */
  private Stream<RegisteredService> read(CompletionStage<List<RegisteredDocument>> reported) {
    try {
      return reported.toCompletableFuture().get().stream()
          .map(one -> parsed.get(one, ServiceDirectory::parse));
    } catch (ExecutionException e) {
      throw e.getCause() instanceof MnException known
          ? known
          : MnException.unavailable("services cannot be read: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw MnException.unavailable("the server is stopping", e);
    }
  }

  private static RegisteredService parse(RegisteredDocument reported) {
    RegisteredService service =
        LenientJson.read(
            Json.parseObject(reported.document(), "record of a service"), RegisteredService.class);
    return reported.role() == null ? service : service.as(reported.role());
  }
}
