package io.mirrorneuron.runtime.webhook;

import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.OutboundWebhooks;
import io.mirrorneuron.port.schedule.OutboundWebhooks.NewTarget;
import io.mirrorneuron.port.schedule.OutboundWebhooks.WebhookDelivery;
import io.mirrorneuron.port.schedule.OutboundWebhooks.WebhookTarget;
import io.mirrorneuron.port.schedule.RuntimeEvents;
import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.port.schedule.Webhooks;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.runtime.machine.LeaderTerm;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.schedule.event.EventFilter;
import io.mirrorneuron.runtime.schedule.event.RuntimeEvent.RuntimeEventListener;
import io.mirrorneuron.runtime.service.AddressGuard;
import io.mirrorneuron.runtime.service.Connections;
import io.mirrorneuron.runtime.service.Connections.Peer;
import io.mirrorneuron.runtime.service.Prober.AddressRefused;
import io.mirrorneuron.runtime.webhook.DeliveryRules.DeliveryOutcome;
import io.mirrorneuron.security.StandardWebhooks;
import io.mirrorneuron.store.DeliveryQueue;
import io.mirrorneuron.store.DeliveryQueue.Delivery;
import io.mirrorneuron.store.DeliveryQueue.Head;
import io.mirrorneuron.store.DeliveryQueue.Overview;
import io.mirrorneuron.store.DeliveryQueue.Room;
import io.mirrorneuron.store.DeliveryQueue.State;
import io.mirrorneuron.store.LeaderLease;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** This server's part in outbound webhooks: the queues, the loop with its leader, and the port. */
public final class WebhookKeeper implements RuntimeEventListener, AutoCloseable {
  /** Default limits of each target's queue. */
  public static final Room ROOM = room(10_000, 16 << 20);

  private static final int DELIVERED = 50;

  /** Ids remembered beside those of waiting deliveries. */
  private static final int SEEN = 5_000;

  private static final Duration PATIENCE = Duration.ofMillis(DeliveryRules.PATIENCE_MS);

  private final DeliveryQueue queue;
  private final TargetRecords targets;
  private final HttpDeliverer http;
  private final LeaderTerm lead;
  private final DeliveryLoop loop;
  private final OutboundWebhooks port;

  /**
   * Limits of each target's queue.
   *
   * @param deliveries most that wait
   * @param bytes most bytes of those
   */
  public static Room room(int deliveries, long bytes) {
    return new Room(deliveries, bytes, DELIVERED, deliveries + SEEN);
  }

  /**
   * @param lease decides which server delivers
   * @param owner of this server
   * @param lifetime how often it tries for the lease
   */
  public record Home(
      RecordStore records,
      DeliveryQueue queue,
      LeaderLease lease,
      String owner,
      Lifetime lifetime,
      Clock clock) {}

  /**
   * @param guard allows addresses of targets; closed with this, as are the connections
   */
  public WebhookKeeper(Home home, AddressGuard guard, Connections connections, Timers timers) {
    SecureRandom random = new SecureRandom();
    queue = home.queue();
    targets = new TargetRecords(home.records(), timers);
    http = new HttpDeliverer(guard, connections, home.clock(), PATIENCE);
    lead = new LeaderTerm(DeliveryQueue.KIND, home.owner(), home.lease(), home.lifetime(), timers);
    loop = new DeliveryLoop(queue, this::deliver, lead, timers, random::nextDouble);
    port = new LocalWebhooks(targets, queue, loop, guard, home.clock(), random);
  }

  public void start() {
    lead.start();
    loop.start();
  }

  public OutboundWebhooks port() {
    return port;
  }

