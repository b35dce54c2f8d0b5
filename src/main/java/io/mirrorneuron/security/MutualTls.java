package io.mirrorneuron.security;

import io.mirrorneuron.config.JwtSettings.PemFiles;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.TCPSSLOptions;

/** Connections on which both sides show a certificate of one authority. */
public final class MutualTls {
  private MutualTls() {}

  /** Refuses connections without a client certificate. */
  public static HttpServerOptions endpoint(HttpServerOptions options, PemFiles files) {
    return certified(options.setClientAuth(ClientAuth.REQUIRED).setUseAlpn(true), files);
  }

  /** The server's name must match its certificate. */
  public static HttpClientOptions client(HttpClientOptions options, PemFiles files) {
    return certified(options.setVerifyHost(true).setUseAlpn(true), files);
  }

  /** Shows the certificate, and trusts those of the authority. */
  public static <T extends TCPSSLOptions> T certified(T options, PemFiles files) {
    options
        .setSsl(true)
        .setKeyCertOptions(
            new PemKeyCertOptions()
                .setKeyPath(files.key().toString())
                .setCertPath(files.cert().toString()))
        .setTrustOptions(new PemTrustOptions().addCertPath(files.ca().toString()));
    return options;
  }
}
