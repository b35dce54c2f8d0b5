package io.mirrorneuron.runtime.webhook;

import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.port.schedule.OutboundWebhooks;
import io.mirrorneuron.port.schedule.TriggerEvent;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.runtime.machine.HeldLead;
import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.runtime.schedule.event.OwnEventListener;
import io.mirrorneuron.runtime.service.AddressGuard;
import io.mirrorneuron.runtime.service.Connections;
import io.mirrorneuron.store.DeliveryQueue;
import io.mirrorneuron.store.DeliveryQueue.Delivery;
import io.mirrorneuron.store.DeliveryQueue.Head;
import io.mirrorneuron.store.DeliveryQueue.Room;
import io.mirrorneuron.store.LeaderLease;
import io.mirrorneuron.store.RecordStore;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Webhooks that this server sends: the queues, the loop with its leader, and the port. */
public final class WebhookKeeper implements OwnEventListener, AutoCloseable {
  /** What is kept of each target where nothing else is configured. */
  public static final Room ROOM = room(10_000, 16 << 20);

  private static final int DELIVERED = 50;

  /** Ids of others beside those that can wait. */
  private static final int SEEN = 5_000;

  private static final Duration PATIENCE = Duration.ofMillis(DeliveryRules.PATIENCE_MS);

  private final DeliveryQueue queue;
  private final TargetRecords targets;
  private final HttpDeliverer http;
  private final HeldLead lead;
  private final DeliveryLoop loop;
  private final OutboundWebhooks port;

  /**
   * What is kept of each target.
   *
   * @param deliveries that wait
   * @param bytes of those
   */
  public static Room room(int deliveries, long bytes) {
    return new Room(deliveries, bytes, DELIVERED, deliveries + SEEN);
  }

  /**
   * @param lease decides which server delivers
   * @param owner of this server
   * @param lifetime says how often it asks whether it does
   */
  public record Home(
      RecordStore records,
      DeliveryQueue queue,
      LeaderLease lease,
      String owner,
      Lifetime lifetime,
      Clock clock) {}

  /**
   * @param guard says where targets may be; closed with this, as the connections are
   */
  public WebhookKeeper(Home home, AddressGuard guard, Connections connections, Timers timers) {
    SecureRandom random = new SecureRandom();
    queue = home.queue();
    targets = new TargetRecords(home.records(), timers);
    http = new HttpDeliverer(guard, connections, home.clock(), PATIENCE);
    lead = new HeldLead(DeliveryQueue.KIND, home.owner(), home.lease(), home.lifetime(), timers);
    loop = new DeliveryLoop(queue, this::deliver, lead, timers, random::nextDouble);
    port = new LocalWebhooks(targets, queue, loop, guard, home.clock(), random);
  }

  /** Begins to deliver, once this server leads. */
  public void start() {
    lead.start();
    loop.start();
  }

  public OutboundWebhooks port() {
    return port;
  }

  private CompletionStage<Optional<TryAnswer>> deliver(Head head) {
    return targets
        .find(head.target())
        .thenCompose(
            target ->
                target.isEmpty()
                    ? CompletableFuture.completedStage(Optional.empty())
                    : CompletableFuture.supplyAsync(
                        () -> Optional.of(http.send(target.get(), head.delivery())),
                        Thread::startVirtualThread));
  }

  @Override
  public boolean listensFor(String type) {
    return targets.known().stream().anyMatch(target -> target.wants(type));
  }

  @Override
  public void happened(TriggerEvent event) {
    List<String> wanting =
        targets.known().stream()
            .filter(target -> target.wants(event))
            .map(Target::webhookId)
            .toList();
    if (!wanting.isEmpty()) {
      Delivery delivery = DeliveryForm.of(event);
      Answers.await(queue.add(delivery, DeliveryForm.OVERFLOW, wanting));
      wanting.forEach(loop::look);
    }
  }

  /** Lets another server lead. */
  @Override
  public void close() {
    loop.close();
    lead.close();
    http.close();
  }
}
