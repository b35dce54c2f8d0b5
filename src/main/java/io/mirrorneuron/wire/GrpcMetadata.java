package io.mirrorneuron.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mirrorneuron.model.MnException;
import io.vertx.core.MultiMap;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Names of our gRPC metadata beyond the protocol's own. Clients that do not know them lose only
 * precision.
 */
public final class GrpcMetadata {
  public static final String AUTHORIZATION = "authorization";

  /**
   * Request metadata of SubmitJob: same key and content, same job. Of EmitTriggerEvent: the id of
   * the event.
   */
  public static final String IDEMPOTENCY_KEY = "idempotency-key";

  /**
   * Request metadata of calls that create or change jobs: UTF-8, the name in the token of a
   * gateway's caller. Only callers with operator rights may send it.
   */
  public static final String ON_BEHALF_OF = "mn-on-behalf-of-bin";

  /** Request metadata of CancelJob: UTF-8, the reason. */
  public static final String REASON = "mn-reason-bin";

  /** Request metadata of a command that another node forwards: the owner it is addressed to. */
  public static final String FOR_OWNER = "mn-for-owner";

  /** Request metadata of a forwarded command: its id, the same for each retry. */
  public static final String COMMAND_ID = "mn-command-id";

  /**
   * Request metadata of AddNode: {@code host:port} of the node, when it does not follow from its
   * name.
   */
  public static final String NODE_ADDRESS = "mn-node-address";

  /**
   * Request metadata of PromoteDeployment and RollbackDeployment: {@code true} to wait a limited
   * time until the deployment is over or awaits its promotion, else {@code false}.
   */
  public static final String WAIT = "mn-wait";

  /** Trailer of a finite StreamEvents: a {@link LogState} in lower case. */
  public static final String LOG_STATE = "mn-log-state";

  /** Trailer of SubmitJob: {@link WarningTrailer}. */
  static final String WARNINGS = "mn-warnings-bin";

  /** Trailers of a failure: {@code ErrorCode}, machine-readable error, validation report. */
  static final String CODE = "mn-code";

  static final String ERROR = "mn-error";
  static final String VALIDATION = "mn-validation-bin";

  /** Trailer of a failure: milliseconds after which a retry makes sense. */
  static final String RETRY_AFTER = "mn-retry-after-ms";

  /** Request metadata that is ambiguous when sent twice. */
  private static final List<String> SINGLE =
      List.of(
          AUTHORIZATION,
          IDEMPOTENCY_KEY,
          ON_BEHALF_OF,
          REASON,
          FOR_OWNER,
          COMMAND_ID,
          NODE_ADDRESS,
          WAIT);

  private GrpcMetadata() {}

  /** The name of metadata that is there twice and must not be. */
  public static Optional<String> twice(MultiMap request) {
    return SINGLE.stream().filter(name -> request.getAll(name).size() > 1).findFirst();
  }

  /** The text as the value of metadata whose name ends in {@code -bin}. */
  public static String binary(String text) {
    return Base64.getEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
  }

  /** Sets metadata whose name ends in {@code -bin}, unless the text is null. */
  public static void setText(MultiMap metadata, String name, String text) {
    if (text != null) {
      metadata.set(name, binary(text));
    }
  }

  /**
   * The text of metadata whose name ends in {@code -bin}.
   *
   * @throws MnException MALFORMED when it is not UTF-8 in Base64
   */
  public static String text(String name, String binary) {
    try {
      byte[] bytes = Base64.getDecoder().decode(binary);
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (IllegalArgumentException | CharacterCodingException e) {
      throw MnException.malformed("metadata " + name + " must be UTF-8 in Base64");
    }
  }

  /** State of a job's event log at the end of a finite stream. */
  public enum LogState {
    /** More events may come. */
    OPEN,
    /** The job is terminal; the log is complete. */
    ENDED,
    /** There is no such job; from servers of earlier builds, later ones answer NOT_FOUND. */
    UNKNOWN;

    public String text() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }
}