  private CompletionStage<Optional<DeliveryOutcome>> deliver(Head head) {
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

  /** Releases the leases for another server. */
  @Override
  public void close() {
    loop.close();
    lead.close();
    http.close();
  }

  /**
   * Sends deliveries over HTTP. A target's name is resolved once for each try, and the connection
   * goes to the checked address. Only the status of an answer counts. Blocking. Thread-safe.
   */
  static final class HttpDeliverer implements AutoCloseable {
    private static final int MOST_READ = 1024;
    private static final int MOST_SHOWN = 200;

    private final AddressGuard guard;
    private final Connections connections;
    private final Clock clock;
    private final Duration patience;

    /**
     * @param guard allows addresses; closed with this, as are the connections
     * @param patience timeout of answers
     */
    HttpDeliverer(AddressGuard guard, Connections connections, Clock clock, Duration patience) {
      this.guard = guard;
      this.connections = connections;
      this.clock = clock;
      this.patience = patience;
    }

    /** Tries once. Every failure is an answer. */
    DeliveryOutcome send(Target target, Delivery delivery) {
      AtomicInteger status = new AtomicInteger();
      try {
        URI uri = URI.create(target.url());
        boolean tls = "https".equalsIgnoreCase(uri.getScheme());
        int port = uri.getPort() > 0 ? uri.getPort() : tls ? 443 : 80;
        Peer peer = new Peer(guard.judged(uri.getHost(), port, Set.of()), uri.getHost(), tls);
        String excerpt =
            connections.ask(
                peer, patience, connection -> ask(connection, target, peer, delivery, status));
        return answered(status.get(), excerpt);
      } catch (AddressRefused e) {
        return new DeliveryOutcome(0, "not sent: " + e.getMessage(), "");
      } catch (TimeoutException e) {
        return status.get() != 0
            ? answered(status.get(), "")
            : new DeliveryOutcome(0, "no answer within %d s".formatted(patience.toSeconds()), "");
      } catch (Exception e) {
        return new DeliveryOutcome(0, "not delivered: " + said(e), "");
      }
    }

    private static DeliveryOutcome answered(int status, String excerpt) {
      if (status >= 200 && status < 300) {
        return new DeliveryOutcome(status, "", "");
      }
      String error =
          status >= 300 && status < 400
              ? "status %d; redirects are not followed".formatted(status)
              : "status " + status;
      return new DeliveryOutcome(status, error, excerpt);
    }

    /** The network's message in one line. */
    private static String said(Exception e) {
      Throwable reported = e;
      while (reported.getCause() != null && reported.getCause() != reported) {
        reported = reported.getCause();
      }
      String message =
          reported.getMessage() == null
              ? reported.getClass().getSimpleName()
              : reported.getMessage();
      return printable(message.lines().findFirst().orElse(""));
    }

    private static String printable(String text) {
      String clean = text.replaceAll("\\p{Cntrl}+", " ").strip();
      return clean.length() <= MOST_SHOWN ? clean : clean.substring(0, MOST_SHOWN);
    }

    private Future<String> ask(
        HttpClientConnection connection,
        Target target,
        Peer peer,
        Delivery delivery,
        AtomicInteger status) {
      URI uri = URI.create(target.url());
      String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
      RequestOptions options =
          new RequestOptions()
              .setMethod(HttpMethod.POST)
              .setHost(peer.host())
              .setPort(peer.port())
              .setURI(uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery())
              .setFollowRedirects(false);
      byte[] body = delivery.body().getBytes(StandardCharsets.UTF_8);
      Instant now = clock.instant();
      String seconds = Long.toString(now.getEpochSecond());
      String signatures =
          target.signing(now).stream()
              .map(secret -> StandardWebhooks.sign(secret, delivery.id(), seconds, body))
              .collect(Collectors.joining(" "));
      return connection
          .request(options)
          .compose(
              request ->
                  request
                      .putHeader("content-type", "application/json")
                      .putHeader("user-agent", "mirrorneuron")
                      .putHeader("webhook-id", delivery.id())
                      .putHeader("idempotency-key", delivery.id())
                      .putHeader("webhook-timestamp", seconds)
                      .putHeader("webhook-signature", signatures)
                      .send(Buffer.buffer(body)))
          .compose(response -> read(response, status));
    }

    /** The status counts, also when the body never ends or is cut off. */
    private static Future<String> read(HttpClientResponse response, AtomicInteger status) {
      status.set(response.statusCode());
      Promise<String> excerpt = Promise.promise();
      Buffer body = Buffer.buffer();
      Runnable end = () -> excerpt.tryComplete(printable(body.toString(StandardCharsets.UTF_8)));
      response.exceptionHandler(cut -> end.run());
      if (response.statusCode() >= 200 && response.statusCode() < 300) {
        end.run();
        return excerpt.future();
      }
      response.handler(
          part -> {
            body.appendBuffer(part, 0, Math.min(part.length(), MOST_READ - body.length()));
            if (body.length() >= MOST_READ) {
              end.run();
            }
          });
      response.endHandler(ended -> end.run());
      return excerpt.future();
    }

    @Override
    public void close() {
      connections.close();
      guard.close();
    }
  }

  /** The targets of the runtime in this process. */
  static final class LocalWebhooks implements OutboundWebhooks {
    private static final int ID_BYTES = 8;

    private final TargetRecords targets;
    private final DeliveryQueue queue;
    private final DeliveryLoop loop;
    private final AddressGuard guard;
    private final Clock clock;
    private final SecureRandom random;

    LocalWebhooks(
        TargetRecords targets,
        DeliveryQueue queue,
        DeliveryLoop loop,
        AddressGuard guard,
        Clock clock,
        SecureRandom random) {
      this.targets = targets;
      this.queue = queue;
      this.loop = loop;
      this.guard = guard;
      this.clock = clock;
      this.random = random;
    }

    @Override
    public WebhookTarget create(NewTarget wanted) {
      TargetRules.check(wanted);
      requireAllowed(TargetRules.url(wanted.url()));
      byte[] id = new byte[ID_BYTES];
      random.nextBytes(id);
      String now = Json.timestamp(clock.instant());
      String secret = StandardWebhooks.secret(random);
      Target target =
          new Target(
              Webhooks.OUTBOUND + HexFormat.of().formatHex(id),
              wanted.name(),
              wanted.url(),
              wanted.events(),
              wanted.filters() == null ? Map.of() : wanted.filters(),
              List.of(new Target.Key(secret, 0)),
              now,
              now);
      Answers.await(queue.open(target.webhookId()));
      targets.add(target);
      return shown(target, secret);
    }

    /** A name may resolve to another address later: it is checked at each try again. */
    private void requireAllowed(URI url) {
      try {
        guard.requireAllowed(url.getHost(), url.getPort() < 0 ? 443 : url.getPort(), Set.of());
      } catch (AddressRefused e) {
        throw MnException.invalid("url: " + e.getMessage());
      }
    }

    @Override
    public List<WebhookTarget> list() {
      return targets.list().stream().map(target -> shown(target, null)).toList();
    }

    @Override
    public WebhookTarget get(String id) {
      return shown(targets.get(id), null);
    }

    @Override
    public WebhookTarget rotate(String id) {
      String secret = StandardWebhooks.secret(random);
      String now = Json.timestamp(clock.instant());
      Target after = targets.change(id, target -> target.rotated(secret, clock.instant(), now));
      return shown(after, secret);
    }

    @Override
    public WebhookTarget enable(String id) {
      Target target = targets.get(id);
      Answers.await(queue.enable(id));
      loop.look(id);
      return shown(target, null);
    }

    @Override
    public void delete(String id) {
      targets.delete(id);
      Answers.await(queue.forget(id));
    }

    @Override
    public Deliveries deliveries(String id, String state, int limit) {
      targets.get(id);
      int most = limit <= 0 ? USUAL_PAGE : Math.min(limit, LARGEST_PAGE);
      List<WebhookDelivery> found = new ArrayList<>();
      for (State each : State.values()) {
        if (state == null || each == state(state)) {
          Answers.await(queue.list(id, each, most))
              .forEach(entry -> found.add(DeliveryForm.shown(entry, each)));
        }
      }
      return new Deliveries(found);
    }

    private static State state(String word) {
      try {
        return State.valueOf(word.toUpperCase(Locale.ROOT));
      } catch (IllegalArgumentException e) {
        throw MnException.invalid("state must be pending, dead or delivered");
      }
    }

    @Override
    public Replayed replay(String id, String deliveryId) {
      targets.get(id);
      int replayed = Answers.await(queue.replay(id, deliveryId == null ? "" : deliveryId));
      long dead = Answers.await(queue.overview(id)).dead();
      if (deliveryId != null && replayed == 0) {
        boolean isThere =
            Answers.await(queue.list(id, State.DEAD, LARGEST_PAGE)).stream()
                .anyMatch(entry -> entry.id().equals(deliveryId));
        throw isThere
            ? MnException.precondition("too many deliveries wait; replay it when there are fewer")
            : MnException.notFound("dead delivery", deliveryId);
      }
      loop.look(id);
      return new Replayed(id, replayed, dead);
    }

    private WebhookTarget shown(Target target, String secret) {
      Overview now = Answers.await(queue.overview(target.webhookId()));
      boolean isActive = now.disabled().isEmpty();
      return new WebhookTarget(
          target.webhookId(),
          target.name(),
          "outbound",
          target.url().replaceFirst("\\?.*", "?..."),
          target.events(),
          target.filters(),
          isActive ? "active" : "disabled",
          isActive ? null : now.disabled(),
          now.pending(),
          now.dead(),
          now.delivered(),
          now.dropped(),
          target.createdAt(),
          target.updatedAt(),
          secret);
    }

    /** Validates new targets. Pure. */
    static final class TargetRules {
      private static final int LONGEST_NAME = 100;
      private static final int LONGEST_URL = 2000;
      private static final int MOST_EVENTS = 50;
      private static final int LAST_PORT = 65_535;

      private TargetRules() {}

      /**
       * @throws MnException INVALID, with what is allowed
       */
      static void check(NewTarget wanted) {
        String name = wanted.name();
        if (name == null || name.isBlank() || name.length() > LONGEST_NAME) {
          throw MnException.invalid("name must have 1 to %d characters".formatted(LONGEST_NAME));
        }
        url(wanted.url());
        if (wanted.events() == null
            || wanted.events().isEmpty()
            || wanted.events().size() > MOST_EVENTS) {
          throw MnException.invalid(
              "events must name 1 to %d types of events: %s".formatted(MOST_EVENTS, known()));
        }
        wanted.events().forEach(TargetRules::checkType);
        Map<String, Object> filters = wanted.filters() == null ? Map.of() : wanted.filters();
        List<String> faults = EventFilter.faults(filters);
        if (!faults.isEmpty()) {
          throw MnException.invalid("filters: " + String.join("; ", faults));
        }
      }

      private static void checkType(String wanted) {
        boolean isKnown =
            wanted != null
                && RuntimeEvents.TYPES.stream().anyMatch(type -> Target.isOf(wanted, type));
        if (!isKnown) {
          throw MnException.invalid(
              "events: the runtime emits no type %s; it emits %s; a * at the end stands for any"
                  .formatted(wanted, known()));
        }
      }

      private static String known() {
        return String.join(", ", RuntimeEvents.TYPES);
      }

      /**
       * Parses the URL of a target.
       *
       * @throws MnException INVALID
       */
      static URI url(String text) {
        URI uri;
        try {
          uri = URI.create(text == null || text.length() > LONGEST_URL ? "" : text);
        } catch (IllegalArgumentException e) {
          throw unfit("is none");
        }
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !scheme.equals("http")) {
          throw unfit("begins otherwise");
        }
        if (uri.getHost() == null || uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
          throw unfit("has no host, a user before it, or a # behind it");
        }
        if (uri.getPort() == 0 || uri.getPort() > LAST_PORT) {
          throw unfit("has a port that is not from 1 to " + LAST_PORT);
        }
        return uri;
      }

      private static MnException unfit(String why) {
        return MnException.invalid(
            "url must be an address as https://host/path of at most %d characters; this one %s"
                .formatted(LONGEST_URL, why));
      }
    }
  }
}
