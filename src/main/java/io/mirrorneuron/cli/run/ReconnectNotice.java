package io.mirrorneuron.cli.run;

import io.mirrorneuron.cli.ClientOptions;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;

/** Tolerates a server that goes away while its records are followed, and reports each loss once. */
public final class ReconnectNotice {
  private final ClientOptions client;
  private boolean known;
  private boolean lost;

  public ReconnectNotice(ClientOptions client) {
    this.client = client;
  }

  /** It has told something. */
  public void over() {
    known = true;
    lost = false;
  }

  /**
   * A call failed.
   *
   * @throws MnException the failure, unless it may pass: of a server that has told something before
   */
  public void met(MnException failure) {
    boolean away = failure.code() == ErrorCode.UNAVAILABLE || failure.code() == ErrorCode.TIMEOUT;
    if (!known || !away) {
      throw failure;
    }
    if (!lost) {
      client.complain("the connection is lost; waiting for the server to come back");
    }
    lost = true;
  }
}
