package io.mirrorneuron.gateway;

import io.mirrorneuron.bus.AreaBus;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.bus.FarReads;
import io.mirrorneuron.bus.LocalAreas;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.gateway.answer.BadHeads;
import io.mirrorneuron.gateway.answer.CommonHeaders;
import io.mirrorneuron.gateway.call.Bodies;
import io.mirrorneuron.gateway.call.BodyBudget;
import io.mirrorneuron.gateway.call.Cors;
import io.mirrorneuron.gateway.call.OpenCalls;
import io.mirrorneuron.gateway.call.Origins;
import io.mirrorneuron.gateway.call.PageGuard;
import io.mirrorneuron.gateway.call.Uploads;
import io.mirrorneuron.gateway.contract.ApiOperation;
import io.mirrorneuron.gateway.contract.Contract;
import io.mirrorneuron.gateway.contract.ContractCheck;
import io.mirrorneuron.gateway.stream.Streams;
import io.mirrorneuron.listen.Limits;
import io.mirrorneuron.model.UploadQuota;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.security.StreamTokens;
import io.mirrorneuron.storage.Readiness;
import io.mirrorneuron.storage.Storage;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The HTTP door. Several instances may be deployed; they share the port and nothing else.
 *
 * <p>Refuses to be made when the contract and the areas differ.
 */
public final class GatewayVerticle extends VerticleBase {

  /**
   * @param uploadFolder where uploads lie while they arrive; must exist
   * @param docsNeedToken whether the contract and its pages are only for callers with a token
   * @param timeout of a call to an area
   * @param requestIds made for requests that bring none; must be cheap and thread-safe
   * @param storage of uploads
   * @param readiness of this server and of the runtime behind it
   * @param clock tells clients of sockets the time
   * @param uploads what uploads may take of the disk
   * @param nodes are asked for files of theirs
   * @param streamTokens the same for all instances
   */
  public record Settings(
      Config.Api api,
      Path uploadFolder,
      boolean docsNeedToken,
      Duration timeout,
      Supplier<String> requestIds,
      Storage storage,
      Readiness readiness,
      Clock clock,
      UploadQuota uploads,
      FarReads nodes,
      StreamTokens streamTokens) {}

  private static final long DRAIN_SECONDS = 5;

  /** When calls are refused that are still not answered; earlier, so that it is heard. */
  private static final long REFUSE_MILLIS = 4000;

  /** Part of the heap that bodies of callers with a token may take together: an eighth. */
  private static final int SHARE_OF_BODIES = 8;

  private static final int SHARE_OF_RAW_BODIES = 32;
  private static final int RAW_BYTES = 1 << 20;

  /** Requests at once over one connection of HTTP/2. */
  private static final long MAX_STREAMS =
      HttpServerOptions.DEFAULT_INITIAL_SETTINGS_MAX_CONCURRENT_STREAMS;

  /** What a client may say at once over a WebSocket; what it is sent has no such limit. */
  private static final int SOCKET_MESSAGE_BYTES = 16 << 10;

  private final Settings settings;
  private final Contract contract;
  private final Auth auth;
  private final Health health;
  private final AreaBus elsewhere;
  private final OpenCalls calls = new OpenCalls();
  private HttpServer server;
  private Streams streams;

  public GatewayVerticle(
      Settings settings,
      Contract contract,
      Collection<? extends AreaVerticle> areas,
      Auth auth,
      Health.Facts facts) {
    this(settings, contract, (AreaBus) null, auth, facts);
    ContractCheck.verify(contract.document(), areas);
  }

  /**
   * A door before areas of other processes.
   *
   * @param elsewhere the way to them; null to those of this process
   */
  public GatewayVerticle(
      Settings settings, Contract contract, AreaBus elsewhere, Auth auth, Health.Facts facts) {
    this.elsewhere = elsewhere;
    this.settings = settings;
    this.contract = contract;
    this.auth = auth;
    this.health = new Health(facts, settings.readiness());
  }

  @Override
  public Future<?> start() {
    streams = new Streams(vertx, settings.clock(), settings.timeout().dividedBy(2));
    Config.Api api = settings.api();
    BadHeads badHeads = new BadHeads(settings.requestIds());
    server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setInitialSettings(
                        new Http2Settings()
                            .setMaxConcurrentStreams(MAX_STREAMS)
                            .setMaxHeaderListSize(Limits.HEADER_BYTES))
                    .setHost(api.host())
                    .setPort(api.port())
                    .setMaxInitialLineLength(Limits.LINE_BYTES)
                    .setMaxHeaderSize(Limits.HEADER_BYTES)
                    .setIdleTimeout(ApiOperation.IDLE_SECONDS)
                    .setMaxWebSocketFrameSize(SOCKET_MESSAGE_BYTES)
                    .setMaxWebSocketMessageSize(SOCKET_MESSAGE_BYTES)
                    // Compression would cost each subscriber a compressor of its own for the same
                    // bytes.
                    .setPerMessageWebSocketCompressionSupported(false)
                    .setPerFrameWebSocketCompressionSupported(false))
            .requestHandler(
                new RequestDoor(new CommonHeaders(settings.requestIds()), badHeads, router(api)))
            .invalidRequestHandler(badHeads);
    return server.listen();
  }

  /**
   * Ends the streams, answers who waits, lets other requests finish for a few seconds and refuses
   * the rest.
   */
  @Override
  public Future<?> stop() {
    streams.close();
    calls.hurry();
    long refusal = vertx.setTimer(REFUSE_MILLIS, late -> calls.refuseAll());
    return server
        .shutdown(DRAIN_SECONDS, TimeUnit.SECONDS)
        .onComplete(closed -> vertx.cancelTimer(refusal));
  }

  /** The port it listens on, also when 0 was asked for. */
  public int port() {
    return server.actualPort();
  }

  private Router router(Config.Api api) {
    var uploads =
        new Uploads(
            vertx,
            settings.uploadFolder(),
            api.uploadLimitBytes(),
            settings.requestIds(),
            settings.storage(),
            settings.uploads());
    Origins origins = new Origins(api.corsAllowOrigins(), api.baseUrl());
    var parts =
        new ApiRouter.Parts(
            new PageGuard(
                api.hostNames(), !api.allowedHosts().isEmpty(), auth != Auth.NOBODY_ASKS, origins),
            new Cors(origins),
            health,
            new Ready(settings.readiness()),
            new BusHandler.Shared(
                auth,
                settings.streamTokens(),
                new Bodies(api.bodyLimitBytes(), BodyBudget.ofHeap(SHARE_OF_BODIES)),
                new Bodies(RAW_BYTES, BodyBudget.ofHeap(SHARE_OF_RAW_BODIES)),
                uploads,
                streams,
                calls,
                settings.nodes()),
            elsewhere == null ? new LocalAreas(vertx.eventBus()) : elsewhere,
            settings.timeout(),
            settings.clock());
    Router router = ApiRouter.create(vertx, contract, parts);
    Docs.mount(router, vertx, settings.docsNeedToken() ? auth : Auth.NOBODY_ASKS);
    return ApiRouter.close(router, contract);
  }
}
