package io.mirrorneuron.app;

public enum ServerRole {
  /** Everything in one process. */
  UP(true, true),
  /** Only the HTTP endpoint, with a remote runtime. */
  GATEWAY(true, false),
  /** Only the runtime and its gRPC endpoint. */
  RUNTIME(false, true);

  private final boolean gateway;
  private final boolean runtime;

  ServerRole(boolean gateway, boolean runtime) {
    this.gateway = gateway;
    this.runtime = runtime;
  }

  boolean hasGateway() {
    return gateway;
  }

  boolean hasRuntime() {
    return runtime;
  }
}
