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
 * Names of the gRPC metadata we read and write beyond the protocol's own. Clients that do not know
 * them lose nothing but precision.
 */
public final class GrpcMetadata {
  public static final String AUTHORIZATION = "authorization";

  /**
   * Request metadata of SubmitJob: same key and content, same job. Of EmitTriggerEvent: the id of
   * the event.
   */
  public static final String IDEMPOTENCY_KEY = "idempotency-key";

  /**
   * Request metadata of calls that make or change jobs: UTF-8, the name that the token of a
   * gateway's caller vouches for. Only those whom the runtime trusts as its operator may send it.
   */
  public static final String ON_BEHALF_OF = "mn-on-behalf-of-bin";

  /** Request metadata of CancelJob: UTF-8, why the job is cancelled. */
  public static final String REASON = "mn-reason-bin";

  /** Request metadata of a command that another node passes on: the owner whom it is for. */
  public static final String FOR_OWNER = "mn-for-owner";

  /** Request metadata of the same: its id. The same command again has the same. */
  public static final String COMMAND_ID = "mn-command-id";

  /**
   * Request metadata of AddNode: {@code host:port} where the node is, when its name does not tell.
   */
  public static final String NODE_ADDRESS = "mn-node-address";

  /**
   * Request metadata of PromoteDeployment and RollbackDeployment: {@code true} or {@code false},
   * whether they are answered when the deployment is over or awaits its promotion, if that is soon.
   */
  public static final String WAIT = "mn-wait";

  /** Trailer of a finite StreamEvents: a {@link LogState} in lower case. */
  public static final String LOG_STATE = "mn-log-state";

  /** Trailer of SubmitJob: {@link WarningTrailer}. */
  static final String WARNINGS = "mn-warnings-bin";

  /** Trailers of a failure: the exact {@code ErrorCode}, the error word, the validation report. */
  static final String CODE = "mn-code";

  static final String ERROR = "mn-error";
  static final String VALIDATION = "mn-validation-bin";

  /** Trailer of a failure: milliseconds after which the call is worth another try. */
  static final String RETRY_AFTER = "mn-retry-after-ms";

  /** Request metadata of which nobody would know which of two is meant. */
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

  /**
   * Sets metadata whose name ends in {@code -bin}, unless there is no text.
   *
   * @param text or null
   */
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

  /** What is known of a job's event log where a finite stream ends. */
  public enum LogState {
    /** More events may come. */
    OPEN,
    /** The job is terminal; the log is complete. */
    ENDED,
    /** There is no such job, as servers of earlier builds said it; others answer NOT_FOUND. */
    UNKNOWN;

    public String text() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }
}
